import Testing

@testable import Horde

struct AbandonmentScheduleTests {
    @Test func `a job is cancelled again while a worker may give it back, and no longer`() {
        var schedule = AbandonmentSchedule()
        var delays: [Duration] = []
        while let delay = schedule.next() { delays.append(delay) }
        #expect(delays.first == .seconds(5))
        // A worker that hangs is found out 150 to 210 seconds after it took the job.
        #expect(delays.reduce(.zero, +) > .seconds(210))
        #expect(zip(delays, delays.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(schedule.next() == nil)
    }
}
