/// A worker inside the simulator: takes jobs that fit it, as many at once as it has threads.
final class SimulatedWorker {
    let role: WorkerRole
    let speed: Double
    /// Whether its backend is one that Horde knows.
    let isValidated: Bool
    var busyThreads = 0
    var fulfilled = 0
    var uncompleted = 0
    var kudos = 0.0
    /// When it polled for the first time; nil before.
    var arrivedAt: Double?
    /// When it took the job that it will never bring back.
    private(set) var diedAt: Double?

    /// So long after its last sign of life a worker counts as online (API.md 9.1).
    static let staleSeconds = 300.0

    init(_ role: WorkerRole, speed: Double) {
        self.role = role
        self.speed = role.tokensPerSecond ?? speed
        isValidated = Self.isValidated(role.bridgeAgent)
        arrivedAt = role.comesAfterSeconds == 0 ? 0 : nil
    }

    var isDead: Bool { diedAt != nil }

    /// Whether it has said goodbye; what it has in hand it still brings.
    var hasLeft: Bool {
        role.leavesAfter.map { fulfilled >= $0 } ?? false
    }

    var freeThreads: Int {
        guard arrivedAt != nil, !hasLeft, !isDead, !role.isInMaintenance else { return 0 }
        return max(0, role.threads - busyThreads)
    }

    /// Whether Horde counts it as online: a dead one for as long as nobody can know.
    func isOnline(now: Double) -> Bool {
        arrivedAt != nil && !hasLeft && diedAt.map { now < $0 + Self.staleSeconds } ?? true
    }

    /// Takes one more job, and dies of it where the script says so.
    func take(now: Double) {
        busyThreads += 1
        if let jobs = role.diesAfter, fulfilled >= jobs { diedAt = diedAt ?? now }
    }

    /// Billions of parameters of the first model, as far as the name tells.
    var parameters: Double {
        role.parameters ?? role.models.first.flatMap(KudosPrices.parameters(inName:)) ?? 1
    }

    /// Whether a job may go to this worker now.
    func fits(_ order: Submission, now: Double) -> Bool {
        isOnline(now: now) && suits(order)
    }

    /// Whether a job may go to this worker while it is there (TF:36-129, W:764-813, TW:131-151).
    ///
    /// The declared lengths count; how long the prompt really is does not matter.
    func suits(_ order: Submission) -> Bool {
        guard !role.isInMaintenance, role.threads > 0 else { return false }
        guard order.maxLength <= role.maxLength, order.maxContextLength <= role.maxContextLength else { return false }
        guard order.models.isEmpty || order.models.contains(where: role.models.contains) else { return false }
        let listed = order.workers.prefix(5)
        if !listed.isEmpty, listed.contains(role.id) == order.isBlacklist { return false }
        if order.needsTrusted, !role.isTrusted { return false }
        if order.needsValidated, !isValidated { return false }
        return order.allowsSlow || speed >= slowLimit
    }

    /// The backend names that are on Horde's list (bridge_reference.py:179-185).
    private static func isValidated(_ bridgeAgent: String) -> Bool {
        let name = bridgeAgent.split(separator: ":").first.map(String.init) ?? ""
        return [
            "AI Horde Worker", "AI Horde Worker~aphrodite~oai", "AI Horde Worker~aphrodite~kai",
            "KoboldCppEmbedWorker", "TabbyAPI",
        ].contains(name)
    }

    /// Below this many tokens per second a worker counts as slow (TF:43-52).
    private var slowLimit: Double {
        parameters < 13 ? 5 : parameters < 20 ? 4 : 3
    }

    /// The model that a job is done with: the first requested one that the worker has.
    func model(for order: Submission) -> String {
        order.models.first(where: role.models.contains) ?? role.models.first ?? ""
    }
}
