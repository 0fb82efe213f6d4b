import Testing

@testable import Horde

struct PollScheduleTests {
    @Test func `the first read is early, the second makes up for it, the others are even`() {
        var schedule = PollSchedule()
        let running = JobProgress(queuePosition: 0, isRunning: true)
        let delays = [schedule.next(after: nil)] + (0..<3).map { _ in schedule.next(after: running) }
        #expect(delays == [.milliseconds(500), .milliseconds(1500), .milliseconds(1050), .milliseconds(1050)])
    }

    @Test(arguments: [(11, false, 2500), (10, false, 1050), (0, false, 1050), (500, true, 1050)])
    func `far back in the queue the next second brings nothing`(position: Int, isRunning: Bool, milliseconds: Int) {
        var schedule = PollSchedule()
        let progress = JobProgress(queuePosition: position, isRunning: isRunning)
        _ = (schedule.next(after: nil), schedule.next(after: progress))
        #expect(schedule.next(after: progress) == .milliseconds(milliseconds))
    }

    @Test func `a refusal is waited for as long as Horde says, and no shorter than ever`() {
        var schedule = PollSchedule()
        _ = (schedule.next(after: nil), schedule.next(after: nil))
        #expect(schedule.next(afterRefusal: 59) == .seconds(59))
        #expect(schedule.next(afterRefusal: 1) == .milliseconds(1050))
    }

    @Test(arguments: 0..<UInt64(50))
    func `reads stay within a minute's sixty and one a second, whatever Horde tells`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var schedule = PollSchedule()
        var now = schedule.next(after: nil)
        var reads: [Duration] = []
        // Answers take no time at all: the worst case.
        for _ in 0..<400 {
            reads.append(now)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: now += schedule.next(after: nil)
            case 1: now += schedule.next(afterRefusal: Int.random(in: 0...3, using: &random))
            default:
                let position = Int.random(in: 0...20, using: &random)
                now += schedule.next(
                    after: JobProgress(queuePosition: position, isRunning: Bool.random(using: &random))
                )
            }
        }
        let isWithinMinutes = zip(reads, reads.dropFirst(60)).allSatisfy { $1 - $0 >= .seconds(60) }
        #expect(isWithinMinutes)
        let isWithinSeconds = reads.enumerated().dropFirst().allSatisfy { $1 >= .seconds($0 + 1) }
        #expect(isWithinSeconds)
    }

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
