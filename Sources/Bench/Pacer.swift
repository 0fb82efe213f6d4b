import EventLoop

/// Hands the requests of a schedule to clients.
///
/// A request that is due goes to a client that has just got its answer; one that is not yet due goes, when its time has
/// come, to the client that became free last. So no more connections are used than are needed.
@LoopActor
final class Pacer {
    /// A client's next request.
    struct Turn {
        /// When it should begin, in seconds since the start.
        let time: Double
        /// Whether the client was free at that time, and not still busy with the answer before.
        let isOnTime: Bool
    }

    private var schedule: Schedule
    private let origin: ContinuousClock.Instant
    private var free: [UnsafeContinuation<Turn?, Never>] = []
    private var timer: TimerID?
    private var isStopped = false

    init(_ schedule: Schedule, origin: ContinuousClock.Instant) {
        self.schedule = schedule
        self.origin = origin
    }

    private var now: Double { (ContinuousClock.now - origin).seconds }

    /// Waits until the client that asks is to begin its next request; nil when there is none for it any more.
    func turn() async -> Turn? {
        if isStopped { return nil }
        guard let time = schedule.coming(at: now) else { return nil }
        if time <= now { return schedule.next(at: now).map { Turn(time: $0, isOnTime: false) } }
        return await withUnsafeContinuation { continuation in
            free.append(continuation)
            if timer == nil { arm(time) }
        }
    }

    /// No request begins any more.
    func stop() {
        isStopped = true
        dismissAll()
    }

    private func arm(_ time: Double) {
        timer = EventLoop.schedule(after: .seconds(max(0, time - now))) { [weak self] in self?.due() }
    }

    private func due() {
        timer = nil
        while let time = schedule.coming(at: now) {
            guard time <= now else {
                if !free.isEmpty { arm(time) }
                return
            }
            guard let client = free.popLast() else { return }
            client.resume(returning: schedule.next(at: now).map { Turn(time: $0, isOnTime: true) })
        }
        dismissAll()
    }

    private func dismissAll() {
        if let timer { EventLoop.cancel(timer) }
        timer = nil
        let waiting = free
        free = []
        for client in waiting { client.resume(returning: nil) }
    }
}
