/// What the holders of local keys use: how many answers now, and how many tokens today.
///
/// A day goes from midnight to midnight, UTC. The figures are this process': a restart begins the day anew.
struct KeyLedger {
    private struct Account {
        var answers = 0
        var tokens = 0
    }

    /// Why no further answer is begun.
    enum Refusal: Equatable {
        case concurrency(max: Int)
        /// Until the next midnight.
        case dailyTokens(max: Int, secondsLeft: Int)
    }

    private static let daySeconds = 86_400

    private var day = 0
    private var accounts: [String: Account] = [:]

    /// Begins an answer, unless the key has had its share.
    ///
    /// - Parameters:
    ///   - key: whose it is.
    ///   - seconds: since the Unix epoch.
    /// - Returns: why not, where it is not begun.
    mutating func begin(_ key: LocalKey, at seconds: Int) -> Refusal? {
        turnDay(at: seconds)
        let account = accounts[key.name] ?? Account()
        if let max = key.terms.concurrencyMax, account.answers >= max { return .concurrency(max: max) }
        if let max = key.terms.dailyTokensMax, account.tokens >= max {
            return .dailyTokens(max: max, secondsLeft: Self.daySeconds - seconds % Self.daySeconds)
        }
        accounts[key.name, default: Account()].answers += 1
        return nil
    }

    /// An answer has ended, with so many tokens read and written.
    mutating func end(_ key: LocalKey, tokens: Int, at seconds: Int) {
        turnDay(at: seconds)
        accounts[key.name, default: Account()].answers -= 1
        accounts[key.name, default: Account()].tokens += tokens
    }

    private mutating func turnDay(at seconds: Int) {
        let today = seconds / Self.daySeconds
        // Not only a later one: a clock that was far ahead for a moment would stop the days until it is right again.
        guard today != day else { return }
        day = today
        for name in accounts.keys { accounts[name]?.tokens = 0 }
    }
}
