import EventLoop

/// The place in line of one submission, and what comes of it.
@LoopActor
final class PlaceInLine {
    /// Gives it up, so that the outcome is a failure; without effect when there is an outcome.
    var leave: (@LoopActor () -> Void)?
    /// Ends the wait with the audience's patience, where an account is full for so long.
    var timer: TimerID?
    /// Tells that the audience has left.
    var watch: Int?
    private var result: Result<WaitingJobs, HordeError>?
    private var waiter: UnsafeContinuation<Void, Never>?

    nonisolated init() {}

    func settle(_ result: Result<WaitingJobs, HordeError>) {
        self.result = result
        let waiter = waiter
        self.waiter = nil
        waiter?.resume()
    }

    /// Returns when it is settled; the end of the task gives the place up.
    func outcome() async {
        await withTaskCancellationHandler {
            await withUnsafeContinuation { wait($0) }
        } onCancel: {
            EventLoop.perform { self.leave?() }
        }
    }

    @inline(never)
    private func wait(_ continuation: UnsafeContinuation<Void, Never>) {
        if result == nil { waiter = continuation } else { continuation.resume() }
    }

    /// The outcome, once there is one.
    func take() -> Result<WaitingJobs, HordeError> {
        guard let result else { preconditionFailure("what comes of a place is asked when it is settled") }
        return result
    }
}
