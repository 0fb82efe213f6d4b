import Testing

@testable import Metrics

struct ExpositionTests {
    @Test func `each family has a head, also without samples, and buckets end with all`() {
        var page = Exposition()
        page.counter("a_total", "What a is.", 3)
        page.gauge("b", "What b is.", samples: [(["kind": "x", "code": "200"], 0.25), (.none, 1e300)])
        page.gauge("c", "What c is.", samples: [])
        var distribution = Distribution([0.5, 1])
        for value in [0.25, 0.75, 3.25] { distribution.add(value) }
        page.histogram("d_seconds", "How long d takes.", [(["route": "/"], distribution)])
        page.histogram("e_seconds", "How long e takes.", [(.none, distribution)])
        #expect(
            page.text == """
                # HELP a_total What a is.
                # TYPE a_total counter
                a_total 3
                # HELP b What b is.
                # TYPE b gauge
                b{kind="x",code="200"} 0.25
                b 1e+300
                # HELP c What c is.
                # TYPE c gauge
                # HELP d_seconds How long d takes.
                # TYPE d_seconds histogram
                d_seconds_bucket{route="/",le="0.5"} 1
                d_seconds_bucket{route="/",le="1"} 2
                d_seconds_bucket{route="/",le="+Inf"} 3
                d_seconds_sum{route="/"} 4.25
                d_seconds_count{route="/"} 3
                # HELP e_seconds How long e takes.
                # TYPE e_seconds histogram
                e_seconds_bucket{le="0.5"} 1
                e_seconds_bucket{le="1"} 2
                e_seconds_bucket{le="+Inf"} 3
                e_seconds_sum 4.25
                e_seconds_count 3

                """
        )
    }

    @Test(arguments: [
        ("plain", "plain"), (#"a"b"#, #"a\"b"#), (#"a\b"#, #"a\\b"#), ("a\nb", #"a\nb"#),
        ("ä\u{301}\"", "ä\u{301}\\\""),
    ])
    func `a name that comes from outside stays within its quotation marks`(value: String, written: String) {
        var page = Exposition()
        page.gauge("a", "What a is.", samples: [(["model": value], 1)])
        #expect(page.text.hasSuffix("a{model=\"\(written)\"} 1\n"))
    }
}
