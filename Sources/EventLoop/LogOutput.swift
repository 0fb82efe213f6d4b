import CLinux
import Glibc

/// Lines of a log: collected during a turn of the loop, and written together at its end.
///
/// A write for each line would be a system call for each request. Nobody waits for a reader that is slow: a pipe gets
/// only as much as it has room for, what is left waits up to a bound, and what is dropped beyond it is told later.
@LoopActor
package final class LogOutput {
    /// Where the program's own log goes.
    package static let standardError = LogOutput(STDERR_FILENO, label: "interposer")

    private let descriptor: CInt
    private let label: [UInt8]
    /// A file takes all it is given; a write of more than a pipe has room for would wait for its reader.
    private let isFile: Bool
    private var lines = LineBuffer(bytesMax: pendingBytesMax)
    private var isFlushPlanned = false
    private var isWatched = false
    private var stamp: (second: time_t, text: [UInt8]) = (0, [])

    /// Lines that wait for a reader; five thousand or so.
    private static let pendingBytesMax = 1024 * 1024
    /// What a pipe that is ready takes at once without waiting (`PIPE_BUF`).
    private static let pieceBytes = 4096

    /// - Parameters:
    ///   - descriptor: borrowed, and open as long as this exists.
    ///   - label: who writes, in every line.
    package init(_ descriptor: CInt, label: String) {
        self.descriptor = descriptor
        self.label = Array(label.utf8)
        var status = stat()
        isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// Adds a line: the time, `level`, who writes, and what `body` appends, without a line feed.
    package func line(_ level: String, _ body: (inout [UInt8]) -> Void) {
        lines.append { bytes in
            bytes += currentStamp()
            bytes.append(UInt8(ascii: " "))
            bytes += level.utf8
            bytes.append(UInt8(ascii: " "))
            bytes += label
            bytes.append(UInt8(ascii: ":"))
            body(&bytes)
            bytes.append(UInt8(ascii: "\n"))
        }
        guard !isFlushPlanned, !isWatched else { return }
        isFlushPlanned = true
        EventLoop.atEndOfTurn(.output) { [self] in
            isFlushPlanned = false
            flush()
        }
    }

    /// Writes what waits, for a program that ends or writes there by itself, and waits at most so long for a reader.
    package func finish(within milliseconds: CInt = 1000) {
        let end = ContinuousClock.now + .milliseconds(Int(milliseconds))
        while write() == .full {
            let left = (end - .now) / .milliseconds(1)
            guard left > 0, isReady(within: CInt(left.rounded(.up))) else { return }
        }
    }

    private func flush() {
        let isFull = write() == .full
        if isFull, !isWatched {
            EventLoop.watch(descriptor, for: .writable) { [self] _ in flush() }
        } else if !isFull, isWatched {
            EventLoop.unwatch(descriptor)
        }
        isWatched = isFull
    }

    private enum Outcome { case done, full }

    /// Writes as much as there is room for.
    private func write() -> Outcome {
        while true {
            let dropped = lines.takeDropped()
            if dropped > 0 {
                line("warning") { $0 += " [EventLoop] \(dropped) lines were dropped: nobody took them".utf8 }
            }
            guard !lines.isEmpty else { return .done }
            guard isFile || isReady(within: 0) else { return .full }
            var isFull = false
            lines.consume { bytes in
                let count = Glibc.write(
                    descriptor,
                    bytes.baseAddress,
                    isFile ? bytes.count : min(bytes.count, Self.pieceBytes)
                )
                if count >= 0 { return count }
                isFull = errno == EAGAIN
                // Without a reader, or on a full disk, there is no better place for these lines.
                return isFull || errno == EINTR ? 0 : bytes.count
            }
            if isFull { return .full }
        }
    }

    private func isReady(within milliseconds: CInt) -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&request, 1, milliseconds) > 0
    }

    /// The local time, put into words once a second.
    private func currentStamp() -> [UInt8] {
        var now = time(nil)
        if now != stamp.second {
            var local = tm()
            localtime_r(&now, &local)
            let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
                let count = strftime(buffer.baseAddress, buffer.count, "%Y-%m-%dT%H:%M:%S%z", &local)
                return buffer.prefix(count).map { UInt8(bitPattern: $0) }
            }
            stamp = (now, text)
        }
        return stamp.text
    }
}
