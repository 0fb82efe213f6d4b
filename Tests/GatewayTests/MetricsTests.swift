import Testing

@testable import Gateway

struct MetricsTests {
    @Test func `the text has a head for each metric, and buckets that end with all`() {
        var text = MetricsText()
        text.counter("a_total", "What a is.", 3)
        text.histogram("b_seconds", "How long b takes.", bounds: [(0.5, 1), (1, 2)], sum: 4.25, count: 3)
        #expect(
            text.text == """
                # HELP a_total What a is.
                # TYPE a_total counter
                a_total 3
                # HELP b_seconds How long b takes.
                # TYPE b_seconds histogram
                b_seconds_bucket{le="0.5"} 1
                b_seconds_bucket{le="1.0"} 2
                b_seconds_bucket{le="+Inf"} 3
                b_seconds_sum 4.25
                b_seconds_count 3

                """
        )
    }
}
