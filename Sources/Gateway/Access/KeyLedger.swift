/// What the holders of local keys use: how many answers now, and how many tokens and kudos today.
///
/// A day goes from midnight to midnight, UTC. The figures are this process': a restart begins the day anew.
struct KeyLedger {
    /// What one key has used.
    struct Account: Equatable {
        /// Answers under way.
        var answers = 0
        var today = Use()
        var sinceStart = Use()
    }

    struct Use: Equatable {
        var answers = 0
        var tokens = 0
        /// As Horde tells them.
        var kudos = 0.0
    }

    /// Why no further answer is begun.
    enum Refusal: Equatable {
        case concurrency(max: Int)
        /// Until the next midnight.
        case dailyTokens(max: Int, secondsLeft: Int)
        case dailyKudos(max: Int, secondsLeft: Int)
    }

    private static let daySeconds = 86_400

    private var day = 0
    private var accounts: [String: Account] = [:]

    /// What a key has used, at so many seconds since the Unix epoch; nothing where it is not known.
    mutating func account(of name: String, at seconds: Int) -> Account {
        turnDay(at: seconds)
        return accounts[name] ?? Account()
    }

    /// Begins an answer, unless the key has had its share.
    ///
    /// - Parameters:
    ///   - key: whose it is.
    ///   - isReturning: whether it has begun before, so that a day's share does not count.
    ///   - seconds: since the Unix epoch.
    /// - Returns: why not, where it is not begun.
    mutating func begin(_ key: LocalKey, isReturning: Bool = false, at seconds: Int) -> Refusal? {
        let account = account(of: key.name, at: seconds)
        let secondsLeft = Self.daySeconds - seconds % Self.daySeconds
        if let max = key.terms.concurrencyMax, account.answers >= max { return .concurrency(max: max) }
        if !isReturning, let max = key.terms.dailyTokensMax, account.today.tokens >= max {
            return .dailyTokens(max: max, secondsLeft: secondsLeft)
        }
        if !isReturning, let max = key.terms.dailyKudosMax, account.today.kudos >= Double(max) {
            return .dailyKudos(max: max, secondsLeft: secondsLeft)
        }
        accounts[key.name, default: Account()].answers += 1
        if !isReturning { count(key, at: seconds) { $0.answers += 1 } }
        return nil
    }

    /// A client waits no longer for an answer.
    mutating func end(_ key: LocalKey) {
        accounts[key.name, default: Account()].answers -= 1
    }

    /// So many tokens were read and written.
    mutating func used(_ key: LocalKey, tokens: Int, at seconds: Int) {
        count(key, at: seconds) { $0.tokens += tokens }
    }

    /// Horde has told of so many kudos.
    mutating func spent(_ key: LocalKey, kudos: Double, at seconds: Int) {
        count(key, at: seconds) { $0.kudos += kudos }
    }

    private mutating func count(_ key: LocalKey, at seconds: Int, _ change: (inout Use) -> Void) {
        turnDay(at: seconds)
        change(&accounts[key.name, default: Account()].today)
        change(&accounts[key.name, default: Account()].sinceStart)
    }

    private mutating func turnDay(at seconds: Int) {
        let today = seconds / Self.daySeconds
        // Not only a later one: a clock that was far ahead for a moment would stop the days until it is right again.
        guard today != day else { return }
        day = today
        for name in accounts.keys { accounts[name]?.today = Use() }
    }
}
