import EventLoop

/// What happens to an order on its way, for those who wait for it.
package enum GenerationProgress: Equatable, Sendable {
    /// It waits for our turn to submit; so many are before it, and that takes about so long.
    case inLine(ahead: Int, wait: Duration)
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
    /// `onLoss` is told why a job is submitted again and what came of it, and names workers that shall not have it this
    /// time.
    package func generate(
        _ pending: PendingOrder,
        onLoss: @LoopActor (HordeError, [Generation]) async -> Set<String> = { _, _ in [] }
    ) async throws(HordeError) -> [Generation] {
        while let error = await runJob(pending) {
            guard try await prepareNextJob(pending, after: error, onLoss) else { break }
        }
        return pending.texts
    }

    /// Prepares another job for what is missing; false when what is there has to do.
    @inline(never)
    private func prepareNextJob(
        _ pending: PendingOrder,
        after error: HordeError,
        _ onLoss: @LoopActor (HordeError, [Generation]) async -> Set<String>
    ) async throws(HordeError) -> Bool {
        switch try pending.step(after: error) {
        case .ends: return false
        case .waitsForAudience: try await pending.audience.presence()
        case .resubmits: pending.avoid(await onLoss(error, pending.latest))
        }
        return true
    }

    /// One job from submission to its end; nil when all texts are there, or else why not.
    @inline(never)
    private func runJob(_ pending: PendingOrder) async -> HordeError? {
        do throws(HordeError) {
            let job = try await submit(pending)
            return ended(pending, .success(try await watch(job)))
        } catch {
            return ended(pending, .failure(error))
        }
    }

    @inline(never)
    private func ended(_ pending: PendingOrder, _ outcome: Result<[Generation], HordeError>) -> HordeError? {
        let hasText: Bool
        if let job = pending.job { count(job, of: pending, outcome) }
        switch outcome {
        case .success: hasText = true
        case .failure(let error):
            hasText = false
            if let job = pending.job {
                if error.isAfterDeletion { ended(job.ticket) } else { abandon(job.ticket, job.waiting, job.bill) }
            }
        }
        if let hint = pending.hint { webhooks?.ended(hint, hasText: hasText) }
        return pending.take(outcome)
    }

    /// Submits when it is our turn; a refusal that may pass is met with patience, each attempt in its turn.
    ///
    /// Patience counts from the first attempt's start: an answer that never came, or came to nothing after a while, may
    /// have been a job taken, and is not repeated.
    @inline(never)
    private func submit(_ pending: PendingOrder) async throws(HordeError) -> Job {
        try await pending.audience.presence()
        await inheritanceIsKnown()
        if let ticket = inheritedTicket(for: pending) { return try accepted(ticket, .none(of: dispatcher), pending) }
        let attempts = beginAttempts(pending)
        while true {
            try checkRest()
            let waiting = try await dispatcher.pass(attempts.turn, for: pending.audience) {
                pending.onProgress(.inLine(ahead: $0, wait: $1))
            }
            try checkRest()
            breaker.began(at: .now)
            attempts.began()
            do throws(HordeError) {
                let ticket = try await Submission(pending, waiting, horde: self).ticket(for: pending.audience)
                return try accepted(ticket, waiting, pending)
            } catch {
                let pause = try attempts.pause(after: error, waiting)
                try await pending.audience.sleep(for: pause)
                if pending.audience.isAway { throw .left }
            }
        }
    }

    /// - Throws: `.resting` while Horde is left alone.
    @inline(never)
    private func checkRest() throws(HordeError) {
        if let rest = breaker.rest(at: .now) { throw .resting(retryAfter: rest) }
    }

    @inline(never)
    private func beginAttempts(_ pending: PendingOrder) -> SubmitAttempts {
        pending.expect(webhooks?.expect(pending.order.params.n))
        return SubmitAttempts(pending)
    }

    @inline(never)
    private func accepted(
        _ ticket: Ticket,
        _ waiting: WaitingJobs,
        _ pending: PendingOrder
    ) throws(HordeError) -> Job {
        guard !Task.isCancelled else {
            abandon(ticket, waiting, bill(pending.onSpent))
            throw .cancelled
        }
        record(ticket, of: pending)
        let isProven = webhooks?.isProven ?? false
        let job = Job(
            ticket,
            waiting,
            bill(pending.onSpent),
            of: pending,
            isSafetyNet: pending.hint != nil && isProven
        )
        pending.job = job
        pending.onProgress(.accepted)
        return job
    }
}

/// The attempts to submit one job.
@LoopActor
private final class SubmitAttempts {
    private(set) var turn: SubmitTurn
    private let pending: PendingOrder
    private var patience = RefusalPatience()

    init(_ pending: PendingOrder) {
        self.pending = pending
        turn = SubmitTurn(
            key: pending.key,
            jobs: pending.order.params.n,
            isQuick: pending.terms.isQuick,
            isContinued: pending.terms.isContinued
        )
    }

    @inline(never)
    func began() {
        pending.onProgress(.submitting)
        patience.began(at: .now)
    }

    /// The pause before the next attempt, which keeps its place in line.
    ///
    /// - Throws: the same error when there is none.
    @inline(never)
    func pause(after error: HordeError, _ waiting: WaitingJobs) throws(HordeError) -> Duration {
        guard let pause = patience.pause(after: error, at: .now), .now + pause < pending.audience.deadline
        else { throw error }
        // Refused, it makes nothing wait; the place in line is kept.
        waiting.ended()
        turn.isContinued = true
        return pause
    }
}
