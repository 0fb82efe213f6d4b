package import JSONText

// Every refusal and failure in the one form that OpenAI's clients read. The factories fix status, type and code
// together, because clients decide by the three of them whether to try again.

/// An error as a client sees it: `{"error":{"message","type","param","code"}}` under a status.
///
/// A message names fields and expected types, never a value that was sent: values are the client's own data and end up
/// in logs. The name of a model is the one exception.
package struct APIError: Error, Equatable, Sendable {
    /// The HTTP status, 400 to 599.
    package var status: Int
    /// What went wrong, in words for the person behind the client.
    package var message: String
    /// The kind of error under the name that OpenAI gives it, such as "server_error".
    package var type: String
    /// The field at fault, as "messages[0].content".
    package var param: String?
    /// The exact error, for programs.
    package var code: String?
    /// For `Retry-After` and `retry-after-ms`; clients give up waiting above 60 seconds.
    package var retryAfter: Duration?
    /// For `x-should-retry`, which overrules the status in OpenAI's own clients; nil sends no such field.
    package var shouldRetry: Bool?

    /// An error from its parts; the factories are the usual way.
    package init(
        status: Int,
        message: String,
        type: String = "invalid_request_error",
        param: String? = nil,
        code: String? = nil,
        retryAfter: Duration? = nil,
        shouldRetry: Bool? = nil
    ) {
        self.status = status
        self.message = message
        self.type = type
        self.param = param
        self.code = code
        self.retryAfter = retryAfter
        self.shouldRetry = shouldRetry
    }

    /// The body of the answer; all four keys are always there, since openai-python's error type has all four.
    package var body: JSON {
        [
            "error": [
                "message": .string(message),
                "type": .string(type),
                "param": JSON(param),
                "code": JSON(code),
            ]
        ]
    }
}

// MARK: The request is at fault (section 5 of the client survey has the codes)

extension APIError {
    /// 400: the body is not a JSON document that can be read.
    package static func unreadableBody(_ error: JSON.SyntaxError) -> APIError {
        let place = error.path.isEmpty ? "at byte \(error.offset)" : "in '\(error.path)', at byte \(error.offset)"
        let param = error.path.isEmpty ? nil : error.path
        let unparsed = "We could not parse the JSON body of your request."
        switch error.kind {
        case .malformed:
            return APIError(status: 400, message: "\(unparsed) It stops being JSON \(place).")
        case .tooDeep:
            let levels = JSON.depthLevelsMax
            return APIError(status: 400, message: "\(unparsed) It is nested more than \(levels) levels deep.")
        case .notUTF8:
            return APIError(status: 400, message: "\(unparsed) The string that starts \(place) is not UTF-8.")
        case .loneSurrogate:
            let message = "Invalid text \(place): half of a surrogate pair, which is not a character."
            return APIError(status: 400, message: message, param: param, code: "invalid_value")
        case .nul:
            let message = "Invalid text \(place): the character U+0000 is not allowed in text."
            return APIError(status: 400, message: message, param: param, code: "invalid_value")
        }
    }

    /// 400: a field has another type than the one expected; an empty `param` stands for the body itself.
    package static func invalidType(_ param: String, expected: String, got value: JSON) -> APIError {
        let field = param.isEmpty ? "the request body" : "'\(param)'"
        let message = "Invalid type for \(field): expected \(expected), but got \(value.kindName) instead."
        return APIError(status: 400, message: message, param: param.isEmpty ? nil : param, code: "invalid_type")
    }

    /// 400: a field has the right type and a value out of its range.
    package static func invalidValue(_ param: String, expected: String) -> APIError {
        let message = "Invalid value for '\(param)': expected \(expected)."
        return APIError(status: 400, message: message, param: param, code: "invalid_value")
    }

    /// 400: a required field is absent or null.
    package static func missing(_ param: String) -> APIError {
        let message = "Missing required parameter: '\(param)'."
        return APIError(status: 400, message: message, param: param, code: "missing_required_parameter")
    }

    /// 400: ignoring this parameter would make the answer wrong; `reason` is a sentence.
    package static func unsupportedParameter(_ param: String, _ reason: String) -> APIError {
        let message = "Unsupported parameter: '\(param)'. \(reason)"
        return APIError(status: 400, message: message, param: param, code: "unsupported_parameter")
    }

    /// 400: the parameter is known, but not with this value; `reason` is a sentence.
    package static func unsupportedValue(_ param: String, _ reason: String) -> APIError {
        let message = "Unsupported value: '\(param)'. \(reason)"
        return APIError(status: 400, message: message, param: param, code: "unsupported_value")
    }

    /// 400 in the words by which clients know that a conversation, or a prompt, has to be shortened; both counts are in
    /// tokens.
    package static func contextLengthExceeded(
        limit: Int,
        promptTokens: Int,
        in form: CompletionForm = .chat
    ) -> APIError {
        let what = form == .chat ? "messages" : "prompt"
        let message =
            "This model's maximum context length is \(limit) tokens. However, your \(what) resulted in "
            + "\(promptTokens) tokens. Please reduce the length of the \(what)."
        return APIError(status: 400, message: message, param: what, code: "context_length_exceeded")
    }

    /// 413, in words that no client's list of context-overflow phrases has.
    package static func payloadTooLarge(limitBytes: Int) -> APIError {
        let message = "The body of this request is bigger than the \(limitBytes) bytes that this server reads."
        return APIError(status: 413, message: message, code: "payload_too_large")
    }
}

// MARK: There is no such thing here, or not for this client

extension APIError {
    /// 404: no model of that name; `suggestions` are names that exist, the likeliest first.
    package static func modelNotFound(_ name: String, suggestions: [String] = []) -> APIError {
        // A name is shown, but a body of megabytes may call itself one.
        let shown = name.count > 200 ? name.prefix(200) + "…" : name[...]
        var message = "The model `\(shown)` does not exist or you do not have access to it."
        let quoted = suggestions.map { "`\($0)`" }
        if let last = quoted.last {
            let others = quoted.dropLast().joined(separator: ", ")
            message += " Did you mean \(others.isEmpty ? last : "\(others) or \(last)")?"
        }
        return APIError(status: 404, message: message, param: "model", code: "model_not_found")
    }

    /// 404: no route has this path.
    package static func unknownPath(_ method: String, _ path: String) -> APIError {
        APIError(status: 404, message: "Invalid URL (\(method) \(path))", code: "unknown_url")
    }

    /// 404 rather than 501, which every client would retry: OpenAI has this endpoint and this server does not.
    ///
    /// `what` completes "This server does not provide …".
    package static func unsupportedEndpoint(_ what: String) -> APIError {
        APIError(status: 404, message: "This server does not provide \(what).", code: "unsupported_endpoint")
    }

    /// 405: the path exists for other methods; the answer needs an `Allow` field with the same list.
    package static func methodNotAllowed(allow: [String]) -> APIError {
        let message = "This URL answers only to \(allow.joined(separator: ", "))."
        return APIError(status: 405, message: message, code: "method_not_allowed")
    }

    /// 401: the key is not one that works; it is not repeated.
    package static func invalidKey(_ message: String = "Incorrect API key provided.") -> APIError {
        APIError(status: 401, message: message, code: "invalid_api_key")
    }

    /// 403: the key works and may not do this.
    package static func permissionDenied(_ message: String, code: String) -> APIError {
        APIError(status: 403, message: message, code: code)
    }
}

// MARK: The request is fine and cannot be answered now

extension APIError {
    /// 429: too much at once; clients wait as told, so always say how long.
    package static func rateLimited(_ message: String, code: String, retryAfter: Duration) -> APIError {
        APIError(status: 429, message: message, type: "rate_limit_error", code: code, retryAfter: retryAfter)
    }

    /// 503: nobody can serve this at the moment; clients wait as told, so always say how long.
    package static func unavailable(_ message: String, code: String, retryAfterSeconds: Int) -> APIError {
        APIError(
            status: 503,
            message: message,
            type: "server_error",
            code: code,
            retryAfter: .seconds(retryAfterSeconds)
        )
    }

    /// 504 that is not to be retried: another try would be a second piece of work of the same length.
    package static func timedOut(
        _ message: String = "The answer was not ready in time. Ask for a streamed answer to wait longer."
    ) -> APIError {
        APIError(status: 504, message: message, type: "server_error", code: "timeout", shouldRetry: false)
    }

    /// 500: something that should be impossible; the details are in the server's log.
    package static func internalError() -> APIError {
        APIError(
            status: 500,
            message: "The server had an error while processing your request.",
            type: "server_error",
            code: "internal_error",
            shouldRetry: false
        )
    }
}
