import EventLoop

extension Horde {
    /// Asks for the job's status until it is over.
    ///
    /// - Parameters:
    ///   - ticket: the job's.
    ///   - jobs: told when workers take them.
    ///   - order: what was submitted.
    ///   - hint: tells when Horde has called; nil where it does not.
    ///   - audience: who waits.
    ///   - terms: on what terms.
    ///   - onProgress: told what each read has told.
    /// - Returns: what was written.
    /// - Throws: what became of the job instead; it is deleted already when the error says so.
    func watch(
        _ ticket: Ticket,
        _ jobs: WaitingJobs,
        _ order: GenerationOrder,
        _ hint: WebhookHint?,
        for audience: Audience,
        _ terms: GenerationTerms,
        _ onProgress: @LoopActor (GenerationProgress) -> Void
    ) async throws(HordeError) -> [Generation] {
        var schedule = PollSchedule(
            forecast: terms.forecast,
            answerTokens: order.params.maxLength,
            count: order.params.n,
            submittedAt: .now,
            isSafetyNet: webhooks?.isProven ?? false
        )
        var patience = JobPatience(impossibleReadsMax: terms.impossibleReadsMax)
        var start = StartWatch(limit: terms.startLimit, at: .now)
        /// How far the deletion has come since the audience has left: one that fails is repeated soon.
        var (isDeletionTried, isDeleted) = (false, false)
        /// Why the order is withdrawn, should no worker have it.
        var withdrawal: HordeError?
        var written: [Generation] = []
        var delay = schedule.next(after: nil, at: .now)
        while true {
            if audience.isAway {
                delay = isDeleted ? max(delay, Limits.awayReadInterval) : isDeletionTried ? delay : .zero
            }
            if withdrawal != nil { delay = .zero }
            delay = start.shortened(delay, at: .now)
            let latest = audience.isAway ? delay : max(audience.deadline - .now, .zero)
            try await audience.sleep(for: min(delay, latest), orUntil: hint)
            if hint?.takePending() ?? false { try await audience.sleep(for: schedule.readNow(at: .now)) }
            if audience.isLate {
                guard !written.isEmpty else { throw .deadlinePassed }
                // Some of several choices are worth more than none.
                abandon(ticket, jobs)
                return written
            }
            if start.isOver(at: .now) { withdrawal = .notStarted }
            do throws(HordeError) {
                // A DELETE answers with the status too. It is sent for what nobody waits for, and keeps a job that is
                // being written from being queued again; one that is not is gone with it.
                // Who has left may be back when the answer comes.
                let isLeft = audience.isAway
                let isWithdrawn = isLeft || withdrawal != nil
                (isDeletionTried, isDeleted) = (isLeft, isLeft && isDeleted)
                let status =
                    isWithdrawn
                    ? try await delete(ticket)
                    : try await status(of: ticket, timeout: min(Limits.readSecondsMax, audience.deadline - .now))
                isDeleted = isLeft
                written = status.generations
                jobs.left(status.waiting)
                switch status.verdict(count: order.params.n) {
                case .ended(let generations): return generations
                case .faulted: throw .faulted
                case .waiting where isWithdrawn && !status.isRunning:
                    // Some of several texts are there, and the rest is gone.
                    if !written.isEmpty { return written }
                    throw isLeft ? .left : withdrawal ?? .left
                case .waiting(let progress):
                    withdrawal = nil
                    if !written.isEmpty || progress.isRunning { start.hasBegun() }
                    try patience.heard(progress, at: .now)
                    onProgress(.pending(progress))
                    delay = schedule.next(after: progress, at: .now)
                }
            } catch {
                if error == .impossible, withdrawal == nil, terms.impossibleReadsMax != nil {
                    // Others are asked once this one is gone.
                    withdrawal = .impossible
                    continue
                }
                guard error.isPassing else { throw error }
                try patience.heardNothing(error, at: .now)
                if case .rateLimited(let seconds) = error {
                    delay = schedule.next(afterRefusal: seconds, at: .now)
                } else {
                    delay = schedule.next(after: nil, at: .now)
                }
                // The next DELETE waits as long as a read would.
                if withdrawal != nil { try await audience.sleep(for: delay) }
            }
        }
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
