import CLinux
import Glibc
package import Metrics

/// What a descriptor is watched for, and what it was found ready for.
package struct Readiness: OptionSet, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let readable = Readiness(rawValue: EPOLLIN.rawValue)
    package static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
    /// The other side has closed its half, or the whole connection (`EPOLLRDHUP`).
    package static let peerClosed = Readiness(rawValue: linux_epoll_peer_closed)
    /// Told once per change instead of as long as it lasts (`EPOLLET`).
    package static let edgeTriggered = Readiness(rawValue: linux_epoll_edge_triggered)
    /// Reported whether asked for or not.
    package static let failed = Readiness(rawValue: EPOLLERR.rawValue | EPOLLHUP.rawValue)
}

/// The epoll set, and the table of who is called when a descriptor is ready.
final class Poller: @unchecked Sendable {
    // @unchecked Sendable because `watches`, `generation` and the turns are touched by the loop's thread alone; `wake` only writes
    // to an eventfd, which any thread may do.

    private let epoll = FileDescriptor(owning: epoll_create1(CInt(EPOLL_CLOEXEC)))
    private let wakeup = FileDescriptor(owning: eventfd(0, CInt(EFD_NONBLOCK | EFD_CLOEXEC)))
    private var watches: [CInt: Watch] = [:]
    private var generation: UInt32 = 0
    /// How long turns took, from the end of one wait to the beginning of the next.
    private(set) var turns = Distribution(turnBounds)
    private var turnBegan: UInt64?

    private static let turnBounds = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]

    private struct Watch {
        let generation: UInt32
        let handler: @LoopActor (Readiness) -> Void
    }

    /// How many events one `epoll_wait` may bring.
    private static let eventsPerWaitMax = 256

    init() {
        guard control(EPOLL_CTL_ADD, wakeup.rawValue, .readable, generation: 0) else {
            SystemRefusal.end("the system does not watch a descriptor")
        }
    }

    func wake() {
        eventfd_write(wakeup.rawValue, 1)
    }

    func watch(
        _ descriptor: CInt,
        for readiness: Readiness,
        handler: @escaping @LoopActor (Readiness) -> Void
    ) -> Bool {
        // An event carries the generation of its watch, because a handler that ran earlier in the same batch may have
        // closed this descriptor and opened another one under the same number.
        generation &+= 1
        let operation = watches[descriptor] == nil ? EPOLL_CTL_ADD : EPOLL_CTL_MOD
        watches[descriptor] = Watch(generation: generation, handler: handler)
        return control(operation, descriptor, readiness, generation: generation)
    }

    func unwatch(_ descriptor: CInt) {
        guard watches.removeValue(forKey: descriptor) != nil else { return }
        // libcurl closes some sockets before it says so: a descriptor that is gone (EBADF, ENOENT) is fine here.
        epoll_ctl(epoll.rawValue, EPOLL_CTL_DEL, descriptor, nil)
    }

    private func control(
        _ operation: CInt,
        _ descriptor: CInt,
        _ readiness: Readiness,
        generation: UInt32
    ) -> Bool {
        var event = epoll_event()
        event.events = readiness.rawValue
        event.data.u64 = UInt64(generation) << 32 | UInt64(UInt32(bitPattern: descriptor))
        if epoll_ctl(epoll.rawValue, operation, descriptor, &event) == 0 { return true }
        guard errno == EEXIST || errno == ENOENT else { return false }
        // The number was closed and opened again behind our back: the table was right about us, not the kernel.
        let other = operation == EPOLL_CTL_ADD ? EPOLL_CTL_MOD : EPOLL_CTL_ADD
        return epoll_ctl(epoll.rawValue, other, descriptor, &event) == 0
    }

    /// Waits for events and calls their handlers; `nil` waits as long as it takes.
    func wait(atMost duration: Duration?) {
        if let turnBegan { turns.add(Double(Self.nanoseconds - turnBegan) * 1e-9) }
        withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: Self.eventsPerWaitMax) { events in
            let count = epoll_wait(
                epoll.rawValue,
                events.baseAddress,
                CInt(Self.eventsPerWaitMax),
                duration.map(Self.milliseconds) ?? -1
            )
            turnBegan = Self.nanoseconds
            for event in events.prefix(Int(max(count, 0))) {
                dispatch(event)
            }
        }
    }

    private func dispatch(_ event: epoll_event) {
        let descriptor = CInt(bitPattern: UInt32(truncatingIfNeeded: event.data.u64))
        if descriptor == wakeup.rawValue {
            var count: eventfd_t = 0
            eventfd_read(wakeup.rawValue, &count)
            return
        }
        guard let watch = watches[descriptor], watch.generation == UInt32(event.data.u64 >> 32) else { return }
        let readiness = Readiness(rawValue: event.events)
        LoopActor.assumeIsolated { watch.handler(readiness) }
    }

    /// Of the clock that is read fastest: it is read twice in every turn.
    private static var nanoseconds: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Rounded up: a loop that wakes a moment too early turns once more for nothing.
    private static func milliseconds(_ duration: Duration) -> CInt {
        let (seconds, attoseconds) = duration.components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        guard seconds < 86_400 else { return 86_400_000 }
        return CInt(seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}

extension EventLoop {
    /// Calls `handler` whenever the descriptor is ready; a second call for the same descriptor replaces the first.
    ///
    /// - Returns: false when the system has no room for it, so that nothing will be told.
    @discardableResult
    @LoopActor package static func watch(
        _ descriptor: CInt,
        for readiness: Readiness,
        handler: @escaping @LoopActor (Readiness) -> Void
    ) -> Bool {
        shared.poller.watch(descriptor, for: readiness, handler: handler)
    }

    /// How long turns of the loop took: what came meanwhile has waited for so long at most.
    @LoopActor package static var turns: Distribution { shared.poller.turns }

    /// Forgets the descriptor; to be called before it is closed.
    @LoopActor package static func unwatch(_ descriptor: CInt) {
        shared.poller.unwatch(descriptor)
    }
}
