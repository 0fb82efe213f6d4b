import EventLoop

/// The place in line of one submission, and what comes of it.
@LoopActor
final class PlaceInLine {
    /// Gives it up, so that it is settled with a failure; without effect when it is settled.
    var leave: (@LoopActor () -> Void)?
    /// Ends the wait with the audience's patience, where an account is full for so long.
    var timer: TimerID?
    /// Tells that the audience has left.
    var watch: Int?
    private var state = State.new

    private enum State {
        case new
        case awaited(UnsafeContinuation<Void, Never>)
        case settled(Result<WaitingJobs, HordeError>)
    }

    nonisolated init() {}

    /// Whether it is known what came of it.
    var isSettled: Bool { if case .settled = state { true } else { false } }

    /// Tells what came of it, once.
    func settle(_ outcome: Result<WaitingJobs, HordeError>) {
        let before = state
        state = .settled(outcome)
        switch before {
        case .new: break
        case .awaited(let waiter): waiter.resume()
        case .settled: preconditionFailure("a place in line is given away or given up, and once")
        }
    }

    /// Returns when it is settled; the end of the task gives the place up.
    func settled() async {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { wait($0) }
        } onCancel: {
            EventLoop.perform { self.leave?() }
        }
    }

    @inline(never)
    private func wait(_ continuation: UnsafeContinuation<Void, Never>) {
        if isSettled { continuation.resume() } else { state = .awaited(continuation) }
    }

    /// What came of it, once it is settled.
    var outcome: Result<WaitingJobs, HordeError> {
        guard case .settled(let outcome) = state else { preconditionFailure("it is asked for when it is settled") }
        return outcome
    }
}
