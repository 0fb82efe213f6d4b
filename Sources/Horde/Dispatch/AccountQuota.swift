/// How many jobs of one account wait for a worker, and how many may.
///
/// Pure: times come in as arguments.
/// Horde refuses a submission when the account's jobs that no worker has taken would become more than its `concurrency`,
/// 30 unless a moderator has said otherwise. Jobs that are being written do not count.
struct AccountQuota {
    /// What Horde has told; nil is its usual limit.
    private(set) var limit: Int?
    private let usual: Int
    private(set) var waiting = 0
    private var heldUntil: ContinuousClock.Instant?
    private var refusals = 0

    /// The quota of an account of which nothing is known yet.
    init(isAnonymous: Bool) {
        usual = isAnonymous ? Limits.anonymousJobsMax : Limits.accountJobsMax
    }

    /// Whether so many more may be submitted now; more than the whole limit may when nothing else waits.
    func hasRoom(for count: Int, at now: ContinuousClock.Instant) -> Bool {
        if let heldUntil, heldUntil > now { return false }
        return waiting == 0 || waiting + count <= limit ?? usual
    }

    /// When a refusal ceases to bind; nil when none does.
    func held(at now: ContinuousClock.Instant) -> Duration? {
        heldUntil.flatMap { $0 > now ? $0 - now : nil }
    }

    /// So many jobs more wait, or fewer.
    mutating func count(_ change: Int) {
        waiting += change
        precondition(waiting >= 0, "a job ceases to wait once")
    }

    /// Horde has told the limit.
    mutating func learned(_ limit: Int) {
        self.limit = max(limit, 1)
    }

    /// Horde took a submission.
    mutating func accepted() {
        (heldUntil, refusals) = (nil, 0)
    }

    /// Horde refused because too many wait: the account is used by others as well.
    ///
    /// The pauses double.
    mutating func refused(at now: ContinuousClock.Instant) {
        let pause = Limits.accountPauseMin * (1 << min(refusals, 8))
        heldUntil = now + min(pause, Limits.accountPauseMax)
        refusals += 1
    }

    /// Whether the limit is worth asking for.
    var deservesAsking: Bool { limit == nil && waiting >= Limits.accountJobsUnasked }

    /// Whether nothing would be lost by forgetting it.
    func isForgettable(at now: ContinuousClock.Instant) -> Bool { waiting == 0 && held(at: now) == nil }
}
