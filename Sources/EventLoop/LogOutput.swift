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

    private var descriptor: CInt
    private let label: String
    /// How its lines look.
    private var form = LogForm.text
    /// The journal's socket, where entries go to it.
    private var journal: JournalSocket?
    /// Whether lines begin with their priority, as the journal takes them from a program's output (sd-daemon(3)).
    package var hasPriorities = false
    /// A file takes all it is given; a write of more than a pipe has room for would wait for its reader.
    private let isFile: Bool
    private var lines = LineBuffer(bytesMax: pendingBytesMax)
    private var isFlushPlanned = false
    private var isWatched = false
    private var stamp: (second: time_t, text: [UInt8]) = (-1, [])

    /// Lines that wait for a reader; five thousand or so.
    private static let pendingBytesMax = 1024 * 1024
    /// What a pipe that is ready takes at once without waiting (`PIPE_BUF`).
    private static let pieceBytes = 4096

    /// - Parameters:
    ///   - descriptor: borrowed, and open as long as this exists.
    ///   - label: who writes, in every line.
    package init(_ descriptor: CInt, label: String) {
        self.descriptor = descriptor
        self.label = label
        var status = stat()
        isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// Chooses how the lines look, before the first one.
    ///
    /// - Parameters:
    ///   - form: that of the journal is JSON where nobody has its socket.
    ///   - journalSocket: the path of that.
    package func begin(_ form: LogForm, journalSocket: String = JournalSocket.usualPath) {
        precondition(lines.isEmpty, "what waits has another form")
        self.form = form
        guard form == .journal else { return }
        guard let socket = JournalSocket(path: journalSocket) else { return self.form = .json }
        descriptor = socket.rawValue
        journal = consume socket
    }

    /// Adds a line: the time, who writes, and this.
    ///
    /// - Parameters:
    ///   - level: of swift-log, by its name.
    ///   - message: the same for all lines of the kind.
    ///   - source: the part of the program.
    ///   - body: adds what this line tells beside the message.
    package func line(_ level: String, _ message: String, from source: String, _ body: (inout LogFields) -> Void) {
        lines.append { bytes in
            if hasPriorities, form != .journal { bytes.append(text: "<\(JournalEntry.priority(of: level))>") }
            switch form {
            case .journal:
                JournalEntry.add(to: &bytes) { bytes in
                    let words = add(body, to: &bytes)
                    bytes.append(field: "MESSAGE", message.utf8 + words)
                    bytes.append(field: "PRIORITY", "\(JournalEntry.priority(of: level))".utf8)
                    bytes.append(field: "SYSLOG_IDENTIFIER", label.utf8)
                    bytes.append(field: "SOURCE", source.utf8)
                }
            case .text:
                bytes += currentStamp()
                bytes.append(text: " \(level) \(label):")
                add(body, to: &bytes)
                bytes.append(text: " [\(source)] \(message)\n")
            case .json:
                bytes.append(text: "{\"time\":\"")
                bytes += currentStamp()
                bytes.append(text: "\",\"level\":\"\(level)\",\"source\":\"\(source)\",\"message\":")
                bytes.append(quoted: message)
                add(body, to: &bytes)
                bytes.append(text: "}\n")
            }
        }
        guard !isFlushPlanned, !isWatched else { return }
        isFlushPlanned = true
        EventLoop.atEndOfTurn(.output) { [self] in
            isFlushPlanned = false
            flush()
        }
    }

    /// Adds the fields; what they are for people is returned where they do not stand there for them.
    @discardableResult
    private func add(_ body: (inout LogFields) -> Void, to bytes: inout [UInt8]) -> [UInt8] {
        // Taken out and put back, so that the fields are appended where they will stand.
        var fields = LogFields(form, behind: bytes.take())
        body(&fields)
        bytes = fields.bytes
        return fields.words
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
                line("warning", "lines were dropped: nobody took them", from: "EventLoop") { $0.add("count", dropped) }
            }
            guard !lines.isEmpty else { return .done }
            guard isFile || isReady(within: 0) else { return .full }
            var isFull = false
            lines.consume { bytes in
                let (count, all) = sendPiece(bytes)
                if count >= 0 { return count }
                isFull = errno == EAGAIN
                // Without a reader, or on a full disk, there is no better place for these lines.
                return isFull || errno == EINTR ? 0 : all
            }
            if isFull { return .full }
        }
    }

    /// How much was taken, or -1, and how much of it is lost then.
    private func sendPiece(_ bytes: UnsafeRawBufferPointer) -> (count: Int, all: Int) {
        if let outcome = journal?.send(first: bytes) { return outcome }
        let count = isFile ? bytes.count : min(bytes.count, Self.pieceBytes)
        return (Glibc.write(descriptor, bytes.baseAddress, count), bytes.count)
    }

    private func isReady(within milliseconds: CInt) -> Bool {
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&request, 1, milliseconds) > 0
    }

    /// The time, put into words once a second: the local one for people, with milliseconds and in UTC for programs.
    private func currentStamp() -> [UInt8] {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        if now.tv_sec != stamp.second { stamp = (now.tv_sec, Self.words(for: now.tv_sec, form)) }
        guard form == .json else { return stamp.text }
        let milliseconds = 1000 + now.tv_nsec / 1_000_000
        var text = stamp.text
        text.append(UInt8(ascii: "."))
        text.append(decimal: milliseconds)
        // The one before the three digits kept their zeros.
        text.remove(at: text.count - 4)
        text.append(UInt8(ascii: "Z"))
        return text
    }

    private static func words(for second: time_t, _ form: LogForm) -> [UInt8] {
        var second = second
        var parts = tm()
        _ = form == .text ? localtime_r(&second, &parts) : gmtime_r(&second, &parts)
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
            let format = form == .text ? "%Y-%m-%dT%H:%M:%S%z" : "%Y-%m-%dT%H:%M:%S"
            let count = strftime(buffer.baseAddress, buffer.count, format, &parts)
            return buffer.prefix(count).map { UInt8(bitPattern: $0) }
        }
    }
}

extension [UInt8] {
    /// Takes everything out, with its memory.
    fileprivate mutating func take() -> [UInt8] {
        let taken = self
        self = []
        return taken
    }
}
