import EventLoop

/// What happens to an order on its way, for those who wait for it.
package enum GenerationProgress: Equatable, Sendable {
    /// It waits for our turn to submit; so many are before it.
    case inLine(ahead: Int)
    case submitting
    /// Horde has taken it.
    case accepted
    case pending(JobProgress)
}

extension Horde {
    /// Submits an order and waits for its texts, each with something in it: as many as `order.params.n`, or as many as
    /// there are when further jobs fail.
    ///
    /// A job that faults, expires or comes back empty is submitted again, at most twice. Cancelling the task, the
    /// deadline and every error end with the job deleted at Horde. While the audience is away nothing is submitted: an
    /// order that no worker has taken ends with `.left`, one that is being written goes on.
    ///
    /// `onProgress` is told of each step, in order, on the loop. `onLoss` is told why a job is submitted again and what
    /// came of it, and names workers that shall not have it this time.
    package func generate(
        _ order: GenerationOrder,
        key: HordeKey,
        for audience: Audience,
        terms: GenerationTerms = GenerationTerms(),
        onProgress: @LoopActor (GenerationProgress) -> Void,
        onLoss: @LoopActor (HordeError, [Generation]) async -> Set<String> = { _, _ in [] }
    ) async throws(HordeError) -> [Generation] {
        var rest = order
        var texts: [Generation] = []
        var resubmits = 0
        while true {
            var more: [Generation] = []
            do throws(HordeError) {
                more = try await runJob(rest, key: key, audience: audience, terms: terms, onProgress: onProgress)
                texts += terms.takesEmpty ? more : more.filter { $0.isCensored || !$0.text.allSatisfy(\.isWhitespace) }
                if texts.count >= order.params.n { return texts }
                throw .emptyText
            } catch {
                if error == .left, !texts.isEmpty {
                    // Those that are there are kept for who comes back.
                    try await audience.presence()
                    rest.params.n = order.params.n - texts.count
                    continue
                }
                guard error.deservesAnotherJob, resubmits < Limits.resubmitsMax else {
                    // What has been written is paid for: some of the choices are worth more than an error.
                    if texts.isEmpty || error == .cancelled { throw error }
                    return texts
                }
                resubmits += 1
                rest.params.n = order.params.n - texts.count
                rest.avoid(await onLoss(error, more))
            }
        }
    }

    /// One job from submission to its end.
    private func runJob(
        _ order: GenerationOrder,
        key: HordeKey,
        audience: Audience,
        terms: GenerationTerms,
        onProgress: @LoopActor (GenerationProgress) -> Void
    ) async throws(HordeError) -> [Generation] {
        try await audience.presence()
        let ticket = try await ticket(for: order, key: key, audience: audience, onProgress: onProgress)
        do throws(HordeError) {
            onProgress(.accepted)
            return try await end(of: ticket, order.params.n, audience, terms, onProgress)
        } catch {
            if !error.isAfterDeletion { abandon(ticket) }
            throw error
        }
    }

    /// Submits within the budget; a refusal that may pass is met with patience, each attempt in its turn.
    ///
    /// Patience counts from the first attempt's start: an answer that never came, or came to nothing after a while, may
    /// have been a job taken, and is not repeated.
    private func ticket(
        for order: GenerationOrder,
        key: HordeKey,
        audience: Audience,
        onProgress: @LoopActor (GenerationProgress) -> Void
    ) async throws(HordeError) -> Ticket {
        let deadline = audience.deadline
        var patienceEnds: ContinuousClock.Instant?
        while true {
            try await gate.pass(for: audience) { onProgress(.inLine(ahead: $0)) }
            onProgress(.submitting)
            let end = patienceEnds ?? .now + Limits.refusalPatience
            patienceEnds = end
            do throws(HordeError) {
                let ticket = try await Submission(order, key: key, horde: self).ticket(until: deadline)
                guard !Task.isCancelled else {
                    abandon(ticket)
                    throw .cancelled
                }
                return ticket
            } catch {
                var pause = Duration.seconds(1)
                if case .rateLimited(let seconds) = error { pause = .seconds(seconds) }
                guard error.isPassing, .now + pause < min(end, deadline) else { throw error }
                try await audience.sleep(for: pause)
                if audience.isAway { throw .left }
            }
        }
    }

    /// Asks for the job's status until it is over.
    private func end(
        of ticket: Ticket,
        _ count: Int,
        _ audience: Audience,
        _ terms: GenerationTerms,
        _ onProgress: @LoopActor (GenerationProgress) -> Void
    ) async throws(HordeError) -> [Generation] {
        var schedule = PollSchedule()
        var patience = JobPatience(impossibleReadsMax: terms.impossibleReadsMax)
        var start = StartWatch(limit: terms.startLimit, at: .now)
        /// How far the deletion has come since the audience has left: one that fails is repeated soon.
        var (isDeletionTried, isDeleted) = (false, false)
        /// Why the order is withdrawn, should no worker have it.
        var withdrawal: HordeError?
        var written: [Generation] = []
        var delay = schedule.next(after: nil)
        while true {
            if audience.isAway {
                delay = isDeleted ? max(delay, Limits.awayReadInterval) : isDeletionTried ? delay : .zero
            }
            if withdrawal != nil { delay = .zero }
            try await audience.sleep(for: min(delay, audience.isAway ? delay : max(audience.deadline - .now, .zero)))
            if audience.isLate {
                guard !written.isEmpty else { throw .deadlinePassed }
                // Some of several choices are worth more than none.
                abandon(ticket)
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
                switch status.verdict(count: count) {
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
                    delay = schedule.next(after: progress)
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
                    delay = schedule.next(afterRefusal: seconds)
                } else {
                    delay = schedule.next(after: nil)
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

    func isOver(at now: ContinuousClock.Instant) -> Bool {
        end.map { $0 <= now } ?? false
    }
}
