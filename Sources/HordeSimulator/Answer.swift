import HTTPTypes
import JSONText

/// What the simulated Horde says to one `Call`.
struct Answer {
    var status: HTTPResponse.Status
    var fields: HTTPFields
    var body: [UInt8]

    init(_ status: HTTPResponse.Status, contentType: String, body: [UInt8]) {
        self.status = status
        self.body = body
        fields = Self.common
        fields[.contentType] = contentType
    }

    /// A JSON answer in the text form of Horde's Flask.
    init(_ status: HTTPResponse.Status = .ok, _ json: JSON) {
        self.status = status
        body = HordeText.bytes(json)
        fields = Self.commonOfJSON
    }

    /// Horde's own refusals and those of its JSON schema: `{message, rc}` or `{errors, message}` (API.md 1.3).
    init(_ refusal: Refusal) {
        var object = JSONObject()
        if !refusal.errors.isEmpty {
            object["errors"] = .object(JSONObject(refusal.errors.map { .init(key: $0.path, value: .string($0.text)) }))
        }
        object["message"] = .string(refusal.message)
        if let code = refusal.code { object["rc"] = .string(code) }
        self.init(HTTPResponse.Status(code: refusal.status), .object(object))
    }

    static let jsonType = "application/json; charset=utf-8"

    /// Flask's page for a path without a route: HTML even though this is an API (transcripts/unknown_path_404.json).
    static let unknownPath = Answer(
        .notFound,
        contentType: "text/html; charset=utf-8",
        body: Array(
            """
            <!doctype html>
            <html lang=en>
            <title>404 Not Found</title>
            <h1>Not Found</h1>
            <p>The requested URL was not found on the server. If you entered the URL manually please check your \
            spelling and try again.</p>

            """.utf8
        )
    )

    /// The answer to a method that the route does not have (transcripts/async_get_405.json).
    static func wrongMethod(allow: String) -> Answer {
        var answer = Answer(.methodNotAllowed, ["message": "The method is not allowed for the requested URL."])
        answer.fields[.allow] = allow
        return answer
    }

    /// The answer to OPTIONS: Flask's own, an empty page (transcripts/async_options.json).
    static func options(allow: String) -> Answer {
        var answer = Answer(.ok, contentType: "text/html; charset=utf-8", body: [])
        answer.fields[.allow] = allow
        return answer
    }

    /// The same for JSON, made once: nearly every answer is.
    private static let commonOfJSON: HTTPFields = {
        var fields = common
        fields[.contentType] = jsonType
        return fields
    }()

    /// On every answer of Horde (flask.py:173-186).
    private static let common: HTTPFields = {
        var fields = HTTPFields()
        fields[.accessControlAllowOrigin] = "*"
        fields[.accessControlAllowMethods] = "POST, GET, OPTIONS, PUT, DELETE, PATCH"
        fields[.accessControlAllowHeaders] =
            "Accept, Content-Type, Content-Length, Accept-Encoding, X-CSRF-Token, apikey, Client-Agent, X-Fields, "
            + "X-Forwarded-For, Proxied-For, Proxy-Authorization"
        fields[FieldNames.hordeNode] = "simulator:7001:5.1.5"
        return fields
    }()
}

/// Header names that HTTPTypes does not bring.
enum FieldNames {
    static let hordeNode = name("Horde-Node")
    static let rateLimit = name("X-RateLimit-Limit")
    static let rateRemaining = name("X-RateLimit-Remaining")
    static let rateReset = name("X-RateLimit-Reset")
    static let retryAfter = name("Retry-After")
    static let apiKey = name("apikey")
    static let clientAgent = name("Client-Agent")
    static let forwardedFor = name("X-Forwarded-For")

    private static func name(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is a valid header name") }
        return name
    }
}
