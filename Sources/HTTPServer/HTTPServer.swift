import CMicroHTTPD
package import EventLoop
package import HTTPTypes

/// An HTTP/1.1 server on libmicrohttpd: connections come in, `handler` is called with whole requests.
///
/// This target knows nothing of OpenAI or Horde. It promises that every exchange is answered or cut off, exactly once;
/// that a handler whose client has gone is cancelled at once; and that everything it holds for a stranger has a limit.
/// A request passes through the files in this order: `Listener` accepts, `Arrival` waits for the first head and
/// `FirstHead` judges it, `Shards` choose a `Daemon` of libmicrohttpd that reads, `ExchangeCallbacks` is what it calls,
/// `RequestGuard` judges the head, `Exchange` carries out what `ExchangeState` decides, the handler answers through
/// `ResponseWriter`, `Response` is the answer in C.
@LoopActor
package final class HTTPServer {
    /// Owns the request, so that what it has no more use for is not kept while it waits.
    package typealias Handler = @LoopActor @Sendable (consuming Request, consuming ResponseWriter) async -> Void

    /// An answer that the server gives without the handler.
    package struct Answer: Sendable {
        package let status: HTTPResponse.Status
        package let fields: HTTPFields
        package let body: [UInt8]

        package init(status: HTTPResponse.Status, fields: HTTPFields, body: [UInt8]) {
            self.status = status
            self.fields = fields
            self.body = body
        }
    }

    let limits: Limits
    let handler: Handler
    let render: @LoopActor @Sendable (Refusal) -> Answer
    private let onEnd: @LoopActor (ExchangeSummary) -> Void
    /// For connections whose first request is small, and for the others.
    private var shards: (small: Shards, large: Shards)?
    private let place: ListenPlace
    private var listener: Listener?
    /// Answers tell their clients to connect anew from now on.
    private(set) var isDraining = false
    private let slots: ConnectionSlots
    private var arrivals: [ObjectIdentifier: Arrival] = [:]
    private var arriving: Arriving?
    private let relays = Relays()
    /// What connections are encrypted with from now on; nil leaves them in the clear.
    package var tls: TLSContext?
    private let connections: Connections
    /// Connections whose deadline is set at the end of the turn, where they are then still waited for.
    private var expecting: [Connection] = []
    private var idleWaiter: CheckedContinuation<Void, Never>?

    /// Where the server listens; the port is the real one, also when 0 was asked for.
    package private(set) var address: ListenAddress

    /// The connection that `admit` is handing over.
    private struct Arriving {
        let shard: Daemon
        let remoteAddress: String
        let slot: ConnectionSlot
        let relay: Relay?
        let request: RequestSize
    }

    /// Starts to listen.
    ///
    /// - Parameters:
    ///   - place: where.
    ///   - tls: what connections are encrypted with; nil leaves them in the clear.
    ///   - limits: what a stranger may make the server hold.
    ///   - render: gives the server's own refusals their body, so that they look like the handler's errors.
    ///   - onEnd: is told of every exchange when it is over, for the access log.
    ///   - handler: answers.
    /// - Throws: `ListenError` when the address cannot be had.
    package init(
        listeningOn place: ListenPlace,
        tls: TLSContext? = nil,
        limits: Limits = Limits(),
        render: @escaping @LoopActor @Sendable (Refusal) -> Answer = HTTPServer.plainText,
        onEnd: @escaping @LoopActor (ExchangeSummary) -> Void = { _ in },
        handler: @escaping Handler
    ) throws(ListenError) {
        self.limits = limits
        self.handler = handler
        self.render = render
        self.onEnd = onEnd
        self.place = place
        self.tls = tls
        connections = Connections(headSecondsMax: limits.headSecondsMax)
        slots = ConnectionSlots(
            perAddressMax: limits.connectionsPerAddressMax,
            trustedProxies: limits.trustedProxies
        )
        // A closure needs all of it, and the listener needs the closure.
        address = ListenAddress(host: "", port: 0)
        let listener = try Listener(on: place) { [weak self] connection, peer in
            self?.accept(connection, from: peer) ?? true
        }
        self.listener = listener
        address = listener.address
        let count = limits.shards ?? Limits.shards(forDescriptors: FileDescriptor.countMax)
        shards = (
            Shards(of: self, count: count, memoryBytes: limits.smallConnectionMemoryBytes),
            Shards(of: self, count: max(count / 8, 1), memoryBytes: limits.connectionMemoryBytes)
        )
    }

    isolated deinit {
        precondition(openExchanges == 0, "a server is stopped before it goes away")
    }

    // MARK: Stopping

    /// Sends clients away after the answer that each waits for; on a socket of its own, new ones are still answered.
    ///
    /// Connections on which nothing is asked for are closed, so that the next request comes on one of the next process.
    package func drain() {
        isDraining = true
        // Who is connected already and has not asked yet is answered here.
        if case .handedOver = place { listener = nil }
        for connection in connections.idle { connection.shutdown() }
    }

    /// Accepts no more connections; those that exist go on.
    package func stopListening() {
        listener = nil
        arrivals = [:]
    }

    /// Ends the server: handlers are cancelled, answers that are complete get a moment to leave, connections close.
    package func stop() async {
        stopListening()
        for connection in connections.busy { connection.exchange?.clientLeft() }
        let timer = EventLoop.schedule(after: limits.flushSecondsMax) { [weak self] in
            self?.connections.busy.forEach { $0.shutdown() }
        }
        await withCheckedContinuation { waiter in
            // Asked here and not before: for a caller without the loop's executor preference the body runs a turn later.
            if openExchanges == 0 { waiter.resume() } else { idleWaiter = waiter }
        }
        EventLoop.cancel(timer)
        shards?.small.stop()
        shards?.large.stop()
        shards = nil
        await relays.ended(within: limits.flushSecondsMax)
    }

    /// How many requests are being received, worked on or answered.
    package private(set) var openExchanges = 0

    /// How many connections there are, with those that have not sent a whole head.
    package var connectionCount: Int { arrivals.count + connections.count }

    /// libmicrohttpd's, that runs.
    package nonisolated static var libraryVersion: String { String(cString: MHD_get_version()) }

    // MARK: For the listener, the shards and the exchanges

    /// One more than there may be is closed at once; false where the system has nothing left for this one, nor for the next.
    private func accept(_ connection: consuming FileDescriptor, from peer: PeerAddress) -> Bool {
        guard arrivals.count + connections.count < limits.connectionsMax else { return true }
        guard let slot = slots.take(peer.address) else {
            // Who would have to be told in TLS is not told.
            if tls == nil {
                let refusal = Refusal.tooManyConnections(countMax: limits.connectionsPerAddressMax)
                Arrival.refuse(refusal, on: connection, from: peer, server: self)
            }
            return true
        }
        if tls == nil, !peer.isUnix {
            arrived(connection, from: peer, in: slot)
        } else if relays.count < limits.connectionsMax {
            guard let (relay, serverEnd) = relays.start(connection, tls, in: slot, limits: limits) else { return false }
            arrived(FileDescriptor(owning: serverEnd), from: peer, in: slot, through: relay)
        }
        return true
    }

    private func arrived(
        _ connection: consuming FileDescriptor,
        from peer: PeerAddress,
        in slot: ConnectionSlot,
        through relay: Relay? = nil
    ) {
        let arrival = Arrival(connection, from: peer, in: slot, through: relay, server: self)
        arrivals[ObjectIdentifier(arrival)] = arrival
    }

    func ended(_ arrival: Arrival) { arrivals[ObjectIdentifier(arrival)] = nil }

    func refused(_ summary: ExchangeSummary) { onEnd(summary) }

    /// Hands a connection with its first request's head to libmicrohttpd.
    func admit(
        _ connection: consuming FileDescriptor,
        from peer: PeerAddress,
        in slot: ConnectionSlot,
        through relay: Relay?,
        with request: RequestSize
    ) {
        guard let shards, let shard = (limits.isSmall(request) ? shards.small : shards.large).next() else { return }
        arriving = Arriving(shard: shard, remoteAddress: peer.host, slot: slot, relay: relay, request: request)
        shard.add(connection, from: peer)
        arriving = nil
    }

    /// libmicrohttpd has taken the connection that `admit` is handing over.
    func connected(_ descriptor: CInt) -> Connection {
        guard let arriving else { preconditionFailure("connections come from our listener alone") }
        let connection = Connection(
            descriptor: descriptor,
            remoteAddress: arriving.remoteAddress,
            shard: arriving.shard,
            slot: arriving.slot,
            firstRequest: arriving.request,
            relay: arriving.relay,
            server: self
        )
        connections.began(connection)
        arriving.shard.connectionCount += 1
        return connection
    }

    func ended(_ connection: Connection) {
        connections.ended(connection)
        connection.shard.connectionCount -= 1
    }

    func expectsInput(_ connection: Connection) {
        if expecting.isEmpty { EventLoop.atEndOfTurn { [self] in startDeadlines() } }
        expecting.append(connection)
    }

    private func startDeadlines() {
        for connection in expecting { connection.startDeadline() }
        expecting.removeAll(keepingCapacity: true)
    }

    func began(_ exchange: Exchange) {
        openExchanges += 1
    }

    func ended(_ exchange: Exchange, _ summary: ExchangeSummary) {
        openExchanges -= 1
        onEnd(summary)
        guard openExchanges == 0, let waiter = idleWaiter else { return }
        idleWaiter = nil
        waiter.resume()
    }
}
