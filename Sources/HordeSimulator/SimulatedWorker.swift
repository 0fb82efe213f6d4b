/// A worker inside the simulator: takes jobs that fit it, as many at once as it has threads.
final class SimulatedWorker {
    let role: WorkerRole
    let speed: Double
    var busyThreads = 0
    var fulfilled = 0
    var uncompleted = 0
    var kudos = 0.0

    init(_ role: WorkerRole, speed: Double) {
        self.role = role
        self.speed = role.tokensPerSecond ?? speed
    }

    var freeThreads: Int {
        role.isInMaintenance ? 0 : max(0, role.threads - busyThreads)
    }

    /// Billions of parameters of the first model, as far as the name tells.
    var parameters: Double {
        role.parameters ?? role.models.first.flatMap(KudosPrices.parameters(inName:)) ?? 1
    }

    /// Whether a job may go to this worker (TF:36-129, W:764-813, TW:131-151).
    ///
    /// The declared lengths count; how long the prompt really is does not matter.
    func fits(_ order: Submission) -> Bool {
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
    var isValidated: Bool {
        let name = role.bridgeAgent.split(separator: ":").first.map(String.init) ?? ""
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
