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
    private let shard: Daemon
    private var exchange: Exchange?
    private let headSecondsMax: Duration
    private var headDeadline: TimerID?

    init(descriptor: CInt, remoteAddress: String, shard: Daemon, headSecondsMax: Duration) {
        self.descriptor = descriptor
        self.remoteAddress = remoteAddress
        self.shard = shard
        self.headSecondsMax = headSecondsMax
        startHeadDeadline()
        EventLoop.watch(descriptor, for: [.peerClosed, .edgeTriggered]) { [weak self] _ in self?.peerClosed() }
    }

    /// A request line has been read on this connection.
    func began(_ exchange: Exchange) {
        precondition(self.exchange == nil, "one request of a connection at a time")
        self.exchange = exchange
        startHeadDeadline()
    }

    /// libmicrohttpd's own timeout counts idle time only: one byte a second would hold a connection for ever.
    private func startHeadDeadline() {
        guard headDeadline == nil else { return }
        headDeadline = EventLoop.schedule(after: headSecondsMax) { [weak self] in self?.shutdown() }
    }

    func headIsComplete() {
        if let headDeadline { EventLoop.cancel(headDeadline) }
        headDeadline = nil
    }

    func ended(_ exchange: Exchange) {
        if self.exchange === exchange { self.exchange = nil }
    }

    func needsRun() {
        shard.needsRun = true
    }

    /// Ends both directions; libmicrohttpd then finds the connection closed and tidies up.
    func shutdown() {
        Glibc.shutdown(descriptor, CInt(SHUT_RDWR))
    }

    /// libmicrohttpd is about to close the socket.
    func closed() {
        headIsComplete()
        EventLoop.unwatch(descriptor)
        exchange?.completed(isWhole: false)
    }

    private func peerClosed() {
        isPeerGone = true
        exchange?.clientLeft()
    }
}
