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
    private let server: HTTPServer
    /// How long the rest of a head or a body may take; nil while neither is on its way.
    private var patience: Duration?
    private var deadline: TimerID?

    init(descriptor: CInt, remoteAddress: String, shard: Daemon, server: HTTPServer) {
        self.descriptor = descriptor
        self.remoteAddress = remoteAddress
        self.shard = shard
        self.server = server
        expectInput(within: server.limits.headSecondsMax)
        TCPOption.giveUpReader(of: descriptor, after: server.limits.stallSecondsMax)
        EventLoop.watch(descriptor, for: [.peerClosed, .edgeTriggered]) { [weak self] _ in self?.peerClosed() }
    }

    /// A request line has been read on this connection.
    func began(_ exchange: Exchange) {
        precondition(self.exchange == nil, "one request of a connection at a time")
        self.exchange = exchange
        if patience == nil { expectInput(within: server.limits.headSecondsMax) }
    }

    /// A head or a body begins, which has to end in time.
    ///
    /// libmicrohttpd's own timeout counts idle time only: one byte a second would hold a connection for ever.
    func expectInput(within patience: Duration) {
        inputIsComplete()
        self.patience = patience
        server.expectsInput(self)
    }

    func inputIsComplete() {
        patience = nil
        if let deadline { EventLoop.cancel(deadline) }
        deadline = nil
    }

    /// Sets the deadline for what is still expected at the end of the turn; most heads and bodies come whole, and need none.
    func startDeadline() {
        guard let patience, deadline == nil else { return }
        deadline = EventLoop.schedule(after: patience) { [weak self] in self?.shutdown() }
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
