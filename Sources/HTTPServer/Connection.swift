import CLinux
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
    private var isOpen = true
    private let descriptor: CInt
    let shard: Daemon
    private(set) var exchange: Exchange?
    private let slot: ConnectionSlot
    private let firstRequest: RequestSize
    /// What libmicrohttpd has read, from the first request line on.
    private var buffer: ReadBuffer?
    /// The last look at chunks: what had been read by then, and how often that was so.
    private var chunks = (read: -1, sameLooks: 0)
    /// Heads that were whole so far.
    private var heads = 0
    private var headPace: LaterHeadPace
    private let server: HTTPServer
    /// Where the client is on its other side.
    private let relay: Relay?
    /// What has to come; nil while nothing is on its way.
    private var expected: Input?
    private var deadline: TimerID?

    private enum Input {
        case head
        case body(since: ContinuousClock.Instant)
    }

    init(
        descriptor: CInt,
        remoteAddress: String,
        shard: Daemon,
        slot: ConnectionSlot,
        firstRequest: RequestSize,
        relay: Relay?,
        server: HTTPServer
    ) {
        self.descriptor = descriptor
        self.remoteAddress = remoteAddress
        self.shard = shard
        self.slot = slot
        self.firstRequest = firstRequest
        self.relay = relay
        self.server = server
        headPace = LaterHeadPace(deadline: server.limits.headSecondsMax)
        expect(.head)
        TCPOption.giveUpReader(of: descriptor, after: server.limits.stallSecondsMax)
        EventLoop.watch(descriptor, for: [.peerClosed, .edgeTriggered]) { [weak self] _ in self?.peerClosed() }
    }

    // MARK: What libmicrohttpd has read

    /// Judges a head of which libmicrohttpd has read the request line: how long it is, or what is wrong with it; nil where
    /// that cannot be told.
    func judge(_ target: UnsafePointer<CChar>, targetBytes: Int) -> Result<Int, Refusal>? {
        guard let buffer else {
            // The first one was judged before libmicrohttpd got the connection.
            buffer = ReadBuffer(firstTarget: target, of: firstRequest, byteCount: shard.memoryBytes)
            return .success(firstRequest.rawBytes)
        }
        return buffer.request(withTarget: target, targetBytes: targetBytes)?.judge(server.limits)
    }

    /// Whether something has come behind the request that is answered: another one, which was sent too early, or what
    /// libmicrohttpd has passed over without a word.
    var hasMore: Bool {
        guard let buffer, let receivedBytes else { return true }
        return buffer.hasMore(of: receivedBytes)
    }

    /// How many bytes have come, with one more for the end of sending; nil where nobody says.
    private var receivedBytes: Int? {
        if let relay { return relay.deliveredBytes }
        let count = linux_received_bytes(descriptor)
        return count < 0 ? nil : Int(count)
    }

    /// What libmicrohttpd has read so far in all, and what waits; nil where nobody says.
    private var progress: (read: Int, unread: Int)? {
        let unread = Int(linux_unread_bytes(descriptor))
        return receivedBytes.flatMap { unread < 0 ? nil : ($0 - unread, unread) }
    }

    /// A head, or a body, is through.
    func used(_ bytes: Int) {
        buffer?.used(bytes)
    }

    /// Sends the last of the connection past libmicrohttpd, which has nothing on its way out while it reads a head.
    func sendLast(_ bytes: [UInt8]) {
        _ = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
        shutdown()
    }

    /// A chunked body begins to come, or has ended.
    func receivesChunks(_ isReceiving: Bool) {
        chunks = (-1, 0)
        shard.receivesChunks(self, isReceiving)
    }

    /// Ends a connection of whose chunks libmicrohttpd takes no more, although there is more.
    ///
    /// A chunk's size and extensions have to fit its memory. Where they do not, it neither reads on nor gives up, and asks to
    /// be run again at once, for ever.
    func lookAtChunks() {
        guard exchange?.isReceiving == true, let progress, progress.unread > 0
        else {
            chunks = (-1, 0)
            return
        }
        chunks = (progress.read, progress.read == chunks.read ? chunks.sameLooks + 1 : 0)
        if chunks.sameLooks >= Self.sameLooksMax { shutdown() }
    }

    private static let sameLooksMax = 3

    // MARK: What has to come in time

    /// A request line has been read on this connection.
    func began(_ exchange: Exchange) {
        precondition(self.exchange == nil, "one request of a connection at a time")
        self.exchange = exchange
        if expected == nil { expect(.head) }
    }

    /// A head has ended: its body has to come in time.
    func expectBody() {
        heads += 1
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
        guard self.exchange === exchange else { return }
        self.exchange = nil
        if isPeerGone { shutdown() }
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
        receivesChunks(false)
        EventLoop.unwatch(descriptor)
        isOpen = false
        server.ended(self)
        exchange?.completed(isWhole: false)
    }

    private var isHeadUnderWay: Bool {
        // Its request line may have come slowly, before there was an exchange.
        if exchange != nil, case .head = expected { return true }
        guard exchange == nil, let buffer, let receivedBytes else { return false }
        return buffer.hasMore(of: receivedBytes)
    }

    /// Cuts the connection off where a later head on it does not end in time.
    func lookAtHead(_ now: ContinuousClock.Instant) {
        if !headPace.look(at: now, underWay: isHeadUnderWay ? heads : nil) { shutdown() }
    }

    private func peerClosed() {
        // Told again for what follows from it, as a shutdown of ours.
        guard !isPeerGone else { return }
        isPeerGone = true
        exchange?.clientLeft()
        // What it has sent before it left is still read and answered; libmicrohttpd itself waits on for the rest of a head.
        EventLoop.atEndOfTurn(.output) { [weak self] in
            guard let self, isOpen, exchange == nil else { return }
            if progress?.unread == 0 { shutdown() }
        }
    }
}
