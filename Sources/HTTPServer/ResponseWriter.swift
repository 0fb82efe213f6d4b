import EventLoop
package import HTTPTypes

/// The right to answer one request, exactly once.
///
/// ## When it goes away
/// Unused, it answers with `Refusal.abandoned`: a handler that forgets a path still cannot leave its client waiting.
package struct ResponseWriter: ~Copyable {
    private let exchange: Exchange
    private var isUsed = false

    init(_ exchange: Exchange) { self.exchange = exchange }

    /// Answers with head and body at once.
    @LoopActor package consuming func respond(
        _ status: HTTPResponse.Status,
        fields: HTTPFields = [:],
        body: [UInt8] = []
    ) {
        isUsed = true
        exchange.answer(.whole(ResponseHead(status: status, fields: fields), body: body))
    }

    /// Sends the head and goes on with a body of unknown length.
    @LoopActor package consuming func start(_ status: HTTPResponse.Status, fields: HTTPFields) -> BodyWriter {
        isUsed = true
        exchange.answer(.stream(ResponseHead(status: status, fields: fields), ExchangeState.Outbox()))
        return BodyWriter(exchange)
    }

    /// Has the log tell more of the request; `detail` is asked when the exchange is over.
    @LoopActor package func describe(_ detail: @escaping ExchangeSummary.Detail) {
        exchange.describe(detail)
    }

    /// Closes the connection without an answer.
    @LoopActor package consuming func abort() {
        isUsed = true
        exchange.answer(.cut)
    }

    deinit {
        guard !isUsed else { return }
        let exchange = exchange
        LoopActor.assumeIsolated { exchange.refuse(.abandoned) }
    }
}

/// The body of a streamed answer, piece by piece.
///
/// ## When it goes away
/// Not finished, it cuts the connection inside the body: a client must never take half an answer for a whole one.
package struct BodyWriter: ~Copyable {
    private let exchange: Exchange
    private var isFinished = false

    fileprivate init(_ exchange: Exchange) { self.exchange = exchange }

    /// Queues bytes; without effect when the client has gone.
    @LoopActor package func write(_ bytes: [UInt8]) {
        exchange.write(bytes)
    }

    /// As `ResponseWriter.describe`.
    @LoopActor package func describe(_ detail: @escaping ExchangeSummary.Detail) {
        exchange.describe(detail)
    }

    /// Ends the body as complete.
    @LoopActor package consuming func finish() {
        isFinished = true
        exchange.finish(.finished)
    }

    deinit {
        guard !isFinished else { return }
        let exchange = exchange
        LoopActor.assumeIsolated { exchange.finish(.cut) }
    }
}
