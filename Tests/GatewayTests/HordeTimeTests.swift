import Testing

@testable import Gateway

struct HordeTimeTests {
    @Test func `texts that wait side by side wait once`() {
        var time = HordeTime()
        let start = ContinuousClock.now
        func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }
        time.began(at: at(1))
        time.began(at: at(2))
        #expect(time.total(at: at(4)) == .seconds(3))
        time.ended(at: at(5))
        #expect(time.total(at: at(6)) == .seconds(5))
        time.ended(at: at(7))
        #expect(time.total(at: at(100)) == .seconds(6))
        time.began(at: at(100))
        #expect(time.total(at: at(101)) == .seconds(7))
    }
}

struct ChunkTimesTests {
    @Test func `the first text counts from the beginning, the others from the one before`() {
        let start = ContinuousClock.now
        var times = ChunkTimes(from: start)
        #expect(times.first == nil)
        for seconds in [3, 4, 9] { times.sent(at: start + .seconds(seconds)) }
        #expect(times.first == .seconds(3) && times.further == [.seconds(1), .seconds(5)])
        for _ in 0..<10_000 { times.sent(at: start + .seconds(10)) }
        #expect(times.further.count == Limits.partsMax)
    }
}
