import EventLoop

/// The answers that are being written, so that a stopping server can end them in order.
@LoopActor
final class RunningWork {
    /// How far the server has come.
    enum Phase {
        case serving
        /// It tells that it goes, and still takes what comes.
        case leaving
        /// It takes nothing new, and what is cancelled is told that the server stops.
        case draining
    }
    var phase = Phase.serving {
        didSet { if oldValue == .serving { stoppingSince = .now } }
    }
    /// When it began to go.
    private(set) var stoppingSince: ContinuousClock.Instant?
    private var isHurried = false
    private var tasks: [Int: Task<Void, Never>] = [:]
    private var lastID = 0
    private var waiter: UnsafeContinuation<Void, Never>?

    var count: Int { tasks.count }

    /// Runs `body` in a task of its own, which can be ended by the number that is returned, or with all others.
    func start(_ body: @escaping @Sendable @LoopActor () async -> Void) -> Int {
        lastID += 1
        let id = lastID
        tasks[id] = EventLoop.task { [self] in
            await body()
            tasks[id] = nil
            if tasks.isEmpty { finish() }
        }
        if isHurried { cancel(id) }
        return id
    }

    func cancel(_ id: Int) {
        tasks[id]?.cancel()
    }

    /// Ends all there is, and whatever begins later.
    func cancelAll() {
        isHurried = true
        for task in tasks.values { task.cancel() }
    }

    /// Waits for everything to end by itself; cancels what is left after `limit`, and waits for that.
    func drain(within limit: Duration) async {
        let timer = EventLoop.schedule(after: limit) { [self] in cancelAll() }
        await withUnsafeContinuation { continuation in
            if tasks.isEmpty { continuation.resume() } else { waiter = continuation }
        }
        EventLoop.cancel(timer)
    }

    private func finish() {
        let waiter = waiter
        self.waiter = nil
        waiter?.resume()
    }
}
