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
    private var memory: ConnectionMemory?
    /// Whether the next head is the first, which shows where the memory is.
    private var isMemoryUnknown: Bool
    private var rest = Rest.resting

    /// Whether the connection is in the server's list of those that will rest, and has been busy since it was looked at.
    private enum Rest { case resting, listed, busy }

    init(descriptor: CInt, remoteAddress: String, shard: Daemon, server: HTTPServer, beginsBlank: Bool) {
        self.descriptor = descriptor
        self.remoteAddress = remoteAddress
        self.shard = shard
        self.server = server
        isMemoryUnknown = !beginsBlank
        expectInput(within: server.limits.headSecondsMax)
        EventLoop.watch(descriptor, for: [.peerClosed, .edgeTriggered]) { [weak self] _ in self?.peerClosed() }
    }

    /// A request line has been read on this connection.
    func began(_ exchange: Exchange) {
        precondition(self.exchange == nil, "one request of a connection at a time")
        self.exchange = exchange
        isBusy()
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

    /// A head stands there, the first of them at the start of what libmicrohttpd has set aside.
    func received(headAt place: UnsafeRawPointer) {
        guard isMemoryUnknown else { return }
        isMemoryUnknown = false
        memory = ConnectionMemory(requestLine: place, bytes: server.limits.connectionMemoryBytes)
    }

    /// Something was received or sent, for which libmicrohttpd used its memory.
    func isBusy() {
        if rest == .resting { server.resting.add(self) }
        rest = .busy
    }

    /// Gives memory back, unless the connection was busy since it was last asked.
    func rests() -> Bool {
        guard rest == .listed else {
            rest = .listed
            return false
        }
        rest = .resting
        memory?.giveBack()
        return true
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
        memory = nil
        exchange?.completed(isWhole: false)
    }

    private func peerClosed() {
        isPeerGone = true
        exchange?.clientLeft()
    }
}
