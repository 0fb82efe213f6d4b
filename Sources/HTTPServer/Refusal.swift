import EventLoop
import HTTPTypes

/// Why the server itself refused a request, before or instead of the handler.
package enum Refusal: Error, Equatable, Sendable {
    /// The body is, or says it is, larger than this.
    case bodyTooLarge(bytesMax: Int)
    /// Request line and header fields together, cookies counted twice, are larger than this.
    case headTooLarge(bytesMax: Int)
    /// There are more header fields, query arguments and cookies together than this.
    case tooManyFields(countMax: Int)
    /// The client's address has as many connections as it may.
    case tooManyConnections(countMax: Int)
    /// The framing cannot be trusted; the text says what is wrong with it.
    case malformed(String)
    /// The handler ended without an answer.
    case abandoned
}

extension HTTPServer {
    /// The refusals of a server whose owner gave them no other form.
    package nonisolated static let plainText: @LoopActor @Sendable (Refusal) -> Answer = { refusal in
        let (status, text): (HTTPResponse.Status, String) =
            switch refusal {
            case .bodyTooLarge(let bytesMax): (.contentTooLarge, "The body is larger than \(bytesMax) bytes.")
            case .headTooLarge(let bytesMax):
                (.requestHeaderFieldsTooLarge, "The head is larger than \(bytesMax) bytes.")
            case .tooManyFields(let countMax):
                (
                    .requestHeaderFieldsTooLarge,
                    "The head has more than \(countMax) fields, query arguments and cookies."
                )
            case .tooManyConnections(let countMax):
                (.tooManyRequests, "An address may have \(countMax) connections at a time.")
            case .malformed(let reason): (.badRequest, reason)
            case .abandoned: (.internalServerError, "The request was not answered.")
            }
        return Answer(
            status: status,
            fields: [.contentType: "text/plain; charset=utf-8"],
            body: Array((text + "\n").utf8)
        )
    }
}
