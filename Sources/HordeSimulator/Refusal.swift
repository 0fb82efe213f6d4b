/// Why Horde does not do what was asked, in its own words (return-codes.json; EX:588-598).
struct Refusal: Error {
    /// One violation of the JSON schema: dotted path and text.
    struct Violation {
        let path: String
        let text: String
    }

    let status: Int
    let message: String
    /// Horde's `rc`; errors of the schema, of the limiter and of the server itself have none.
    var code: String?
    var errors: [Violation] = []
}

extension Refusal {
    static func schema(_ errors: [Violation]) -> Refusal {
        Refusal(status: 400, message: "Input payload validation failed", errors: errors)
    }

    /// Broken JSON, no JSON, or another content type: all the same to Flask.
    static let unreadable = Refusal(
        status: 400,
        message: "The browser (or proxy) sent a request that this server could not understand."
    )

    /// What a lone surrogate ends in: the database refuses it and nobody catches that.
    static let serverError = Refusal(status: 500, message: "Internal Server Error")

    static let nulByte = Refusal(
        status: 400,
        message: "Request payload may not contain NUL (0x00) bytes.",
        code: "NulByteInPayload"
    )

    static let invalidKey = Refusal(
        status: 401,
        message: "No user matching sent API Key. Have you remembered to register at https://stablehorde.net/register ?",
        code: "InvalidAPIKey"
    )

    static let deletedUser = Refusal(
        status: 403,
        message: "This account has been scheduled for deletion and is disabled.",
        code: "DeletedUser"
    )

    static let maintenance = Refusal(
        status: 400,
        message: "AI Horde has entered maintenance mode. Please try again later.",
        code: "MaintenanceMode"
    )

    static func badRequest(_ code: String, _ message: String) -> Refusal {
        Refusal(status: 400, message: message, code: code)
    }

    static func notFound(_ code: String, _ message: String) -> Refusal {
        Refusal(status: 404, message: message, code: code)
    }

    /// TooManyPrompts: the anonymous account has words of its own (B:353-366).
    static func tooManyPrompts(_ count: Int, limit: Int, isAnonymous: Bool) -> Refusal {
        let message =
            isAnonymous
            ? "Too many anonymous requests on using the AI Horde currently (\(count)/\(limit)). Please consider getting "
                + "a personal API key at https://aihorde.net/register which will also provide higher priority."
            : "Parallel requests (\(count)) exceeded user limit (\(limit)). "
                + "Please try again later or request to increase your concurrency."
        return Refusal(status: 429, message: message, code: "TooManyPrompts")
    }

    /// KudosUpfront (K:150-158).
    static func kudosUpfront(tokens: Int, kudos: String) -> Refusal {
        Refusal(
            status: 403,
            message: "Due to heavy demand, for requests over \(tokens) tokens, the client needs to already have the "
                + "required kudos. This request requires \(kudos) kudos to fulfil.",
            code: "KudosUpfront"
        )
    }

    /// A 404 about a worker or a style while submitting, with what flask-restx adds to every 404 of a route.
    static func submitNotFound(_ code: String, _ what: String) -> Refusal {
        notFound(
            code,
            "\(what) not found. You have requested this URI [/api/v2/generate/text/async] but did you mean "
                + "/api/v2/generate/text/async or /api/v2/generate/async or /api/v2/generate/text/pop ?"
        )
    }

    /// A request id that is unknown, expired or no UUID.
    ///
    /// flask-restx proposes the routes whose text is close to the path; with the length of a UUID only the route itself
    /// is, and a shorter id lets two others in.
    static func requestNotFound(_ id: String, action: String) -> Refusal {
        let path = "/api/v2/generate/text/status/"
        var message = "Text Waiting Prompt (\(action)) with ID '\(id)' not found."
        if id.utf8.count <= 38 {
            message += " You have requested this URI [\(path)\(id)] but did you mean \(path)<string:id>"
            if id.utf8.count <= 20 {
                message += " or /api/v2/generate/status/<string:id> or /api/v2/generate/text/async"
            }
            message += " ?"
        }
        return notFound("RequestNotFound", message)
    }
}
