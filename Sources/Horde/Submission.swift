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
    private let bill: JobBill
    private var state = State.pending
    private var timer: TimerID?

    @inline(never)
    init(_ pending: PendingOrder, _ jobs: WaitingJobs, horde: Horde) {
        self.horde = horde
        self.jobs = jobs
        bill = horde.bill(pending.onSpent)
        horde.abandonments.began()
        // What goes out is taken now: nothing else of the order is kept by a submission that was left.
        EventLoop.task { [self, order = pending.order, key = pending.key] in
            arrived(await outcome(order, key))
            horde.abandonments.ended()
        }
    }

    private func outcome(_ order: GenerationOrder, _ key: HordeKey) async -> Result<Ticket, HordeError> {
        do throws(HordeError) {
            return .success(try await horde.submit(order, key: key))
        } catch {
            return .failure(error)
        }
    }

    /// Waits for the id; throws when the task is cancelled or the audience's deadline passes first.
    func ticket(for audience: Audience) async throws(HordeError) -> Ticket {
        leaveWhenLate(audience)
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
        if let timer { EventLoop.cancel(timer) }
        return try outcome.get()
    }

    /// The deadline of an audience moves while parts come, and does not count while nobody waits.
    private func leaveWhenLate(_ audience: Audience) {
        if audience.isLate { return leave(.deadlinePassed) }
        let pause = audience.isAway ? Limits.awayReadInterval : audience.deadline - .now
        timer = EventLoop.schedule(after: pause) { [self] in leaveWhenLate(audience) }
    }

    private func arrived(_ outcome: Result<Ticket, HordeError>) {
        switch state {
        case .pending: state = .arrived(outcome)
        case .awaited(let waiter):
            state = .arrived(outcome)
            waiter.resume(returning: outcome)
        case .left:
            if case .success(let ticket) = outcome { horde.abandon(ticket, jobs, bill) }
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
