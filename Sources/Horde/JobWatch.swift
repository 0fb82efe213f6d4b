/// Watching one job: when its status is read, whether it is withdrawn with that, and when it is over.
///
/// A DELETE answers with the status too. It is sent for what nobody waits for, and keeps a job that is being written from
/// being queued again; one that is not is gone with it. Pure: times come in as arguments.
struct JobWatch {
    /// What a read has told.
    enum News: Equatable {
        case over([Generation])
        case goesOn(JobProgress)
    }

    /// What is written by now.
    private(set) var written: [Generation] = []
    private let count: Int
    /// Whether others are asked when no worker can do it.
    private let hasAlternatives: Bool
    private var schedule: PollSchedule
    private var patience: JobPatience
    private var start: StartWatch
    private var delay: Duration
    /// How far the deletion has come since the audience has left: one that fails is repeated soon.
    private var isDeletionTried = false
    private var isDeleted = false
    /// Whether the audience was away when the last read was sent.
    private var isLeft = false
    /// Why the order is withdrawn, should no worker have it.
    private var withdrawal: HordeError?

    /// A job that was submitted just now.
    ///
    /// - Parameters:
    ///   - terms: on what terms it is waited for.
    ///   - answerTokens: its `max_length`.
    ///   - count: how many texts it has.
    ///   - isSafetyNet: whether a webhook tells of its end, so that reads only find what that did not tell.
    ///   - now: when Horde's answer to the submission was there.
    init(
        _ terms: GenerationTerms,
        answerTokens: Int,
        count: Int,
        isSafetyNet: Bool,
        at now: ContinuousClock.Instant
    ) {
        self.count = count
        hasAlternatives = terms.impossibleReadsMax != nil
        schedule = PollSchedule(
            forecast: terms.forecast,
            answerTokens: answerTokens,
            count: count,
            submittedAt: now,
            isSafetyNet: isSafetyNet
        )
        patience = JobPatience(impossibleReadsMax: terms.impossibleReadsMax)
        start = StartWatch(limit: terms.startLimit, at: now)
        delay = schedule.next(after: nil, at: now)
    }

    /// The pause before the next read.
    mutating func pause(
        isAway: Bool,
        until deadline: ContinuousClock.Instant,
        at now: ContinuousClock.Instant
    ) -> Duration {
        if isAway { delay = isDeleted ? max(delay, Limits.awayReadInterval) : isDeletionTried ? delay : .zero }
        if withdrawal != nil { delay = .zero }
        delay = start.shortened(delay, at: now)
        return isAway ? delay : min(delay, max(deadline - now, .zero))
    }

    /// The pause before the read that a hint of the end asks for.
    mutating func readNow(at now: ContinuousClock.Instant) -> Duration {
        schedule.readNow(at: now)
    }

    /// Begins a read; true when it is a DELETE.
    mutating func beginRead(isAway: Bool, at now: ContinuousClock.Instant) -> Bool {
        if start.isOver(at: now) { withdrawal = .notStarted }
        isLeft = isAway
        (isDeletionTried, isDeleted) = (isAway, isAway && isDeleted)
        return isWithdrawn
    }

    private var isWithdrawn: Bool { isLeft || withdrawal != nil }

    /// Takes what the read has told.
    ///
    /// - Throws: what became of the job instead of texts.
    mutating func heard(_ status: GenerationStatus, at now: ContinuousClock.Instant) throws(HordeError) -> News {
        isDeleted = isLeft
        written = status.generations
        switch status.verdict(count: count) {
        case .ended(let generations): return .over(generations)
        case .faulted: throw .faulted
        case .waiting where isWithdrawn && !status.isRunning:
            // Some of several texts are there, and the rest is gone.
            if !written.isEmpty { return .over(written) }
            throw isLeft ? .left : withdrawal ?? .left
        case .waiting(let progress):
            withdrawal = nil
            if !written.isEmpty || progress.isRunning { start.hasBegun() }
            try patience.heard(progress, at: now)
            delay = schedule.next(after: progress, at: now)
            return .goesOn(progress)
        }
    }

    /// Takes that the read has failed, or has told that the job is lost.
    ///
    /// - Returns: the pause before a DELETE that is repeated, as long as before a read; nil for any other read, whose
    ///   pause is the usual one.
    /// - Throws: the same error when the job is given up.
    mutating func failed(_ error: HordeError, at now: ContinuousClock.Instant) throws(HordeError) -> Duration? {
        if error == .impossible, withdrawal == nil, hasAlternatives {
            // They are asked once this one is gone.
            withdrawal = .impossible
            return nil
        }
        guard error.isPassing else { throw error }
        try patience.heardNothing(error, at: now)
        if case .rateLimited(let seconds) = error {
            delay = schedule.next(afterRefusal: seconds, at: now)
        } else {
            delay = schedule.next(after: nil, at: now)
        }
        return withdrawal == nil ? nil : delay
    }
}

/// Whether a worker has begun in time.
///
/// Pure: times come in as arguments.
struct StartWatch {
    private var end: ContinuousClock.Instant?

    init(limit: Duration?, at now: ContinuousClock.Instant) {
        end = limit.map { now + $0 }
    }

    mutating func hasBegun() {
        end = nil
    }

    /// A pause that ends when the limit does.
    func shortened(_ pause: Duration, at now: ContinuousClock.Instant) -> Duration {
        end.map { min(pause, max($0 - now, .zero)) } ?? pause
    }

    func isOver(at now: ContinuousClock.Instant) -> Bool {
        end.map { $0 <= now } ?? false
    }
}
