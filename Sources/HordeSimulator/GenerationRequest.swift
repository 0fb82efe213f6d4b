/// One accepted submit (Horde: waiting prompt) with its jobs (processing generations), from submit to expiry.
///
/// A class because the queue, the user's account, the due events and the ledger all mean the same one.
final class GenerationRequest {
    /// One job in a worker's hands.
    struct Attempt {
        let number: Int
        let id: String
        let worker: SimulatedWorker
        let startedAt: Double
    }

    /// One job's text.
    struct Generation {
        let text: String
        let state: String
        let worker: SimulatedWorker
        let model: String
    }

    let id: String
    let account: Account
    let clientAgent: String?
    var submission: Submission
    let rule: BoundRule?
    let submittedAt: Double
    let order: QueueOrder

    /// Jobs that no worker has taken; DELETE makes it 0, a fault gives one back.
    var slotsLeft: Int
    var attempts: [Attempt] = []
    var attemptsMade = 0
    /// The names of the workers that took its jobs, in order, the first `takersMax` of them.
    private(set) var takers: [String] = []
    var generations: [Generation] = []
    var faultedAttempts = 0
    /// Set by the sweep once three attempts have faulted (TH:268-281).
    var isFaulted = false
    var isRemoved = false
    /// Its place among the open requests.
    var openIndex: Int?
    /// Whether the ledger has let go of it.
    var isForgotten = false
    /// Whether a read has told its last text.
    var isTold = false

    var expiresAt: Double
    var kudos = 1.0
    var heldKudos = 0.0

    var lane: Int?
    var queuedAt: Double
    var position = 0
    var positionSecond = -1.0
    /// The verdict that `is_possible` repeats for 60 s (DF:1590-1757).
    var isPossible: Bool
    var possibleUntil: Double

    var startedAt: Double?
    var endedAt: Double?
    var deletes: [Double] = []
    var polls = PollMeter()

    init(
        id: String,
        account: Account,
        clientAgent: String?,
        submission: Submission,
        rule: BoundRule?,
        isPossible: Bool,
        sequence: Int,
        now: Double
    ) {
        self.id = id
        self.account = account
        self.clientAgent = clientAgent
        self.submission = submission
        self.rule = rule
        self.isPossible = isPossible
        submittedAt = now
        order = QueueOrder(priority: account.priority, submittedAt: now, sequence: sequence)
        slotsLeft = submission.count
        expiresAt = now + Self.lifeSeconds
        queuedAt = now
        possibleUntil = now + 60
    }

    /// A request lives this long after its last event: submit, pop or text (WP:173, WP:653-661).
    static let lifeSeconds = 1200.0
    /// A job has to be back this long after a worker took it (PG:411-416).
    static let jobSeconds = 150.0
    /// So many failed attempts make the request itself faulted.
    static let faultsMax = 3
    /// Attempts can go on between two sweeps; so many of their workers are remembered.
    static let takersMax = 64

    var waiting: Int {
        max(0, min(slotsLeft, submission.count - attempts.count - generations.count))
    }

    /// Horde's rule, which counts faulted attempts as finished ones and so can be true too early (WP:438-473).
    var isDone: Bool {
        isFaulted
            || (waiting == 0 && generations.count + faultedAttempts - attempts.count >= submission.count)
    }

    /// Whether anything may still come of it.
    var isOpen: Bool {
        !isRemoved && (!attempts.isEmpty || (slotsLeft > 0 && !isFaulted))
    }

    /// Whether the client has deleted it and a worker still writes, which nothing can stop.
    ///
    /// One that a fault gave back to the queue after the DELETE is not among these: another DELETE would end it.
    var isRunningDeleted: Bool {
        isOpen && !deletes.isEmpty && slotsLeft == 0
    }

    func noteTaken(by worker: SimulatedWorker) {
        if takers.count < Self.takersMax { takers.append(worker.role.name) }
    }

    var stateName: String {
        if isFaulted { return "faulted" }
        if generations.count >= submission.count { return "done" }
        if isRemoved { return deletes.isEmpty ? "expired" : "cancelled" }
        if !attempts.isEmpty { return "processing" }
        return deletes.isEmpty || slotsLeft > 0 ? "waiting" : "cancelled"
    }
}

/// The place of a request among all that wait: priority first, then age.
///
/// Every waiting request gains 50 each 10 s (TH:711-750), so the distance between two never changes, and the order
/// can be fixed once: what a request would have gained before the newcomer came is taken from the newcomer.
struct QueueOrder: Comparable {
    let rank: Double
    let sequence: Int

    init(priority: Double, submittedAt: Double, sequence: Int) {
        rank = priority - 50 * (submittedAt / 10).rounded(.down)
        self.sequence = sequence
    }

    static func < (left: QueueOrder, right: QueueOrder) -> Bool {
        left.rank == right.rank ? left.sequence < right.sequence : left.rank > right.rank
    }
}

/// How often one request was asked about, and how often within any 60 s.
struct PollMeter {
    private(set) var total = 0
    private(set) var mostPerMinute = 0
    private var recent: [Double] = []
    private var head = 0

    /// More than this within a minute is told as this: without limits a client may ask as fast as it can.
    static let perMinuteMax = 1024

    mutating func record(_ now: Double) {
        total += 1
        recent.append(now)
        while recent[head] <= now - 60 || recent.count - head > Self.perMinuteMax { head += 1 }
        mostPerMinute = max(mostPerMinute, recent.count - head)
        if head > 64, head * 2 > recent.count {
            recent.removeFirst(head)
            head = 0
        }
    }
}
