import HTTPTypes
import JSONText
import Testing

@testable import HordeSimulator

/// A Horde that lives faster than its clients, and what it tells them about time.
struct ClockTests {
    @Test func `at speed 1 the wait is told as Horde tells it`() {
        let clock = HordeClock(epoch: 1000.5)
        // The end, 1061.5, is rounded up, and the wait is what is left of that, rounded down.
        #expect(clock.windowEnd(61, now: 1) == (reset: 1062, retryAfter: 60))
        #expect(clock.windowEnd(61, now: 60.9) == (reset: 1062, retryAfter: 0))
    }

    @Test(arguments: [0.1, 0.5, 2, 20, 1000])
    func `at another speed a client that obeys is never too early`(speed: Double) {
        let clock = HordeClock(epoch: 1_800_000_000.25, speed: speed)
        for tenth in 0..<600 {
            let now = 7 + Double(tenth) / 10
            let (reset, retryAfter) = clock.windowEnd(67, now: now)
            #expect(now / speed + Double(retryAfter) >= 67 / speed)
            #expect(Double(reset) >= clock.epoch + 67 / speed)
            #expect(Double(retryAfter) < (67 - now) / speed + 1)
        }
    }

    @Test func `the headers of a limited answer speak of real seconds`() {
        let state = HordeState(hasLimits: true, clock: HordeClock(epoch: 0, speed: 20))
        var answers: [Answer] = []
        for _ in 0..<91 {
            answers.append(state.answer(Call(method: .get, path: "/api/v2/status/performance"), now: 10))
        }
        #expect(answers.last?.status == .tooManyRequests)
        // A minute of Horde's is three real seconds.
        #expect(answers.last?.fields[FieldNames.retryAfter] == "3")
        #expect(answers.last?.fields[FieldNames.rateReset] == "4")
        let later = state.answer(Call(method: .get, path: "/api/v2/status/performance"), now: 70)
        #expect(later.status == .ok)
    }
}
