import CLinux
import EventLoop
import Glibc

/// Stands between a client that does not speak TCP in the clear and the server, which sees one that does (decision 16).
///
/// What comes from the client is delivered to one end of a pair of sockets, whose other end the server reads; what the
/// server writes there goes out to the client. Of each direction at most one piece waits here.
///
/// ## When it goes away
/// Both sockets are closed.
@LoopActor
final class Relay {
    /// How many bytes the server's end has been given, with one more for the end of sending: as the kernel counts TCP's.
    private(set) var deliveredBytes = 0
    private let client: ClientSocket
    private let inner: FileDescriptor
    private let limits: HTTPServer.Limits
    /// It counts as one of its address' connections for as long as its sockets are open.
    private var slot: ConnectionSlot?
    private let onEnd: @LoopActor (Relay) -> Void
    private var isPumpPlanned = false
    /// What the server's end has not taken yet, and what the client has not.
    private var incoming: [UInt8] = []
    private var outgoing: [UInt8] = []
    private var isClientEnded = false
    private var isServerEnded = false
    private var isInnerShut = false
    private var isOver = false
    private var thrownAwayBytes = 0
    /// Gives up a client that takes nothing, or, once all is said, one that goes on talking.
    private var timer: TimerID?

    private static let pieceBytesMax = 16 * 1024
    /// Pieces that are passed on before others have their turn.
    private static let piecesPerTurnMax = 16

    /// - Parameters:
    ///   - socket: the client's.
    ///   - tls: what it is encrypted with; nil leaves it in the clear.
    ///   - slot: of its address.
    ///   - limits: how long is waited for a client.
    ///   - onEnd: told when it is over.
    /// - Returns: the relay, and the end of the pair that the server reads; nil where the system has no descriptors or no memory to give.
    static func start(
        _ socket: consuming FileDescriptor,
        _ tls: TLSContext?,
        in slot: ConnectionSlot,
        limits: HTTPServer.Limits,
        onEnd: @escaping @LoopActor (Relay) -> Void
    ) -> (relay: Relay, serverEnd: CInt)? {
        var pair: [CInt] = [-1, -1]
        guard socketpair(AF_UNIX, linux_socket_stream, 0, &pair) == 0 else { return nil }
        let inner = FileDescriptor(owning: pair[0])
        let serverEnd = FileDescriptor(owning: pair[1])
        // The pair's ends have no such option, and what leaves the pair is not yet with the client.
        TCPOption.giveUpReader(of: socket.rawValue, after: limits.stallSecondsMax)
        guard let client = ClientSocket(socket, tls) else { return nil }
        return (Relay(client, inner, in: slot, limits, onEnd), serverEnd.release())
    }

    private init(
        _ client: consuming ClientSocket,
        _ inner: consuming FileDescriptor,
        in slot: ConnectionSlot,
        _ limits: HTTPServer.Limits,
        _ onEnd: @escaping @LoopActor (Relay) -> Void
    ) {
        self.client = client
        self.inner = inner
        self.slot = slot
        self.limits = limits
        self.onEnd = onEnd
        for descriptor in [self.client.rawValue, self.inner.rawValue] {
            EventLoop.watch(descriptor, for: [.readable, .writable, .peerClosed, .edgeTriggered]) { [weak self] in
                self?.moved($0)
            }
        }
    }

    isolated deinit {
        if let timer { EventLoop.cancel(timer) }
        guard !isOver else { return }
        EventLoop.unwatch(client.rawValue)
        EventLoop.unwatch(inner.rawValue)
    }

    // MARK: Passing on

    private func moved(_ readiness: Readiness) {
        pump()
        // Who is not there any more will not read what comes of a question that the server has not read to its end.
        if readiness.contains(.failed), !incoming.isEmpty { end() }
    }

    private func pump() {
        var pieces = 0
        while !isOver {
            let hasReceived = receive()
            let hasSent = !isOver && send()
            guard hasReceived || hasSent else { break }
            pieces += 1
            if pieces == Self.piecesPerTurnMax { return planPump() }
        }
    }

    private func planPump() {
        guard !isPumpPlanned else { return }
        isPumpPlanned = true
        EventLoop.atEndOfTurn { [weak self] in
            self?.isPumpPlanned = false
            self?.pump()
        }
    }

    /// Passes on a piece from the client; false when nothing moves.
    private func receive() -> Bool {
        if incoming.isEmpty, !isClientEnded {
            let outcome = withUnsafeTemporaryAllocation(byteCount: Self.pieceBytesMax, alignment: 1) { buffer in
                let outcome = client.read(into: buffer)
                if case .moved(let count) = outcome { incoming = Array(buffer[..<count]) }
                return outcome
            }
            switch outcome {
            case .moved: break
            case .progressed: return true
            case .blocked: return false
            case .ended: isClientEnded = true
            }
        }
        let hasDelivered = deliver()
        if isClientEnded, incoming.isEmpty, !isInnerShut {
            isInnerShut = true
            deliveredBytes += 1
            shutdown(inner.rawValue, linux_end_sending)
            // Nobody hears the rest of an answer.
            if isServerEnded { end() }
        }
        return hasDelivered
    }

    private func deliver() -> Bool {
        guard !incoming.isEmpty else { return false }
        let count = incoming.withUnsafeBytes {
            Glibc.send(inner.rawValue, $0.baseAddress, $0.count, linux_send_flags)
        }
        if count < 0, errno == EAGAIN || errno == EINTR { return false }
        guard count > 0 else {
            // The server has closed its end, and reads no more.
            throwAway()
            return !isOver
        }
        deliveredBytes += count
        incoming.removeFirst(count)
        return true
    }

    /// What a client says whose answer is on its way out: closing with that unread would take the answer away.
    private func throwAway() {
        thrownAwayBytes += incoming.count
        incoming = []
        if thrownAwayBytes > limits.lingerBytesMax { end() }
    }

    /// Passes on a piece to the client; false when nothing moves.
    private func send() -> Bool {
        if outgoing.isEmpty, !isServerEnded {
            let count = withUnsafeTemporaryAllocation(byteCount: Self.pieceBytesMax, alignment: 1) { buffer in
                let count = recv(inner.rawValue, buffer.baseAddress, buffer.count, 0)
                if count > 0 { outgoing = Array(buffer[..<count]) }
                return count
            }
            if count < 0, errno == EAGAIN || errno == EINTR { return false }
            if count <= 0 {
                isServerEnded = true
                endSoon()
            }
        }
        guard !outgoing.isEmpty else { return false }
        switch outgoing.withUnsafeBytes({ client.write($0) }) {
        case .moved(let count):
            outgoing.removeFirst(count)
            if let timer { EventLoop.cancel(timer) }
            timer = nil
            return true
        case .blocked, .progressed:
            if timer == nil {
                timer = EventLoop.schedule(after: limits.stallSecondsMax) { [weak self] in self?.end() }
            }
            return false
        case .ended:
            end()
            return false
        }
    }

    // MARK: The end

    /// The server says no more: the client is told, and has a moment to see it.
    private func endSoon() {
        client.endWriting()
        if isClientEnded { return end() }
        if let timer { EventLoop.cancel(timer) }
        timer = EventLoop.schedule(after: limits.lingerSecondsMax) { [weak self] in self?.end() }
    }

    /// Closes both sides, whatever is left.
    func end() {
        guard !isOver else { return }
        isOver = true
        if let timer { EventLoop.cancel(timer) }
        timer = nil
        EventLoop.unwatch(client.rawValue)
        EventLoop.unwatch(inner.rawValue)
        shutdown(client.rawValue, linux_end_both)
        shutdown(inner.rawValue, linux_end_both)
        slot = nil
        onEnd(self)
    }
}
