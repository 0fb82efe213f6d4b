import CMicroHTTPD
import EventLoop
import Glibc

/// One client's TCP connection, as long as it lasts: who is on the other side, and whether still.
///
/// libmicrohttpd takes a suspended connection out of its own epoll set, so it never notices that the client of a waiting
/// request has gone. This watch does: the socket stands in our set for nothing but its end. A client that closes only
/// its sending half looks the same and is taken as gone, as nginx does.
@LoopActor
final class Connection {
    let remoteAddress: String
    private(set) var isPeerGone = false
    private let descriptor: CInt
    let shard: Daemon
    private(set) var exchange: Exchange?
    private let slot: ConnectionSlot
    private let server: HTTPServer
    /// What has to come; nil while nothing is on its way.
    private var expected: Input?
    private var deadline: TimerID?

    private enum Input {
        case head
        case body(since: ContinuousClock.Instant)
    }

    init(descriptor: CInt, remoteAddress: String, shard: Daemon, slot: ConnectionSlot, server: HTTPServer) {
        self.descriptor = descriptor
        self.remoteAddress = remoteAddress
        self.shard = shard
        self.slot = slot
        self.server = server
        expect(.head)
        TCPOption.giveUpReader(of: descriptor, after: server.limits.stallSecondsMax)
        EventLoop.watch(descriptor, for: [.peerClosed, .edgeTriggered]) { [weak self] _ in self?.peerClosed() }
    }

    /// A request line has been read on this connection.
    func began(_ exchange: Exchange) {
        precondition(self.exchange == nil, "one request of a connection at a time")
        self.exchange = exchange
        if expected == nil { expect(.head) }
    }

    /// A head has ended: its body has to come in time.
    func expectBody() {
        expect(.body(since: .now))
    }

    /// libmicrohttpd's own timeout counts idle time only: one byte a second would hold a connection for ever.
    private func expect(_ input: Input) {
        inputIsComplete()
        expected = input
        server.expectsInput(self)
    }

    func inputIsComplete() {
        expected = nil
        if let deadline { EventLoop.cancel(deadline) }
        deadline = nil
    }

    /// Sets the deadline for what is still expected at the end of the turn; most heads and bodies come whole, and need none.
    func startDeadline() {
        guard let expected, deadline == nil else { return }
        switch expected {
        case .head:
            deadline = EventLoop.schedule(after: server.limits.headSecondsMax) { [weak self] in self?.shutdown() }
        case .body(let start): lookAtBody(since: start)
        }
    }

    private func lookAtBody(since start: ContinuousClock.Instant) {
        let elapsed = .now - start
        switch server.limits.bodyPace.judge(exchange?.state.receivedBytes ?? 0, after: elapsed) {
        case .tooSlow: shutdown()
        case .lookAgain(let later):
            deadline = EventLoop.schedule(after: later - elapsed) { [weak self] in self?.lookAtBody(since: start) }
        }
    }

    func ended(_ exchange: Exchange) {
        if self.exchange === exchange { self.exchange = nil }
    }

    func needsRun() {
        shard.needRun()
    }

    /// Ends both directions; libmicrohttpd then finds the connection closed and tidies up.
    func shutdown() {
        Glibc.shutdown(descriptor, CInt(SHUT_RDWR))
    }

    /// libmicrohttpd is about to close the socket.
    func closed() {
        inputIsComplete()
        EventLoop.unwatch(descriptor)
        server.ended(self)
        exchange?.completed(isWhole: false)
    }

    private func peerClosed() {
        isPeerGone = true
        exchange?.clientLeft()
    }
}
