import FoundationEssentials
import HTTPClient
import HTTPTypes

/// Why Horde gave no text, grouped by what a caller can do about it.
package enum HordeError: Error, Equatable, Sendable {
    // Horde could not be asked.
    case unreachable(reason: String)
    /// Something in front of Horde answered, or Horde in a form that is not its own: HTML, a redirect, a 202 without id.
    case malformedAnswer(status: Int)
    case serverFailed(status: Int)
    case maintenance
    /// It has failed again and again a moment ago, and is not asked for so long.
    case resting(retryAfter: Duration)

    // Horde refused the submission.
    /// Over a rate limit (429 without `rc`).
    case rateLimited(retryAfterSeconds: Int)
    /// The account has too many requests waiting.
    case tooManyPrompts
    /// The answer is longer than the account gets without kudos in hand; `freeTokens` is what Horde named as free.
    case kudosUpfront(freeTokens: Int?)
    case invalidKey
    /// The account or its address may not submit: deleted, in timeout, a shared key that is empty or expired.
    case forbidden(code: String)
    /// The submission is wrong in itself.
    case refused(code: String?)

    // Horde took it, and nothing came of it.
    case faulted
    /// The job is not known any more: nobody took it for twenty minutes, or it was cleared.
    case expired
    /// No worker that is online could take it.
    case impossible
    case emptyText

    // On our side.
    /// No worker had begun in time, and the job is deleted.
    case notStarted
    /// Nobody waited any more and no worker had the job, which is deleted.
    case left
    /// More submissions wait for their turn than may, or than can be served in time; after so long the line will do.
    case queueFull(retryAfter: Duration)
    case deadlinePassed
    case cancelled

    init(_ error: TransferError) {
        self =
            switch error {
            case .unreachable(let reason): .unreachable(reason: reason)
            case .timedOut: .unreachable(reason: "no answer in time")
            case .cancelled: .cancelled
            case .malformed, .tooLarge, .brokenOff: .malformedAnswer(status: 0)
            case .overloaded: .unreachable(reason: "too many requests are waiting")
            }
    }

    /// Reads an answer that is no success: status and `rc` decide, the message never leaves here, since Horde may echo
    /// what was sent (find_user's 404 repeats the key).
    init(_ response: HTTPClient.Response) {
        let body = try? JSONDecoder().decode(Body.self, from: Data(response.body))
        let code = body?.rc.flatMap { Self.isCode($0) ? $0 : nil }
        switch (response.status, code) {
        case (_, "MaintenanceMode"): self = .maintenance
        case (429, "TooManyPrompts"): self = .tooManyPrompts
        case (429, _): self = .rateLimited(retryAfterSeconds: Self.retryAfter(response))
        case (_, "KudosUpfront"): self = .kudosUpfront(freeTokens: body?.message.flatMap(Self.freeTokens))
        case (_, "InvalidAPIKey"), (401, _): self = .invalidKey
        case (403, let code?): self = .forbidden(code: code)
        case (404, "RequestNotFound"): self = .expired
        case (500..., _): self = .serverFailed(status: response.status)
        // A 4xx in Horde's own form is about the submission; anything else comes from somewhere in between.
        case (400..<500, _) where body?.message != nil: self = .refused(code: code)
        default: self = .malformedAnswer(status: response.status)
        }
    }

    private struct Body: Decodable {
        let message: String?
        let rc: String?
    }

    /// Horde's codes are words; one of them ends in a dot.
    private static func isCode(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ".") }
    }

    /// Reads "Due to heavy demand, for requests over 512 tokens, the client needs to already have the required kudos".
    private static func freeTokens(_ message: String) -> Int? {
        let words = message.split(separator: " ")
        guard let over = words.firstIndex(of: "over"), over + 2 < words.count, words[over + 2] == "tokens," else {
            return nil
        }
        return Int(words[over + 1])
    }

    private static func retryAfter(_ response: HTTPClient.Response) -> Int {
        min(max(response.fields[.retryAfter].flatMap { Int($0) } ?? 1, 1), 60)
    }

    /// Whether the same submission may well be taken a moment later.
    var isPassing: Bool {
        switch self {
        // Horde took it, and its id is lost: a second submission would be a second job.
        case .malformedAnswer(status: 202): false
        case .unreachable, .malformedAnswer, .serverFailed, .maintenance, .rateLimited, .tooManyPrompts: true
        default: false
        }
    }

    /// Whether it tells that Horde does not work, rather than what it thinks of a call.
    var isOutage: Bool {
        switch self {
        case .unreachable, .malformedAnswer, .serverFailed: true
        default: false
        }
    }

    /// Whether the job has been deleted already.
    var isAfterDeletion: Bool { self == .notStarted || self == .left }

    /// Whether the job is lost but another one may succeed.
    var deservesAnotherJob: Bool {
        switch self {
        case .faulted, .expired, .emptyText: true
        default: false
        }
    }
}
