import HTTPServer
package import Horde
package import OpenAI
import Prompting

// Every failure, once, in OpenAI's words. The switches have no default: a new case does not compile until it is mapped.
//
// What clients do decides the status. 408, 409, 429 and every 5xx are tried again, by some without end; so what will
// not pass is another 4xx, and everything that may pass says when.

extension APIError {
    /// What a client is told of a failure on Horde's side.
    package init(_ error: HordeError) {
        self =
            switch error {
            case .unreachable:
                .unavailable("AI Horde cannot be reached.", code: "upstream_unreachable", retryAfterSeconds: 10)
            case .resting(let pause):
                .unavailable(
                    "AI Horde does not work at the moment.",
                    code: "upstream_resting",
                    retryAfterSeconds: max(Int(pause.components.seconds), 1)
                )
            case .malformedAnswer, .serverFailed:
                .unavailable("AI Horde is not working properly.", code: "upstream_error", retryAfterSeconds: 10)
            case .maintenance:
                .unavailable("AI Horde is in maintenance mode.", code: "upstream_maintenance", retryAfterSeconds: 60)
            case .rateLimited(let seconds):
                .rateLimited(
                    "AI Horde's rate limit is reached. Try again shortly.",
                    code: "rate_limit_exceeded",
                    retryAfter: .seconds(seconds)
                )
            case .tooManyPrompts:
                .rateLimited(
                    "This AI Horde account has too many requests waiting (rate limit).",
                    code: "too_many_prompts",
                    retryAfter: .seconds(10)
                )
            case .queueFull(let pause):
                .rateLimited(
                    "Too many requests wait for their turn at AI Horde (rate limit).",
                    code: "queue_full",
                    retryAfter: min(pause, Limits.retryAfterMax)
                )
            case .kudosUpfront:
                .permissionDenied(
                    "An answer of this length needs kudos in hand. Ask for fewer tokens, or use an account with kudos.",
                    code: "kudos_upfront"
                )
            case .invalidKey: .invalidKey("AI Horde does not know this API key.")
            case .forbidden(let code):
                .permissionDenied("AI Horde refuses this account (\(code)).", code: "account_refused")
            case .refused(let code):
                APIError(
                    status: 400,
                    message: "AI Horde refused the request\(code.map { " (\($0))" } ?? "").",
                    type: "invalid_request_error",
                    code: "upstream_refused"
                )
            case .faulted, .expired, .emptyText:
                .unavailable(
                    "The workers of AI Horde that took this request gave no text.",
                    code: "generation_failed",
                    retryAfterSeconds: 5
                )
            case .impossible:
                .unavailable(
                    "No worker of AI Horde that is online can take this request.",
                    code: "no_worker",
                    retryAfterSeconds: 60
                )
            case .notStarted:
                .unavailable(
                    "No worker of AI Horde has begun with this request in time.",
                    code: "no_worker",
                    retryAfterSeconds: 30
                )
            case .deadlinePassed: .timedOut("AI Horde gave no answer in time.")
            case .cancelled, .left: .stopping
            }
    }

    /// The server ends while the request runs.
    static let stopping = APIError.unavailable("The server is stopping.", code: "stopping", retryAfterSeconds: 5)

    init(_ error: JobSizeError, in form: CompletionForm = .chat) {
        self =
            switch error {
            case .promptTooLong(let neededTokens, let contextTokens):
                .contextLengthExceeded(limit: contextTokens, promptTokens: neededTokens, in: form)
            case .noOffers:
                .unavailable("No worker serves this model right now.", code: "no_worker", retryAfterSeconds: 60)
            }
    }

    init(_ refusal: Refusal) {
        self =
            switch refusal {
            case .bodyTooLarge(let bytesMax): .payloadTooLarge(limitBytes: bytesMax)
            case .headTooLarge(let bytesMax):
                .headerFieldsTooLarge("The request's header fields are larger than \(bytesMax) bytes.")
            case .tooManyFields(let countMax):
                .headerFieldsTooLarge(
                    "The request has more than \(countMax) header fields, query arguments and cookies."
                )
            case .tooManyConnections(let countMax):
                .rateLimited(
                    "Your address may have \(countMax) connections to this server at a time.",
                    code: "too_many_connections",
                    retryAfter: .seconds(5)
                )
            case .malformed(let reason):
                APIError(status: 400, message: reason, type: "invalid_request_error", code: "malformed_request")
            case .abandoned: .internalError()
            }
    }

    private static func headerFieldsTooLarge(_ message: String) -> APIError {
        APIError(status: 431, message: message, type: "invalid_request_error", code: "header_fields_too_large")
    }
}
