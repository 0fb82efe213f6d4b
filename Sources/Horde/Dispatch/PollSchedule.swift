/// When to ask for a job's status next.
///
/// Pure: it is told what happened and answers with a delay. A read is due when the job's end will have been missed by so
/// much, in the mean, that a read is worth it (`JobOutlook`): seldom while the job waits, often around its expected end.
/// `ReadBudget` keeps all that within Horde's 60 reads a minute of one job.
struct PollSchedule {
    /// The first read comes so long after the submission, as a Horde with idle workers has a short text by then.
    static let firstRead = Duration.milliseconds(500)

    /// What one read is worth, in seconds of lateness: less of it makes more reads, with less delay.
    ///
    /// `PollScheduleMixTests` tells what comes of it: just under 0.6 reads a second.
    private static let latenessPerRead = 0.028
    /// The same where a webhook tells of the end, and all but a few of them arrive.
    private static let latenessPerSafetyRead = 6.0
    /// Between the answer to one read and the next read, in seconds.
    private static let pauseSeconds = 0.1...8
    private static let safetyPauseSeconds = 10.0...30
    /// After one, two, three reads in a row that failed, and after all further ones.
    private static let failurePauseSeconds = [1.0, 2, 3, 5]
    /// Horde tells of a text just before its status has it: a read that comes too early is repeated so soon.
    private static let hintPauseSeconds = [0.1, 0.3, 1]
    /// Horde's `Retry-After` is in whole seconds, and is heeded up to an hour.
    private static let refusalMarginSeconds = 1.0
    private static let refusalSecondsMax = 3600

    private let submittedAt: ContinuousClock.Instant
    private let isSafetyNet: Bool
    private var outlook: JobOutlook
    private var budget = ReadBudget()
    /// When the next read is due, in seconds since the submission; nil before the first.
    private var dueAt: Double?
    private var failures = 0
    private var hintPauses = hintPauseSeconds[hintPauseSeconds.endIndex...]

    /// The schedule of one job.
    ///
    /// - Parameters:
    ///   - forecast: what is known beforehand.
    ///   - answerTokens: the job's `max_length`.
    ///   - count: how many texts it has; its end is that of the last.
    ///   - submittedAt: when Horde's answer to the submission was there.
    ///   - isSafetyNet: whether a webhook tells of the end, so that reads only find what it did not tell.
    init(
        forecast: JobForecast,
        answerTokens: Int,
        count: Int,
        submittedAt: ContinuousClock.Instant,
        isSafetyNet: Bool = false
    ) {
        self.submittedAt = submittedAt
        self.isSafetyNet = isSafetyNet
        outlook = JobOutlook(forecast: forecast, answerTokens: answerTokens, count: count)
    }

    /// How long to wait before the next read: the first one when nothing has been read, or the one after an answer.
    ///
    /// - Parameters:
    ///   - progress: what the read told; nil when it failed, and before the first.
    ///   - now: when its answer was there.
    /// - Returns: the pause, above 0.
    mutating func next(after progress: JobProgress?, at now: ContinuousClock.Instant) -> Duration {
        let time = seconds(now)
        guard let latency = noteRead(answeredAt: time) else {
            return wait(isSafetyNet ? Self.safetyPauseSeconds.lowerBound : Self.firstRead / .seconds(1), from: time)
        }
        failures = progress == nil ? failures + 1 : 0
        if let progress {
            outlook.see(progress, at: time - latency / 2)
            if let pause = hintPauses.popFirst() { return wait(pause, from: time) }
            return wait(pause(latency: latency), from: time)
        }
        let pause = Self.failurePauseSeconds[min(failures, Self.failurePauseSeconds.count) - 1]
        return wait(hintPauses.isEmpty ? max(pause, self.pause(latency: latency)) : pause, from: time)
    }

    /// How long to wait after Horde refused a read with 429.
    ///
    /// - Parameters:
    ///   - retryAfterSeconds: what Horde asks for; taken as 0...3600.
    ///   - now: when its answer was there.
    /// - Returns: the pause, above 0.
    mutating func next(afterRefusal retryAfterSeconds: Int, at now: ContinuousClock.Instant) -> Duration {
        let refused = Double(min(max(retryAfterSeconds, 0), Self.refusalSecondsMax)) + Self.refusalMarginSeconds
        let ordinary = next(after: nil, at: now) / .seconds(1)
        return wait(max(refused, ordinary), from: seconds(now))
    }

    /// How long to wait with the read that a hint of the end asks for: not at all, unless the minute's reads are used up.
    ///
    /// It takes the place of the read that was due.
    mutating func readNow(at now: ContinuousClock.Instant) -> Duration {
        hintPauses = Self.hintPauseSeconds[...]
        let time = seconds(now)
        let pause = budget.shortestPause(at: time)
        dueAt = time + pause
        return .seconds(pause)
    }

    /// Notes the read that was due.
    ///
    /// - Returns: how long it took, in seconds, or 0 if it was sent before its time; nil before the first.
    private mutating func noteRead(answeredAt time: Double) -> Double? {
        guard let dueAt else { return nil }
        budget.spend(at: time)
        return max(time - dueAt, 0)
    }

    private mutating func wait(_ seconds: Double, from time: Double) -> Duration {
        let pause = max(seconds, budget.pause(at: time))
        dueAt = time + pause
        return .seconds(pause)
    }

    /// Until the end will have been missed by what a read is worth, less what the read itself will take.
    private func pause(latency: Double) -> Double {
        let range = isSafetyNet ? Self.safetyPauseSeconds : Self.pauseSeconds
        let worth = isSafetyNet ? Self.latenessPerSafetyRead : Self.latenessPerRead
        // What a slow read took says little of the next.
        let way = min(latency, 1)
        var (early, late) = (range.lowerBound, range.upperBound)
        for _ in 0..<12 {
            let middle = (early + late) / 2
            if outlook.lateness(after: middle + way) < worth { early = middle } else { late = middle }
        }
        return late
    }

    private func seconds(_ instant: ContinuousClock.Instant) -> Double {
        max((instant - submittedAt) / .seconds(1), 0)
    }
}
