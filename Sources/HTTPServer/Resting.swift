import CLinux
import EventLoop

/// Connections that were busy lately: each gives memory back once nothing has begun on it for a moment.
///
/// libmicrohttpd fills what a request no longer needs of its connection's memory with zeros, and so holds all of it in
/// pages, also for a client that waits an hour. Pages of zeros can be given back without its noticing. Not at once, because
/// taking them again costs more than most requests.
@LoopActor
final class Resting {
    private let moment: Duration
    /// Those that began something since the last look.
    private var lately: [Connection] = []
    /// Those that are still to be looked at in this one.
    private var due: [Connection] = []
    private var timer: TimerID?
    /// How often a connection has given memory back, for tests that wait for it.
    private(set) var restedCount = 0

    /// Connections that give back in one turn; each takes some microseconds, and everybody else waits.
    private static let connectionsPerTurnMax = 128
    private static let pauseBetweenTurns = Duration.milliseconds(10)

    init(after moment: Duration) { self.moment = moment }

    isolated deinit { stop() }

    /// Looks at a connection later.
    func add(_ connection: Connection) {
        lately.append(connection)
        if timer == nil { look(after: moment) }
    }

    /// Forgets all of them.
    func stop() {
        if let timer { EventLoop.cancel(timer) }
        timer = nil
        lately = []
        due = []
    }

    private func look(after delay: Duration) {
        timer = EventLoop.schedule(after: delay) { [weak self] in self?.look() }
    }

    private func look() {
        timer = nil
        if due.isEmpty { swap(&due, &lately) }
        var left = Self.connectionsPerTurnMax
        while left > 0, let connection = due.popLast() {
            if connection.rests() {
                left -= 1
                restedCount += 1
            } else {
                lately.append(connection)
            }
        }
        if !due.isEmpty { look(after: Self.pauseBetweenTurns) } else if !lately.isEmpty { look(after: moment) }
    }
}

/// What libmicrohttpd has set aside for a connection, where that is known to be whole pages.
struct ConnectionMemory {
    private let start: UnsafeRawPointer
    private let bytes: Int

    /// Recognises it by the connection's first request.
    ///
    /// libmicrohttpd 0.9.75 receives a head at the very start of this memory, and takes more than 32 KiB from the system,
    /// in whole pages; less, or in a version that does otherwise, it is most unlikely to begin with a page, and is let alone.
    /// `requestLine` is where the head begins, with no blank line before it.
    init?(requestLine: UnsafeRawPointer, bytes: Int) {
        guard bytes > 32_768, Int(bitPattern: requestLine).isMultiple(of: 4096) else { return nil }
        start = requestLine
        self.bytes = bytes
    }

    /// Gives the system what holds nothing but zeros.
    func giveBack() { linux_return_zero_pages(start, bytes) }
}
