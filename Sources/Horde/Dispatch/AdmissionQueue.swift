/// Whose submission goes next, and when: the address' budget, the keys', the accounts' and fair turns, together.
///
/// Pure: times come in as arguments. `Dispatcher` does what it says.
struct AdmissionQueue<Element> {
    typealias Place = FairQueue<HordeKey, Element>.Place

    /// What is to be done now.
    enum Next {
        /// This one submits; its jobs count as waiting from now on.
        case submits(Element)
        /// Nobody may before this has passed, or something is heard of a job.
        case waits(Duration?)
    }

    /// What somebody who would join the line has to expect.
    struct Expectation: Equatable {
        /// How many submissions go before.
        let ahead: Int
        /// How long that takes at the pace of the address; accounts that are full may make it longer.
        let wait: Duration
        /// Whether the line is full for this key.
        let isFull: Bool
    }

    private var address: SubmitBudget
    private var keyBudgets: [HordeKey: SubmitBudget] = [:]
    private var quotas: [HordeKey: AccountQuota] = [:]
    private var line = FairQueue<HordeKey, Element>()

    /// A line for so many submissions a minute; 0 switches the address' and the keys' budgets off, nil goes by what Horde tells.
    init(submitsPerMinute: Int?) {
        address = SubmitBudget(perMinute: submitsPerMinute)
    }

    // MARK: The line

    var count: Int { line.count }

    var counts: [SubmitFigures.Lane: Int] { [.quick: line.quickCount, .slow: line.count - line.quickCount] }

    /// How many submissions the address may make in a minute; nil where there is no limit.
    var submitsPerMinute: Int? { address.isOff ? nil : Int((.seconds(60) / address.interval).rounded()) }

    /// What one more of this key has to expect.
    func expectation(for key: HordeKey, at now: ContinuousClock.Instant) -> Expectation {
        let ahead = line.ahead(ofNext: key)
        let share = Limits.waitingSubmitsMax / (line.keyCount + (line.count(of: key) == 0 ? 1 : 0))
        let isOverShare = line.count >= Limits.waitingSubmitsMax && line.count(of: key) >= share
        return Expectation(
            ahead: ahead,
            wait: address.wait(for: ahead + 1, at: now),
            isFull: isOverShare || line.count >= 2 * Limits.waitingSubmitsMax
        )
    }

    /// When the line will be as short as somebody who waits no longer than `patience` needs it.
    func untilShortEnough(_ expectation: Expectation, patience: Duration) -> Duration {
        // Of a line that is full nobody knows when it moves: it may be the accounts that hold it back.
        max(expectation.wait - patience, address.interval, expectation.isFull ? Limits.fullLinePause : .zero)
    }

    /// Whether it is the account that holds a submission back.
    func isAccountFull(_ turn: SubmitTurn, at now: ContinuousClock.Instant) -> Bool {
        !(quotas[turn.key]?.hasRoom(for: turn.jobs, at: now) ?? true)
    }

    /// Puts one in line.
    mutating func add(_ element: Element, _ turn: SubmitTurn) -> Place {
        line.add(element, key: turn.key, cost: turn.jobs, isQuick: turn.isQuick, atFront: turn.isContinued)
    }

    /// Takes one out that does not want to wait any longer; nil when its turn has come already.
    mutating func remove(_ place: Place) -> Element? { line.remove(place) }

    /// Calls `body` with each that waits, how many go before it, and how long that takes.
    func forEach(at now: ContinuousClock.Instant, _ body: (Element, _ ahead: Int, _ wait: Duration) -> Void) {
        line.forEach { element, ahead in body(element, ahead, address.wait(for: ahead + 1, at: now)) }
    }

    /// Whose turn it is now; to be asked again until nobody's is.
    mutating func next(at now: ContinuousClock.Instant) -> Next {
        if line.isEmpty { return .waits(nil) }
        let wait = address.untilFree(at: now)
        if wait > .zero { return .waits(wait) }
        var soonest: Duration?
        let entry = line.next { key, jobs in
            let quota = quotas[key] ?? AccountQuota(isAnonymous: key.isAnonymous)
            let keyWait = quota.held(at: now) ?? keyBudgets[key]?.untilFree(at: now) ?? .zero
            if keyWait > .zero { soonest = min(soonest ?? keyWait, keyWait) }
            return keyWait == .zero && quota.hasRoom(for: jobs, at: now)
        }
        guard let entry else { return .waits(soonest) }
        _ = address.take(at: now)
        take(entry.place.key, jobs: entry.cost, at: now)
        return .submits(entry.element)
    }

    private mutating func take(_ key: HordeKey, jobs: Int, at now: ContinuousClock.Instant) {
        if !address.isOff, !key.isAnonymous {
            var budget = keyBudgets[key] ?? SubmitBudget(interval: Limits.keySubmitInterval)
            _ = budget.take(at: now)
            keyBudgets[key] = budget
        }
        var quota = quotas[key] ?? AccountQuota(isAnonymous: key.isAnonymous)
        quota.count(jobs)
        quotas[key] = quota
        if quotas.count > Limits.accountsMax {
            quotas = quotas.filter { !$0.value.isForgettable(at: now) }
            keyBudgets = keyBudgets.filter { $0.value.untilFree(at: now) > .zero }
        }
    }

    // MARK: What is heard

    /// So many jobs of an account wait no longer.
    mutating func began(_ jobs: Int, of key: HordeKey) { quotas[key]?.count(-jobs) }

    /// Horde took a submission.
    mutating func accepted(_ key: HordeKey, limitPerSecond: Int?, at now: ContinuousClock.Instant) {
        address.heard(limitPerSecond: limitPerSecond, at: now)
        quotas[key]?.accepted()
    }

    /// Horde refused a submission; what is no refusal for its rate or its account's jobs changes nothing.
    mutating func refused(_ key: HordeKey, _ error: HordeError, at now: ContinuousClock.Instant) {
        switch error {
        case .rateLimited(let seconds): address.refused(for: .seconds(seconds), at: now)
        case .tooManyPrompts: quotas[key, default: AccountQuota(isAnonymous: key.isAnonymous)].refused(at: now)
        default: break
        }
    }

    /// Horde told how many jobs of an account may wait.
    mutating func learned(_ limit: Int, of key: HordeKey) { quotas[key]?.learned(limit) }

    /// Whether the account's limit is worth asking Horde for.
    func deservesAsking(_ key: HordeKey) -> Bool { quotas[key]?.deservesAsking ?? false }

    /// How many jobs of all accounts wait for a worker, as far as is known.
    var waitingJobs: Int { quotas.values.reduce(0) { $0 + $1.waiting } }
}

/// What stands in line: one submission.
struct SubmitTurn: Equatable, Sendable {
    let key: HordeKey
    /// How many jobs it makes: the n of its order.
    let jobs: Int
    /// Whether it is quick for a worker, and so goes before those that are not.
    let isQuick: Bool
    /// Whether it stood in line before, or goes on with an answer that has begun: then it goes before those that are new.
    var isContinued: Bool
}
