package import EventLoop

/// Who waits for a text, and until when: the client of a request, which may leave and come back.
@LoopActor
package final class Audience {
    /// Whether nobody waits at the moment.
    package private(set) var isAway = false
    /// Until when a text is waited for; not counted while nobody waits.
    package var deadline: ContinuousClock.Instant
    private var waiters: [ObjectIdentifier: Waiter] = [:]
    private var watches: [Int: @LoopActor () -> Void] = [:]
    private var lastWatch = 0

    /// An audience that is there.
    package init(until deadline: ContinuousClock.Instant) {
        self.deadline = deadline
    }

    /// Nobody waits any more: jobs that no worker has are given up, and nothing more is submitted.
    package func leave() {
        isAway = true
        for watch in Array(watches.values) { watch() }
        wakeAll()
    }

    /// Somebody waits again, until then.
    package func comeBack(until deadline: ContinuousClock.Instant) {
        self.deadline = deadline
        isAway = false
        wakeAll()
    }

    /// Returns when somebody waits, at once if so already.
    ///
    /// - Throws: `.cancelled` with the task.
    package func presence() async throws(HordeError) {
        while isAway { try await wait(nil) }
    }

    /// Sleeps; less long when the audience leaves or comes back meanwhile.
    ///
    /// - Throws: `.cancelled` with the task.
    package func sleep(for delay: Duration) async throws(HordeError) {
        try await wait(delay)
    }

    /// The same, and less long when Horde calls meanwhile.
    func sleep(for delay: Duration, orUntil hint: WebhookHint?) async throws(HordeError) {
        guard let hint else { return try await wait(delay) }
        defer { hint.onDelivery(nil) }
        try await wait(delay) { waiter in hint.onDelivery { waiter.wake() } }
    }

    /// Calls something when the audience leaves, until it is forgotten.
    func onLeave(_ action: @escaping @LoopActor () -> Void) -> Int {
        lastWatch += 1
        watches[lastWatch] = action
        return lastWatch
    }

    func forget(_ watch: Int) {
        watches[watch] = nil
    }

    var isLate: Bool { !isAway && deadline <= .now }

    private func wait(_ delay: Duration?, _ arrange: (Waiter) -> Void = { _ in }) async throws(HordeError) {
        let waiter = Waiter()
        waiters[ObjectIdentifier(waiter)] = waiter
        arrange(waiter)
        await withTaskCancellationHandler {
            await withUnsafeContinuation { waiter.begin($0, delay) }
        } onCancel: {
            EventLoop.perform { waiter.wake() }
        }
        waiters[ObjectIdentifier(waiter)] = nil
        if Task.isCancelled { throw .cancelled }
    }

    private func wakeAll() {
        for waiter in Array(waiters.values) { waiter.wake() }
    }

    /// One that sleeps, and is woken once.
    @LoopActor
    private final class Waiter {
        private enum State {
            case new
            case asleep(UnsafeContinuation<Void, Never>, TimerID?)
            case awake
        }
        private var state = State.new

        nonisolated init() {}

        func begin(_ continuation: UnsafeContinuation<Void, Never>, _ delay: Duration?) {
            if case .awake = state { return continuation.resume() }
            let timer = delay.map { EventLoop.schedule(after: $0) { [weak self] in self?.wake() } }
            state = .asleep(continuation, timer)
        }

        func wake() {
            let before = state
            state = .awake
            guard case .asleep(let continuation, let timer) = before else { return }
            if let timer { EventLoop.cancel(timer) }
            continuation.resume()
        }
    }
}
