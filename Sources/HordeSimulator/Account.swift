/// A user of the simulated Horde: what the key may do and what it owes.
final class Account {
    var role: AccountRole
    let id: Int
    var kudos: Double
    /// Kudos set aside for requests that needed them up front (K:141-146).
    var heldKudos = 0.0
    /// Jobs that no worker has taken yet, over all requests: what `concurrency` limits (DF:650-689).
    var waitingJobs = 0
    /// The same by requested model, which is how the anonymous account is counted.
    private(set) var waitingByModel: [String: Int] = [:]
    var requests = 0
    var tokens = 0

    private let hasLimits: Bool

    init(_ role: AccountRole, id: Int, hasLimits: Bool = true) {
        self.role = role
        self.id = id
        self.hasLimits = hasLimits
        kudos = role.kudos
    }

    static let anonymousKey = "0000000000"

    /// Jobs that may wait: what the script says, or Horde's own numbers (classes/__init__.py:97), or any number.
    var concurrency: Int {
        role.concurrency ?? (hasLimits ? isAnonymous ? 500 : 30 : Self.concurrencyWithoutLimits)
    }

    /// What an account without a limit tells: clients keep to it as to any other.
    static let concurrencyWithoutLimits = 1_000_000

    var isAnonymous: Bool { id == 0 }

    var username: String {
        isAnonymous ? "Anonymous#0" : role.username ?? "user#\(id)"
    }

    /// The balance that is never gone below (U:522-528).
    var floor: Double { isAnonymous ? -50 : AccountRole.registeredFloor }

    var spendableKudos: Double { kudos - floor - heldKudos }

    /// The rank of a request at the moment it is made (WP:253-262).
    var priority: Double { isAnonymous ? -50 : max(kudos, floor) }

    func charge(_ amount: Double) {
        kudos = max(min(kudos, floor), kudos - amount)
    }

    /// Counts `change` more waiting jobs for a request that names these models.
    func countWaiting(_ change: Int, models: [String]) {
        waitingJobs += change
        guard isAnonymous else { return }
        for model in models {
            let count = (waitingByModel[model] ?? 0) + change
            waitingByModel[model] = count > 0 ? count : nil
        }
    }

    /// The jobs that count against a new request: for anonymous ones those that share a model, a request that names
    /// several of them several times (B:327-338).
    func waitingJobs(besides models: [String]) -> Int {
        guard isAnonymous, !models.isEmpty else { return waitingJobs }
        return models.reduce(0) { $0 + (waitingByModel[$1] ?? 0) }
    }
}

/// Which keys belong to whom.
struct AccountBook {
    private var accounts: [String: Account] = [:]
    private var unknownKeys: Set<String> = []
    private var lastID = 0
    private let hasLimits: Bool

    init(_ script: SimulatorScript, hasLimits: Bool = true) {
        self.hasLimits = hasLimits
        accounts[Account.anonymousKey] = Account(
            AccountRole(key: Account.anonymousKey),
            id: 0,
            hasLimits: hasLimits
        )
        install(script)
    }

    /// Takes the keys of another script: named ones start anew, others keep what they owe.
    mutating func install(_ script: SimulatorScript) {
        unknownKeys = Set(script.unknownKeys)
        for role in script.keys {
            if let account = accounts[role.key] {
                account.role = role
                account.kudos = role.kudos
            } else {
                add(role)
            }
        }
    }

    /// The user of a key.
    ///
    /// A key of a key's shape that nobody has named is a user with nothing to spend; one that begins with "bad", or has
    /// another shape, is nobody's.
    mutating func account(for key: String) -> Account? {
        guard !unknownKeys.contains(key) else { return nil }
        if let account = accounts[key] { return account }
        guard !key.hasPrefix("bad"), Self.isWellShaped(key) else { return nil }
        return add(AccountRole(key: key))
    }

    func account(id: Int) -> Account? {
        accounts.values.first { $0.id == id }
    }

    @discardableResult
    private mutating func add(_ role: AccountRole) -> Account {
        lastID += 1
        let account = Account(role, id: lastID, hasLimits: hasLimits)
        accounts[role.key] = account
        return account
    }

    /// 22 characters of `[A-Za-z0-9_-]` (`secrets.token_urlsafe(16)`), or the UUID of a shared key.
    static func isWellShaped(_ key: String) -> Bool {
        let bytes = Array(key.utf8)
        func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }
        if bytes.count == 22 {
            return bytes.allSatisfy { isDigit($0) || isLetter($0) || "_-".utf8.contains($0) }
        }
        guard bytes.count == 36 else { return false }
        return bytes.indices.allSatisfy { index in
            [8, 13, 18, 23].contains(index)
                ? bytes[index] == UInt8(ascii: "-")
                : isDigit(bytes[index]) || (97...102).contains(bytes[index] | 0x20)
        }
    }
}
