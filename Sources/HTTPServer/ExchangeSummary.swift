package import EventLoop
import HTTPTypes

/// What a log says of one exchange.
package struct ExchangeSummary: Sendable {
    package let id: String
    package let method: String
    package let path: String
    /// nil when the connection ended before an answer began.
    package let status: Int?
    /// Bytes of the answer's body.
    package let sentBytes: Int
    package let duration: Duration
    /// Whether the client was there to take the answer to its end.
    package let isWhole: Bool
    package let remoteAddress: String
    /// What the handler has to say of it, as it was when the exchange ended.
    package var details: [Detail] = []

    /// Adds fields to a line of the log.
    package typealias Detail = @LoopActor @Sendable (inout LogFields) -> Void
}

extension ExchangeSummary {
    /// What is told of an exchange that is over.
    @LoopActor
    init(of exchange: Exchange, isWhole: Bool, _ details: [Detail]) {
        self.init(
            id: exchange.publicID,
            method: exchange.head?.method.rawValue ?? "-",
            path: exchange.target?.rawPath ?? "-",
            status: exchange.status?.code,
            sentBytes: exchange.sentBytes,
            duration: .now - exchange.started,
            isWhole: isWhole,
            remoteAddress: exchange.connection.remoteAddress,
            details: details
        )
    }
}
