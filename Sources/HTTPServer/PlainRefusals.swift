import EventLoop
import HTTPTypes

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
