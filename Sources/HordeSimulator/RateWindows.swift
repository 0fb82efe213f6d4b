import HTTPTypes

/// So many calls in so many seconds.
struct RateLimit: Equatable {
    let amount: Int
    let seconds: Int

    /// The text that is the whole message of the limiter's 429: "2 per 1 second".
    var text: String {
        "\(amount) per 1 \(seconds == 1 ? "second" : "minute")"
    }
}

/// Horde's limiter: fixed windows that begin with their first hit (API.md sections 2 and 13).
struct RateWindows {
    /// One limit as it applies to one call.
    struct Rule {
        let limit: RateLimit
        let key: String
    }

    /// What the limiter says about one call.
    struct Verdict {
        let limit: RateLimit
        let remaining: Int
        /// When the window ends, in seconds of the core's clock.
        let end: Double
        let isRefused: Bool
    }

    private struct Window {
        var end: Double
        var hits: Int
    }
    private var windows: [String: Window] = [:]

    /// Counts a call against each rule in turn, up to the first that refuses it.
    ///
    /// A call refused by the short window is not counted in the long one [P, API.md section 2]. The verdict is about
    /// the refusing rule, or else about the first, which callers make the tightest.
    mutating func hit(_ rules: [Rule], now: Double) -> Verdict? {
        var first: Verdict?
        for rule in rules {
            var window = windows[rule.key] ?? Window(end: 0, hits: 0)
            if window.end <= now { window = Window(end: now + Double(rule.limit.seconds), hits: 0) }
            window.hits += 1
            windows[rule.key] = window
            let verdict = Verdict(
                limit: rule.limit,
                remaining: max(0, rule.limit.amount - window.hits),
                end: window.end,
                isRefused: window.hits > rule.limit.amount
            )
            if verdict.isRefused { return verdict }
            first = first ?? verdict
        }
        return first
    }

    /// Forgets windows that are over.
    mutating func sweep(now: Double) {
        windows = windows.filter { $0.value.end > now }
    }

    var count: Int { windows.count }
}

extension RateWindows.Verdict {
    /// The headers that every limited answer carries, 2xx and 4xx alike.
    func write(to fields: inout HTTPFields, now: Double, _ clock: HordeClock) {
        let (reset, retryAfter) = clock.windowEnd(end, now: now)
        fields[FieldNames.rateLimit] = String(limit.amount)
        fields[FieldNames.rateRemaining] = String(remaining)
        fields[FieldNames.rateReset] = String(reset)
        fields[FieldNames.retryAfter] = String(retryAfter)
    }
}
