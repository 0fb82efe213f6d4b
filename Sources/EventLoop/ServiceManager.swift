import CLinux
import Glibc

/// What has started this process and waits to hear how it is: systemd, or whoever acts like it (sd_notify(3)).
///
/// Nobody waits for it: a message that cannot be sent at once is lost, and where there is no manager nothing is sent.
@LoopActor
package final class ServiceManager {
    private let socket: FileDescriptor?
    /// Its number; nil where there is none.
    private let descriptor: CInt?
    private let address: UnixAddress?
    /// Half of the time within which the manager wants to hear that the process lives.
    private let watchdogInterval: Duration?

    /// - Parameters:
    ///   - notifySocket: the value of `NOTIFY_SOCKET`; "@" stands for the NUL of an abstract name.
    ///   - watchdogMicroseconds: the value of `WATCHDOG_USEC`.
    ///   - watchdogProcess: the value of `WATCHDOG_PID`; nil is any process.
    package init(notifySocket: String?, watchdogMicroseconds: String?, watchdogProcess: String?) {
        var name = Array((notifySocket ?? "").utf8)
        let isSupported = name.first == UInt8(ascii: "/") || name.first == UInt8(ascii: "@")
        if name.first == UInt8(ascii: "@") { name[0] = 0 }
        address = isSupported ? UnixAddress(name) : nil
        if address != nil, let socket = UnixAddress.datagramSocket() {
            descriptor = socket.rawValue
            self.socket = consume socket
        } else {
            descriptor = nil
            socket = nil
        }
        let isMine = watchdogProcess.map { $0 == "\(getpid())" } ?? true
        let microseconds = watchdogMicroseconds.flatMap(Int64.init) ?? 0
        watchdogInterval = isMine && microseconds > 0 ? .microseconds(max(microseconds / 2, 1000)) : nil
    }

    /// The service works, as it does from now on until it says otherwise.
    package func ready(_ status: String) {
        send("READY=1\nSTATUS=\(status)")
    }

    /// The configuration is read again; `ready` tells the end of it.
    package func reloading() {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        send("RELOADING=1\nMONOTONIC_USEC=\(now.tv_sec * 1_000_000 + now.tv_nsec / 1000)")
    }

    /// The service is going, and needs no longer than this.
    package func stopping(_ status: String, within duration: Duration) {
        let microseconds = Int64(duration / .microseconds(1))
        send("STOPPING=1\nSTATUS=\(status)\nEXTEND_TIMEOUT_USEC=\(microseconds)")
    }

    /// Tells again and again that the loop turns, which is what a watchdog is for: a thread of its own would hide a loop
    /// that stands still.
    package func feedWatchdog() {
        guard let watchdogInterval, descriptor != nil else { return }
        send("WATCHDOG=1")
        _ = EventLoop.schedule(after: watchdogInterval) { [self] in feedWatchdog() }
    }

    private func send(_ message: String) {
        guard let descriptor, let address else { return }
        address.send(Array(message.utf8), from: descriptor)
    }
}
