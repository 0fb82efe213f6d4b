import HeapModule

/// Names one scheduled action, so that it can be cancelled.
package struct TimerID: Hashable, Sendable {
    fileprivate let number: UInt64
}

/// What is to happen later, ordered by when.
final class Timers: @unchecked Sendable {
    // @unchecked Sendable because all of it is touched by the loop's thread alone: every function is isolated to it.

    private struct Entry: Comparable {
        let due: ContinuousClock.Instant
        let id: TimerID

        static func < (left: Entry, right: Entry) -> Bool { (left.due, left.id.number) < (right.due, right.id.number) }
    }

    private var heap = Heap<Entry>()
    private var actions: [TimerID: @LoopActor () -> Void] = [:]
    private var lastNumber: UInt64 = 0

    /// Cancelled entries stay in the heap until they are due, but never more than the live ones plus this.
    private static let staleEntriesMax = 1024

    @LoopActor func schedule(after delay: Duration, _ action: @escaping @LoopActor () -> Void) -> TimerID {
        lastNumber += 1
        let id = TimerID(number: lastNumber)
        actions[id] = action
        heap.insert(Entry(due: .now + max(delay, .zero), id: id))
        return id
    }

    @LoopActor func cancel(_ id: TimerID) {
        guard actions.removeValue(forKey: id) != nil else { return }
        if heap.count > 2 * actions.count + Self.staleEntriesMax {
            heap = Heap(heap.unordered.filter { actions[$0.id] != nil })
        }
    }

    var entryCount: Int { heap.count }

    /// Runs every action whose time has come.
    @LoopActor func fireDue() {
        guard !heap.isEmpty else { return }
        let now = ContinuousClock.now
        while let next = heap.min, next.due <= now {
            // Taken out before it is called, because it may well schedule the next one.
            heap.removeMin()
            actions.removeValue(forKey: next.id)?()
        }
    }

    /// The time until the next action; zero when it is late, nil when there is none.
    @LoopActor var untilNext: Duration? {
        while let next = heap.min {
            if actions[next.id] != nil { return max(next.due - .now, .zero) }
            heap.removeMin()
        }
        return nil
    }
}

extension EventLoop {
    /// Calls `action` once, when `delay` has passed.
    @LoopActor package static func schedule(
        after delay: Duration,
        _ action: @escaping @LoopActor () -> Void
    ) -> TimerID {
        shared.timers.schedule(after: delay, action)
    }

    /// Forgets a scheduled action; one that has been called or cancelled already is no error.
    @LoopActor package static func cancel(_ timer: TimerID) {
        shared.timers.cancel(timer)
    }

    /// How many entries the timers hold, cancelled ones included; for the test that they are not kept.
    package var timerEntries: Int { timers.entryCount }

    /// Suspends the task for `delay`; cancellation ends the wait at once.
    @LoopActor package static func sleep(for delay: Duration) async throws(CancellationError) {
        let pause = Pause()
        let isWhole = await withTaskCancellationHandler {
            await withUnsafeContinuation { pause.begin($0, delay) }
        } onCancel: {
            perform { pause.end(isWhole: false) }
        }
        guard isWhole else { throw CancellationError() }
    }
}

/// One sleeping task: woken by its timer or by cancellation, whichever comes first.
@LoopActor
private final class Pause {
    private enum State {
        case new
        case waiting(UnsafeContinuation<Bool, Never>, TimerID)
        case ended
    }
    private var state = State.new

    nonisolated init() {}

    func begin(_ continuation: UnsafeContinuation<Bool, Never>, _ delay: Duration) {
        guard case .new = state else { return continuation.resume(returning: false) }
        state = .waiting(continuation, EventLoop.schedule(after: delay) { [self] in end(isWhole: true) })
    }

    func end(isWhole: Bool) {
        if case .waiting(let continuation, let timer) = state {
            EventLoop.cancel(timer)
            continuation.resume(returning: isWhole)
        }
        state = .ended
    }
}
