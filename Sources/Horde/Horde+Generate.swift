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
    /// `onProgress` is told of each step, in order, on the loop. `onLoss` is told why a job is submitted again and what
    /// came of it, and names workers that shall not have it this time.
    package func generate(
        _ order: GenerationOrder,
        key: HordeKey,
        for audience: Audience,
        terms: GenerationTerms = GenerationTerms(),
        onProgress: @escaping @LoopActor (GenerationProgress) -> Void,
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
        onProgress: @escaping @LoopActor (GenerationProgress) -> Void
    ) async throws(HordeError) -> [Generation] {
        try await audience.presence()
        var order = order
        let hint = webhooks?.expect(order.params.n)
        var hasText = false
        defer { if let hint { webhooks?.ended(hint, hasText: hasText) } }
        order.webhook = hint?.url
        let (ticket, jobs) = try await ticket(for: order, key, audience, terms, onProgress)
        defer { jobs.ended() }
        do throws(HordeError) {
            onProgress(.accepted)
            let texts = try await watch(ticket, jobs, order, hint, for: audience, terms, onProgress)
            hasText = true
            return texts
        } catch {
            if !error.isAfterDeletion { abandon(ticket, jobs) }
            throw error
        }
    }

    /// Submits when it is our turn; a refusal that may pass is met with patience, each attempt in its turn.
    ///
    /// Patience counts from the first attempt's start: an answer that never came, or came to nothing after a while, may
    /// have been a job taken, and is not repeated.
    private func ticket(
        for order: GenerationOrder,
        _ key: HordeKey,
        _ audience: Audience,
        _ terms: GenerationTerms,
        _ onProgress: @escaping @LoopActor (GenerationProgress) -> Void
    ) async throws(HordeError) -> (Ticket, WaitingJobs) {
        let deadline = audience.deadline
        var turn = SubmitTurn(key: key, jobs: order.params.n, isQuick: terms.isQuick, isContinued: terms.isContinued)
        var patience = RefusalPatience()
        while true {
            let jobs = try await dispatcher.pass(turn, for: audience) { onProgress(.inLine(ahead: $0, wait: $1)) }
            onProgress(.submitting)
            patience.began(at: .now)
            do throws(HordeError) {
                let ticket = try await Submission(order, key: key, jobs, horde: self).ticket(until: deadline)
                guard !Task.isCancelled else {
                    abandon(ticket, jobs)
                    throw .cancelled
                }
                return (ticket, jobs)
            } catch {
                guard let pause = patience.pause(after: error, at: .now), .now + pause < deadline else { throw error }
                // Refused, it makes nothing wait; the place in line is kept.
                jobs.ended()
                turn.isContinued = true
                try await audience.sleep(for: pause)
                if audience.isAway { throw .left }
            }
        }
    }
}
