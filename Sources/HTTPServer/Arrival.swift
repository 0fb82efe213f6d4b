import CMicroHTTPD
import EventLoop
import Glibc
import HTTPTypes

/// A connection that was accepted and whose first head is not there yet; libmicrohttpd gets it with that head.
///
/// The bytes are only looked at (`MSG_PEEK`), so libmicrohttpd reads them as if nobody had. Until then a connection that
/// says nothing costs a socket and this object instead of libmicrohttpd's memory for a request.
///
/// ## When it goes away
/// The socket is closed, unless it was handed over.
@LoopActor
final class Arrival {
    private var socket: FileDescriptor?
    private let peer: PeerAddress
    private let slot: ConnectionSlot
    private let relay: Relay?
    private let server: HTTPServer
    private var deadline: TimerID?
    private let started = ContinuousClock.now

    private var lingeredBytes = 0

    /// How many exist, for the test that none is left behind.
    private(set) static var liveCount = 0

    init(
        _ socket: consuming FileDescriptor,
        from peer: PeerAddress,
        in slot: ConnectionSlot,
        through relay: Relay? = nil,
        server: HTTPServer
    ) {
        let descriptor = socket.rawValue
        self.socket = consume socket
        self.peer = peer
        self.slot = slot
        self.relay = relay
        self.server = server
        Self.liveCount += 1
        deadline = EventLoop.schedule(after: server.limits.headSecondsMax) { [weak self] in self?.end() }
        EventLoop.watch(descriptor, for: [.readable, .peerClosed, .edgeTriggered]) { [weak self] readiness in
            self?.look(hasEnded: readiness.contains(.peerClosed))
        }
    }

    isolated deinit {
        Self.liveCount -= 1
        if let deadline { EventLoop.cancel(deadline) }
        if let descriptor { EventLoop.unwatch(descriptor) }
    }

    private var descriptor: CInt? { socket?.rawValue }

    private func end() {
        server.ended(self)
    }

    /// Looks at what has arrived, without taking it; from a client that has ended its sending no more will come.
    private func look(hasEnded: Bool) {
        guard let descriptor else { return }
        let head = FirstHead(limits: server.limits)
        // One byte more than a head may have tells a head that fits from one that does not.
        let verdict: FirstHead.Verdict? = withUnsafeTemporaryAllocation(
            byteCount: server.limits.headBytesMax + 1,
            alignment: 1
        ) { buffer in
            let count = recv(descriptor, buffer.baseAddress, buffer.count, CInt(MSG_PEEK))
            if count < 0 { return errno == EAGAIN || errno == EINTR ? .incomplete : nil }
            return count == 0 ? nil : head.judge(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
        switch verdict {
        case nil: end()
        case .incomplete where hasEnded: end()
        case .incomplete: break
        case .whole(let request): handOver(request)
        case .refused(let refusal): refuse(refusal)
        }
    }

    private func handOver(_ request: RequestSize) {
        guard let socket = socket.take() else { return }
        EventLoop.unwatch(socket.rawValue)
        server.admit(socket, from: peer, in: slot, through: relay, with: request)
        end()
    }

    /// Answers without libmicrohttpd, and closes when the client has seen it.
    private func refuse(_ refusal: Refusal) {
        guard let descriptor else { return }
        Self.send(refusal, on: descriptor, from: peer, after: .now - started, server: server)
        linger()
    }

    /// Answers a connection that is not kept for a moment, whatever its client makes of that.
    static func refuse(
        _ refusal: Refusal,
        on socket: consuming FileDescriptor,
        from peer: PeerAddress,
        server: HTTPServer
    ) {
        send(refusal, on: socket.rawValue, from: peer, after: .zero, server: server)
    }

    private static func send(
        _ refusal: Refusal,
        on descriptor: CInt,
        from peer: PeerAddress,
        after duration: Duration,
        server: HTTPServer
    ) {
        let answer = server.render(refusal)
        let id = RequestID.random()
        let bytes = answer.closing(requestID: id)
        // The socket is fresh, so its buffer takes a head and a message at once; one that does not has no reader.
        let sent = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
        Glibc.shutdown(descriptor, CInt(SHUT_WR))
        server.refused(
            ExchangeSummary(
                id: id,
                method: "-",
                path: "-",
                status: answer.status.code,
                sentBytes: answer.body.count,
                duration: duration,
                isWhole: sent == bytes.count,
                remoteAddress: peer.host
            )
        )
    }

    /// Closing with bytes unread resets the connection, and the client would lose the answer (RFC 9112, 9.6).
    private func linger() {
        guard let descriptor else { return }
        if let deadline { EventLoop.cancel(deadline) }
        deadline = EventLoop.schedule(after: server.limits.lingerSecondsMax) { [weak self] in self?.end() }
        EventLoop.watch(descriptor, for: .readable) { [weak self] _ in self?.throwAway() }
    }

    private func throwAway() {
        guard let descriptor else { return }
        let count = withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 1) { buffer in
            recv(descriptor, buffer.baseAddress, buffer.count, 0)
        }
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        lingeredBytes += count
        if count <= 0 || lingeredBytes > server.limits.lingerBytesMax { end() }
    }
}

extension HTTPServer.Answer {
    /// The whole answer in bytes, for a connection that ends with it.
    func closing(requestID: String) -> [UInt8] {
        let reason = String(cString: MHD_get_reason_phrase_for(CUnsignedInt(status.code)))
        var head = "HTTP/1.1 \(status.code) \(reason)\r\n"
        for field in fields { head += "\(field.name.rawName): \(field.value)\r\n" }
        head += "Content-Length: \(body.count)\r\nx-request-id: \(requestID)\r\nConnection: close\r\n\r\n"
        return Array(head.utf8) + body
    }
}
