import Testing

@testable import HTTPServer

@Suite struct LaterHeadPaceTests {
    private let start = ContinuousClock.now

    /// Looks every second, and tells the seconds at which the head that is then under way is too slow.
    private func tooSlow(_ heads: [Int?]) -> [Int] {
        var pace = LaterHeadPace(deadline: .seconds(10))
        var late: [Int] = []
        for (second, head) in heads.enumerated() where !pace.look(at: start + .seconds(second), underWay: head) {
            late.append(second)
        }
        return late
    }

    @Test func `a head that was seen nine tenths of its time ago is too slow`() {
        #expect(tooSlow([nil, nil] + Array(repeating: 1, count: 10)) == [11])
        #expect(tooSlow(Array(repeating: 1, count: 9)) == [])
    }

    @Test func `heads that end are not too slow, however many come in turn`() {
        #expect(tooSlow((0..<60).map { $0 / 9 }) == [])
    }

    @Test func `an idle connection is never too slow, and the next head has all its time`() {
        #expect(tooSlow(Array(repeating: nil, count: 100)) == [])
        #expect(tooSlow(Array(repeating: 1, count: 9) + [nil] + Array(repeating: 1, count: 9)) == [])
    }

    @Test func `looks that come late count by the clock`() {
        var pace = LaterHeadPace(deadline: .seconds(10))
        let first = pace.look(at: start, underWay: 1)
        let second = pace.look(at: start + .seconds(9), underWay: 1)
        #expect(first && !second)
    }

    @Test func `ten looks fit into the time of a head`() {
        #expect(LaterHeadPace.interval(ofDeadline: .seconds(10)) == .seconds(1))
    }
}
