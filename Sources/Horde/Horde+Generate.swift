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
    /// A job that faults, expires or comes back empty is submitted again, at most twice; empty is one that holds nothing but
    /// white space, unless `takesEmpty` says that this may well be the answer. Cancelling the task, the
    /// deadline and every error end with the job deleted at Horde.
    ///
    /// `onProgress` is told of each step, in order, on the loop.
    package func generate(
        _ order: GenerationOrder,
        key: HordeKey,
        deadline: ContinuousClock.Instant,
        takesEmpty: Bool = false,
        onProgress: @LoopActor (GenerationProgress) -> Void
    ) async throws(HordeError) -> [Generation] {
        var rest = order
        var texts: [Generation] = []
        var resubmits = 0
        while true {
            do throws(HordeError) {
                let more = try await runJob(rest, key: key, deadline: deadline, onProgress: onProgress)
                texts += takesEmpty ? more : more.filter { $0.isCensored || !$0.text.allSatisfy(\.isWhitespace) }
                if texts.count >= order.params.n { return texts }
                throw .emptyText
            } catch {
                guard error.deservesAnotherJob, resubmits < Limits.resubmitsMax else {
                    // What has been written is paid for: some of the choices are worth more than an error.
                    if texts.isEmpty || error == .cancelled { throw error }
                    return texts
                }
                resubmits += 1
                rest.params.n = order.params.n - texts.count
            }
        }
    }

    /// One job from submission to its end.
    private func runJob(
        _ order: GenerationOrder,
        key: HordeKey,
        deadline: ContinuousClock.Instant,
        onProgress: @LoopActor (GenerationProgress) -> Void
    ) async throws(HordeError) -> [Generation] {
        let ticket = try await ticket(for: order, key: key, deadline: deadline, onProgress: onProgress)
        do throws(HordeError) {
            onProgress(.accepted)
            return try await end(of: ticket, count: order.params.n, deadline: deadline, onProgress: onProgress)
        } catch {
            abandon(ticket)
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
        deadline: ContinuousClock.Instant,
        onProgress: @LoopActor (GenerationProgress) -> Void
    ) async throws(HordeError) -> Ticket {
        var patienceEnds: ContinuousClock.Instant?
        while true {
            try await gate.pass(until: deadline) { onProgress(.inLine(ahead: $0)) }
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
                try await wait(pause)
            }
        }
    }

    /// Asks for the job's status until it is over.
    private func end(
        of ticket: Ticket,
        count: Int,
        deadline: ContinuousClock.Instant,
        onProgress: @LoopActor (GenerationProgress) -> Void
    ) async throws(HordeError) -> [Generation] {
        var schedule = PollSchedule()
        var patience = JobPatience()
        var delay = schedule.next(after: nil)
        while true {
            guard .now + delay < deadline else {
                try await wait(deadline - .now)
                throw .deadlinePassed
            }
            try await wait(delay)
            do throws(HordeError) {
                let status = try await status(of: ticket, timeout: min(Limits.readSecondsMax, deadline - .now))
                switch status.verdict(count: count) {
                case .ended(let generations): return generations
                case .faulted: throw .faulted
                case .waiting(let progress):
                    try patience.heard(progress, at: .now)
                    onProgress(.pending(progress))
                    delay = schedule.next(after: progress)
                }
            } catch {
                guard error.isPassing else { throw error }
                try patience.heardNothing(error, at: .now)
                if case .rateLimited(let seconds) = error {
                    delay = schedule.next(afterRefusal: seconds)
                } else {
                    delay = schedule.next(after: nil)
                }
            }
        }
    }

    private func wait(_ delay: Duration) async throws(HordeError) {
        do throws(CancellationError) {
            try await EventLoop.sleep(for: delay)
        } catch {
            throw .cancelled
        }
    }
}
