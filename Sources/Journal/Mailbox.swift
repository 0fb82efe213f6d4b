import CLinux
import EventLoop
import Glibc
import Synchronization

/// Changes on their way from the loop to the writer's thread.
///
/// The loop never waits for it: the lock is held for the time in which a dictionary is taken.
final class Mailbox: Sendable {
    private struct State {
        var changes: [String: JobChange] = [:]
        var isClosed = false
        var isOverflown = false
    }
    private let state = Mutex(State())
    private let bell = FileDescriptor(owning: eventfd(0, CInt(EFD_CLOEXEC)))

    /// What the writer finds.
    struct Delivery {
        var changes: [String: JobChange]
        /// Nothing comes after these.
        var isLast: Bool
        /// Some did not fit.
        var isIncomplete: Bool
    }

    func put(_ id: String, _ change: JobChange) {
        let isFirst = state.withLock { state in
            if state.changes.count >= Limits.changesMax, state.changes[id] == nil {
                state.isOverflown = true
                return false
            }
            state.changes[id] = change
            return state.changes.count == 1
        }
        if isFirst { ring() }
    }

    func close() {
        state.withLock { $0.isClosed = true }
        ring()
    }

    private func ring() { eventfd_write(bell.rawValue, 1) }

    /// Waits for changes, at most so long; none when nothing came.
    func take(within milliseconds: CInt) -> Delivery {
        var descriptor = pollfd(fd: bell.rawValue, events: Int16(POLLIN), revents: 0)
        if poll(&descriptor, 1, milliseconds) > 0 {
            var count: eventfd_t = 0
            eventfd_read(bell.rawValue, &count)
        }
        return state.withLock { state in
            defer {
                state.changes = [:]
                state.isOverflown = false
            }
            return Delivery(changes: state.changes, isLast: state.isClosed, isIncomplete: state.isOverflown)
        }
    }
}
