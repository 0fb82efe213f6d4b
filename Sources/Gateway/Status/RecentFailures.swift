import OpenAI

/// What has failed lately and could be better: by the codes of the errors, each with how often and when.
///
/// A request that is wrong is no failure of the server's, and not in here.
struct RecentFailures {
    struct Entry {
        let error: APIError
        var count: Int
        var last: ContinuousClock.Instant
    }

    private(set) var entries: [String: Entry] = [:]

    mutating func add(_ error: APIError, at now: ContinuousClock.Instant) {
        guard error.status >= 500 || error.status == 429 || error.status == 401 else { return }
        // The codes are ours, so there are a few dozen at most.
        let code = error.code ?? "\(error.status)"
        let count = entries[code]?.count ?? 0
        entries[code] = Entry(error: error, count: count + 1, last: now)
    }

    /// The latest first.
    var latest: [Entry] { entries.values.sorted { $0.last > $1.last } }

    /// What an operator can do about an error of this code.
    static func remedy(for code: String?) -> String? {
        switch code {
        case "upstream_unreachable": "Look at the network and at proxies: interposer doctor."
        case "upstream_resting", "upstream_error", "upstream_maintenance":
            "Nothing here: AI Horde has to recover. The model list is kept meanwhile."
        case "queue_full", "rate_limit_exceeded":
            "More is asked for than AI Horde takes from one address: nothing is lost, but answers begin later."
        case "too_many_prompts": "The account has too many jobs waiting: keys with more kudos may have more."
        case "no_worker", "generation_failed":
            "Clients that name several models, or horde/auto, can be answered by others; an alias is in models.aliases."
        case "not_ready": "AI Horde has not told its models yet: wait a moment, or run interposer doctor."
        case "invalid_api_key": "A client, or the server itself, has a wrong key: interposer doctor."
        case "too_many_failed_attempts": "An address tries keys: the log has it."
        case "timeout": "Long answers need more time: stream them, or raise answers.timeout."
        case "concurrency_limit_exceeded", "daily_budget_exceeded":
            "A local key has used its share: see keys in the file."
        case "too_many_connections":
            "An address has more connections than http.max_connections_per_address; name proxies in http.trusted_proxies."
        default: nil
        }
    }
}
