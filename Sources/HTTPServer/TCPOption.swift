import CLinux
import Glibc

/// Options of a connection's socket (tcp(7)).
enum TCPOption {
    /// Has small segments sent at once: each event of a stream is one that somebody waits for.
    static func sendAtOnce(on descriptor: CInt) {
        set(TCP_NODELAY, 1, on: descriptor)
    }

    /// Has the kernel end the connection when nothing of what was sent has been taken for so long.
    ///
    /// "The maximum amount of time … that transmitted data may remain unacknowledged, or buffered data may remain
    /// untransmitted (due to zero window size)": a reader that has stalled, and one whose machine or network has gone
    /// without a word. A stream has something on its way every ten seconds.
    static func giveUpReader(of descriptor: CInt, after limit: Duration) {
        set(TCP_USER_TIMEOUT, CInt(clamping: Int64(limit / .milliseconds(1))), on: descriptor)
    }

    private static func set(_ option: CInt, _ value: CInt, on descriptor: CInt) {
        var value = value
        setsockopt(descriptor, CInt(IPPROTO_TCP), option, &value, socklen_t(MemoryLayout<CInt>.size))
    }
}
