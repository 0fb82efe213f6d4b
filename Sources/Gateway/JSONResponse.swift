import EventLoop
import HTTPServer
import HTTPTypes
import JSONText
import OpenAI

/// An answer that is sent whole: JSON, with the fields that belong to it.
struct JSONResponse {
    let status: HTTPResponse.Status
    private(set) var fields: HTTPFields
    let body: [UInt8]

    init(_ status: HTTPResponse.Status, _ json: JSON) {
        var bytes: [UInt8] = []
        json.write(into: &bytes)
        self.init(status, bytes: bytes)
    }

    init(_ status: HTTPResponse.Status, bytes: [UInt8]) {
        self.status = status
        fields = [.contentType: "application/json"]
        body = bytes
    }

    /// An error, with what tells a client when, or whether, to try again.
    init(_ error: APIError) {
        self.init(HTTPResponse.Status(code: error.status), error.body)
        if let seconds = error.retryAfterSeconds { fields[.retryAfter] = "\(seconds)" }
        // Obeyed by OpenAI's own libraries, before they look at the status.
        if let shouldRetry = error.shouldRetry { fields[.named("x-should-retry")] = "\(shouldRetry)" }
    }

    private init(preflight fields: HTTPFields) {
        status = .noContent
        self.fields = fields
        body = []
    }

    static func preflight(_ fields: HTTPFields) -> JSONResponse { JSONResponse(preflight: fields) }

    func with(_ more: HTTPFields) -> JSONResponse {
        var reply = self
        reply.fields.append(contentsOf: more)
        return reply
    }

    @LoopActor func send(_ writer: consuming ResponseWriter) {
        writer.respond(status, fields: fields, body: body)
    }

    /// The same for an answer that the HTTP server gives by itself.
    var answer: HTTPServer.Answer { HTTPServer.Answer(status: status, fields: fields, body: body) }
}
