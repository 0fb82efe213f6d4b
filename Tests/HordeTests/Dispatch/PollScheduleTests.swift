import Testing

@testable import Horde

/// What the schedule of one job does in single situations; times are seconds since the submission.
struct PollScheduleTests {
    private static let submission = ContinuousClock.now

    private static func at(_ seconds: Double) -> ContinuousClock.Instant { submission + .seconds(seconds) }

    private static func schedule(
        speed: Double? = 30,
        queue: Double? = nil,
        tokens: Int = 512,
        count: Int = 1,
        isSafetyNet: Bool = false
    ) -> PollSchedule {
        PollSchedule(
            forecast: JobForecast(tokensPerSecond: speed, queueSeconds: queue),
            answerTokens: tokens,
            count: count,
            submittedAt: submission,
            isSafetyNet: isSafetyNet
        )
    }

    private static func queued(_ position: Int = 1) -> JobProgress {
        JobProgress(queuePosition: position, isRunning: false)
    }

    private static func running(_ remaining: Int?) -> JobProgress {
        JobProgress(queuePosition: 0, isRunning: true, remainingSeconds: remaining)
    }

    /// The pauses after the given answers, each of which comes at once when it is asked for.
    private static func pauses(_ schedule: PollSchedule, _ answers: [JobProgress?]) -> [Double] {
        var schedule = schedule
        var time = schedule.next(after: nil, at: at(0)) / .seconds(1)
        return answers.map { answer in
            let pause = schedule.next(after: answer, at: at(time)) / .seconds(1)
            time += pause
            return pause
        }
    }

    @Test(arguments: [nil, 0, 30.0], [16, 4096])
    func `the first read comes half a second after the submission`(queue: Double?, tokens: Int) {
        var schedule = Self.schedule(queue: queue, tokens: tokens)
        #expect(schedule.next(after: nil, at: Self.at(0)) == PollSchedule.firstRead)
        #expect(PollSchedule.firstRead == .milliseconds(500))
    }

    @Test func `a long queue is asked seldom, and the seldomer the longer it lasts`() {
        let pauses = Self.pauses(Self.schedule(queue: 60), Array(repeating: Self.queued(40), count: 8))
        #expect(pauses.allSatisfy { $0 >= 2 && $0 <= 8 })
        let unknown = Self.pauses(Self.schedule(speed: nil), Array(repeating: Self.queued(40), count: 12))
        #expect(unknown.last ?? 0 > 1.5 * (unknown.first ?? 0))
    }

    @Test func `a short text is looked for sooner than a long one while it waits`() {
        let short = Self.pauses(Self.schedule(tokens: 32), [Self.queued()])
        let long = Self.pauses(Self.schedule(tokens: 1024), [Self.queued()])
        #expect(short[0] < long[0])
    }

    @Test func `reads come most often around the time at which a cut text ends`() {
        var schedule = Self.schedule(tokens: 512)
        var time = schedule.next(after: nil, at: Self.at(0)) / .seconds(1)
        var pauses: [(at: Double, pause: Double)] = []
        // Taken at once; 20 seconds for the full length, as Horde tells.
        while time < 20 {
            let remaining = Int((20.3 - time).rounded())
            let pause = schedule.next(after: Self.running(remaining), at: Self.at(time)) / .seconds(1)
            pauses.append((time, pause))
            time += pause
        }
        let early = pauses.filter { 3..<12 ~= $0.at }.map(\.pause)
        let late = pauses.filter { $0.at > 18.5 }.map(\.pause)
        #expect(!early.isEmpty && !late.isEmpty)
        #expect(late.max() ?? 9 < 0.6 * (early.min() ?? 0))
    }

    @Test func `the end that Horde tells counts for more than the model's speed`() {
        // The model's speed says 5 seconds, Horde says 60 of them.
        let told = Self.pauses(Self.schedule(speed: 100), [Self.running(60), Self.running(59), Self.running(58)])
        let untold = Self.pauses(Self.schedule(speed: 100), [Self.running(nil), Self.running(nil), Self.running(nil)])
        #expect(zip(told, untold).allSatisfy { $0 > 2 * $1 })
    }

    @Test func `a text that should have ended long ago is asked for less and less`() {
        var schedule = Self.schedule(tokens: 128)
        var time = schedule.next(after: nil, at: Self.at(0)) / .seconds(1)
        var pauses: [Double] = []
        while time < 140 {
            pauses.append(
                schedule.next(after: Self.running(time < 4 ? 4 - Int(time) : 0), at: Self.at(time)) / .seconds(1)
            )
            time += pauses.last ?? 1
        }
        #expect(pauses.last ?? 0 > 1.5)
        #expect(pauses.min() ?? 9 < 0.5)
    }

    @Test func `a job that goes back into the queue is no longer expected to end`() {
        let due = Self.pauses(Self.schedule(tokens: 512), [Self.running(1), Self.running(1)])
        let back = Self.pauses(Self.schedule(tokens: 512), [Self.running(1), Self.queued()])
        #expect(due[0] == back[0])
        #expect(back[1] > 2 * due[1])
    }

    @Test func `of several texts the last one counts, and none ends the job while another waits`() {
        let one = Self.pauses(Self.schedule(), [Self.running(15)])
        let four = Self.pauses(Self.schedule(count: 4), [Self.running(15)])
        #expect(four[0] > one[0])
        let partly = JobProgress(queuePosition: 3, isRunning: true, remainingSeconds: 1)
        let waiting = Self.pauses(Self.schedule(count: 4), [partly])
        #expect(waiting == Self.pauses(Self.schedule(count: 4), [Self.queued(3)]))
    }

    @Test func `reads that fail come slower and slower, until one does not`() {
        let pauses = Self.pauses(
            Self.schedule(tokens: 16),
            [Self.running(1), nil, nil, nil, nil, nil, Self.running(1)]
        )
        #expect(zip(pauses[1...5], [1.0, 2, 3, 5, 5]).allSatisfy { $0 >= $1 && $0 < $1 + 0.1 })
        #expect(pauses[6] < 1)
    }

    @Test(arguments: [(59, 60.0), (3, 4), (.max, 3601)])
    func `a refusal is waited for as long as Horde says, and a second more`(retryAfter: Int, seconds: Double) {
        var schedule = Self.schedule()
        _ = schedule.next(after: nil, at: Self.at(0))
        let pause = schedule.next(afterRefusal: retryAfter, at: Self.at(0.5)) / .seconds(1)
        #expect(abs(pause - seconds) < 0.001)
    }

    @Test(arguments: [1, 0, -5, .min])
    func `after a refusal that is short the pause is no shorter than after a failure`(retryAfter: Int) {
        var (refused, failed) = (Self.schedule(), Self.schedule())
        _ = (refused.next(after: nil, at: Self.at(0)), failed.next(after: nil, at: Self.at(0)))
        let pause = refused.next(afterRefusal: retryAfter, at: Self.at(0.5)) / .seconds(1)
        #expect(pause >= max(1, failed.next(after: nil, at: Self.at(0.5)) / .seconds(1)) - 0.001)
    }

    @Test func `with a webhook only what it did not tell is asked for, every 10 to 30 seconds`() {
        let answers = Array(repeating: Self.queued(), count: 4) + (0..<4).map { Self.running(40 - 10 * $0) }
        let pauses = Self.pauses(Self.schedule(isSafetyNet: true), answers)
        #expect(pauses.allSatisfy { (10...30).contains($0) })
        var schedule = Self.schedule(isSafetyNet: true)
        #expect(schedule.next(after: nil, at: Self.at(0)) == .seconds(10))
    }

    @Test func `a hint is followed at once, soon again when it came too early, and then no more`() {
        var schedule = Self.schedule(isSafetyNet: true)
        _ = schedule.next(after: nil, at: Self.at(0))
        #expect(schedule.readNow(at: Self.at(4)) == .zero)
        let pauses = [4.1, 4.3, 4.7, 5.8].map {
            schedule.next(after: Self.running(3), at: Self.at($0)) / .seconds(1)
        }
        #expect(zip(pauses, [0.1, 0.3, 1]).allSatisfy { abs($0 - $1) < 0.001 })
        #expect(pauses[3] >= 10)
    }

    @Test func `a hint's read that fails is repeated as any other, not after the safety net's time`() {
        var schedule = Self.schedule(isSafetyNet: true)
        _ = (schedule.next(after: nil, at: Self.at(0)), schedule.readNow(at: Self.at(4)))
        #expect(schedule.next(after: nil, at: Self.at(4.1)) == .seconds(1))
    }

    @Test(arguments: [
        (Double.nan, Double.nan), (0, -1), (-3, .infinity), (.infinity, 1e300), (1e-300, 1e18), (1e300, 0),
    ])
    func `a forecast that is out of this world does no harm`(speed: Double, queue: Double) {
        var forecast = JobForecast(tokensPerSecond: speed, queueSeconds: queue)
        for isSet in [false, true] {
            if isSet { (forecast.tokensPerSecond, forecast.queueSeconds) = (speed, queue) }
            var schedule = PollSchedule(forecast: forecast, answerTokens: 0, count: 0, submittedAt: Self.submission)
            _ = schedule.next(after: nil, at: Self.at(0))
            for (answer, time) in [(Self.queued(), 0.5), (Self.running(nil), 5), (Self.running(.max), 10)] {
                let pause = schedule.next(after: answer, at: Self.at(time)) / .seconds(1)
                #expect((0.1...8).contains(pause))
            }
        }
    }
}
