import Testing

@testable import Bench

@Suite struct HistogramTests {
    @Test(arguments: 1...20)
    func `every quantile is that of the sorted values, to three digits and never too small`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var histogram = Histogram()
        let values = (0..<Int.random(in: 1...5000, using: &random))
            .map { _ in
                let bits = Int.random(in: 0...32, using: &random)
                return Int.random(in: 0...max(0, 1 << bits - 1), using: &random)
            }
        for value in values { histogram.record(value) }
        let sorted = values.sorted()
        for quantile in [0, 0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1] {
            let exact = sorted[max(1, Int((quantile * Double(sorted.count)).rounded(.up))) - 1]
            let found = histogram.value(at: quantile)
            #expect(found >= exact)
            #expect(Double(found) <= Double(exact) * 1.001)
        }
        #expect(histogram.count == values.count)
        #expect(histogram.max == sorted.last)
        #expect(histogram.cumulative.last?.count == values.count)
        #expect(histogram.cumulative.map(\.value) == histogram.cumulative.map(\.value).sorted())
    }

    @Test func `what is too small or too large counts as the nearest value`() {
        var histogram = Histogram()
        histogram.record(-5)
        histogram.record(.max)
        #expect(histogram.value(at: 0.5) == 0)
        #expect(histogram.max == Histogram.valueMax)
        #expect(histogram.value(at: 1) == Histogram.valueMax)
    }

    @Test func `without values everything is zero`() {
        let histogram = Histogram()
        #expect(histogram.value(at: 0.99) == 0)
        #expect(histogram.mean == 0)
        #expect(histogram.cumulative.isEmpty)
    }
}

/// Numbers that are the same in every run: the steps of SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
