import EventLoop
import HTTPServer
import HTTPTypes
import JSONText
import OpenAI

/// An answer that is sent whole: mostly JSON, with the fields that belong to it.
struct JSONResponse {
    let status: HTTPResponse.Status
    private(set) var fields: HTTPFields
    let body: [UInt8]
    /// Of an error, for the log.
    private var code: String?

    init(_ status: HTTPResponse.Status, _ json: JSON) {
        var bytes: [UInt8] = []
        json.write(into: &bytes)
        self.init(status, bytes: bytes)
    }

    init(_ status: HTTPResponse.Status, bytes: [UInt8]) {
        self.init(status, fields: Self.json, bytes: bytes)
    }

    /// An error, with what tells a client when, or whether, to try again.
    init(_ error: APIError) {
        self.init(HTTPResponse.Status(code: error.status), error.body)
        code = error.code
        if let pause = error.retryAfter {
            let milliseconds = pause.components.seconds * 1000 + pause.components.attoseconds / 1_000_000_000_000_000
            fields[.retryAfter] = "\((milliseconds + 999) / 1000)"
            // OpenAI's own libraries look at this first.
            fields[.named("retry-after-ms")] = "\(milliseconds)"
        }
        // "The server generating a 401 response MUST send a WWW-Authenticate header field" (RFC 9110, 11.6.1).
        if error.status == 401 { fields[.wwwAuthenticate] = "Bearer" }
        // Obeyed by OpenAI's own libraries, before they look at the status.
        if let shouldRetry = error.shouldRetry { fields[.named("x-should-retry")] = "\(shouldRetry)" }
    }

    private static let json: HTTPFields = [.contentType: "application/json"]

    /// No answer but that it was taken.
    static let noContent = JSONResponse(.noContent, fields: [:], bytes: [])

    static func preflight(_ fields: HTTPFields) -> JSONResponse { JSONResponse(.noContent, fields: fields, bytes: []) }

    init(_ status: HTTPResponse.Status, fields: HTTPFields, bytes: [UInt8]) {
        self.status = status
        self.fields = fields
        body = bytes
    }

    func with(_ more: HTTPFields) -> JSONResponse {
        var reply = self
        reply.fields.append(contentsOf: more)
        return reply
    }

    @LoopActor func send(_ writer: consuming ResponseWriter) {
        if let code { writer.describe { $0.add("error", code) } }
        writer.respond(status, fields: fields, body: body)
    }

    /// The same for an answer that the HTTP server gives by itself.
    var answer: HTTPServer.Answer { HTTPServer.Answer(status: status, fields: fields, body: body) }
}
