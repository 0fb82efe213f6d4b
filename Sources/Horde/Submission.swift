import EventLoop

/// One submission on its way.
///
/// It is never cut off: Horde may have taken it already, and without its id nobody could cancel it. A caller that stops
/// waiting leaves it behind; its job is then deleted the moment the id arrives.
@LoopActor
final class Submission {
    private enum State {
        case pending
        case awaited(UnsafeContinuation<Result<Ticket, HordeError>, Never>)
        case arrived(Result<Ticket, HordeError>)
        case left(HordeError)
    }

    private let horde: Horde
    private let jobs: WaitingJobs
    private var state = State.pending

    @inline(never)
    init(_ pending: PendingOrder, _ jobs: WaitingJobs, horde: Horde) {
        self.horde = horde
        self.jobs = jobs
        horde.abandonments.began()
        EventLoop.task { [self] in
            arrived(await outcome(of: pending))
            horde.abandonments.ended()
        }
    }

    private func outcome(of pending: PendingOrder) async -> Result<Ticket, HordeError> {
        do throws(HordeError) {
            return .success(try await horde.submit(pending.order, key: pending.key))
        } catch {
            return .failure(error)
        }
    }

    /// Waits for the id; throws when the task is cancelled or the deadline passes first.
    func ticket(until deadline: ContinuousClock.Instant) async throws(HordeError) -> Ticket {
        let timer = EventLoop.schedule(after: deadline - .now) { [self] in leave(.deadlinePassed) }
        let outcome = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                switch state {
                case .arrived(let outcome): continuation.resume(returning: outcome)
                case .left(let reason): continuation.resume(returning: .failure(reason))
                case .pending: state = .awaited(continuation)
                case .awaited: preconditionFailure("one waiter at a time")
                }
            }
        } onCancel: {
            EventLoop.perform { self.leave(.cancelled) }
        }
        EventLoop.cancel(timer)
        return try outcome.get()
    }

    private func arrived(_ outcome: Result<Ticket, HordeError>) {
        switch state {
        case .pending: state = .arrived(outcome)
        case .awaited(let waiter):
            state = .arrived(outcome)
            waiter.resume(returning: outcome)
        case .left:
            if case .success(let ticket) = outcome { horde.abandon(ticket, jobs) }
        case .arrived: preconditionFailure("a submission ends once")
        }
    }

    private func leave(_ reason: HordeError) {
        switch state {
        case .pending: state = .left(reason)
        case .awaited(let waiter):
            state = .left(reason)
            waiter.resume(returning: .failure(reason))
        // The id is there: whoever receives it sees the cancellation for himself.
        case .arrived, .left: break
        }
    }
}
