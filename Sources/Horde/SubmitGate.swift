import DequeModule
import EventLoop

/// Where submissions wait for their turn, in order.
///
/// One that is cancelled leaves without having cost anything.
@LoopActor
final class SubmitGate {
    private var budget: SubmitBudget
    private var waiting: Deque<Waiter> = []
    private var timer: TimerID?

    /// A submission that waits.
    private final class Waiter {
        let pass: @LoopActor (Result<Void, HordeError>) -> Void
        init(_ pass: @escaping @LoopActor (Result<Void, HordeError>) -> Void) { self.pass = pass }
    }

    init(submitsPerMinute: Int) {
        budget = SubmitBudget(perMinute: submitsPerMinute)
    }

    /// Returns when the caller may submit; `onWait` is told how many are before it, when there is a wait.
    ///
    /// An audience that leaves loses its place.
    func pass(for audience: Audience, onWait: (Int) -> Void) async throws(HordeError) {
        guard !Task.isCancelled else { throw .cancelled }
        let deadline = audience.deadline
        guard audience.isAway || deadline > .now else { throw .deadlinePassed }
        if waiting.isEmpty, budget.take(at: .now) == nil { return }
        let wait = budget.wait(for: waiting.count + 1, at: .now)
        guard waiting.count < Limits.waitingSubmitsMax, .now + wait < deadline else {
            throw .queueFull(retryAfterSeconds: min(Int(wait.components.seconds) + 1, 60))
        }
        onWait(waiting.count)
        let place = Place()
        let watch = audience.onLeave { place.leave?() }
        defer { audience.forget(watch) }
        let outcome =
            await withTaskCancellationHandler {
                await withUnsafeContinuation { continuation in
                    guard !place.isCancelled else { return continuation.resume(returning: .failure(.cancelled)) }
                    let waiter = Waiter { continuation.resume(returning: $0) }
                    place.leave = { [self] in leave(waiter) }
                    waiting.append(waiter)
                    admit()
                }
            } onCancel: {
                EventLoop.perform {
                    place.isCancelled = true
                    place.leave?()
                }
            } as Result<Void, HordeError>
        if audience.isAway { throw .left }
        try outcome.get()
    }

    /// How many wait.
    var waitingCount: Int { waiting.count }

    private func leave(_ waiter: Waiter) {
        guard let index = waiting.firstIndex(where: { $0 === waiter }) else { return }
        waiting.remove(at: index)
        waiter.pass(.failure(.cancelled))
    }

    private func admit() {
        while let next = waiting.first {
            if let wait = budget.take(at: .now) {
                if timer == nil {
                    timer = EventLoop.schedule(after: wait) { [weak self] in
                        self?.timer = nil
                        self?.admit()
                    }
                }
                return
            }
            waiting.removeFirst()
            next.pass(.success(()))
        }
    }
}

/// What cancellation needs to find a waiter by.
@LoopActor
private final class Place {
    var isCancelled = false
    var leave: (@LoopActor () -> Void)?
}
