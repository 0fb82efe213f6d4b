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
        try await wait(delay, hint)
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

    var isLate: Bool {
        @inline(never) get { !isAway && deadline <= .now }
    }

    @inline(never)
    private func wait(_ delay: Duration?, _ hint: WebhookHint? = nil) async throws(HordeError) {
        let waiter = enter(hint)
        await waiter.wait(delay)
        exit(waiter, hint)
        if Task.isCancelled { throw .cancelled }
    }

    @inline(never)
    private func enter(_ hint: WebhookHint?) -> Waiter {
        let waiter = Waiter()
        waiters[ObjectIdentifier(waiter)] = waiter
        hint?.onDelivery { waiter.wake() }
        return waiter
    }

    @inline(never)
    private func exit(_ waiter: Waiter, _ hint: WebhookHint?) {
        hint?.onDelivery(nil)
        waiters[ObjectIdentifier(waiter)] = nil
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

        /// Returns when it is woken, also by the end of its task.
        func wait(_ delay: Duration?) async {
            await withTaskCancellationHandler {
                await withUnsafeContinuation { begin($0, delay) }
            } onCancel: {
                EventLoop.perform { self.wake() }
            }
        }

        @inline(never)
        private func begin(_ continuation: UnsafeContinuation<Void, Never>, _ delay: Duration?) {
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
