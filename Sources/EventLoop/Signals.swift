import CLinux
import Glibc

/// SIGTERM and SIGINT as something to await, and SIGHUP as an event.
///
/// ## When it goes away
/// The descriptor is unwatched and closed; the signals stay blocked, because a process that once took them over must not
/// be ended by a late one while it cleans up.
@LoopActor
package final class TerminationSignals {
    private let descriptor: FileDescriptor
    private var received = 0
    private var waiter: CheckedContinuation<Void, Never>?
    private let onHangup: (@LoopActor () -> Void)?

    /// Takes the signals over from their default action.
    ///
    /// To be created before other threads are: they inherit the mask of the thread that starts them.
    ///
    /// - Parameter onHangup: what SIGHUP does; without, it ends the process as it always does.
    package init(onHangup: (@LoopActor () -> Void)? = nil) {
        self.onHangup = onHangup
        var mask = sigset_t()
        sigemptyset(&mask)
        sigaddset(&mask, SIGTERM)
        sigaddset(&mask, SIGINT)
        if onHangup != nil { sigaddset(&mask, SIGHUP) }
        pthread_sigmask(SIG_BLOCK, &mask, nil)
        descriptor = FileDescriptor(owning: signalfd(-1, &mask, CInt(SFD_NONBLOCK | SFD_CLOEXEC)))
        let isWatched = EventLoop.watch(descriptor.rawValue, for: .readable) { [weak self] _ in self?.drain() }
        if !isWatched { SystemRefusal.end("the system does not watch for signals") }
    }

    isolated deinit { EventLoop.unwatch(descriptor.rawValue) }

    /// Waits for the next of the signals; one that came while nobody waited is not lost.
    package func next() async {
        await withCheckedContinuation { continuation in
            precondition(waiter == nil, "one waiter at a time")
            if received > 0 { continuation.resume() } else { waiter = continuation }
        }
        received -= 1
    }

    private func drain() {
        var info = signalfd_siginfo()
        while read(descriptor.rawValue, &info, MemoryLayout<signalfd_siginfo>.size) > 0 {
            if info.ssi_signo == UInt32(SIGHUP) { onHangup?() } else { received += 1 }
        }
        guard received > 0 else { return }
        waiter?.resume()
        waiter = nil
    }
}
