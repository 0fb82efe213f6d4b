/// The simulated Horde itself: everything that is decided, nothing that waits or listens.
///
/// Every function is told the time, in seconds of the simulated Horde since some start; `HordeSimulator` is the only one with a clock and a
/// socket. Read on in the order of a request's life: `Answering` (route, limits), `Submitting`, `Working` (workers take
/// jobs and end them), `Watching` (status and delete), `Sweeping` (what Horde does once a minute), `Listing` (models,
/// workers, users). Tests drive this class alone.
final class HordeState {
    let hasLimits: Bool
    let defaultSpeed: Double
    /// How times here and times of clients go together.
    let clock: HordeClock
    var script: SimulatorScript

    var requests = RequestBook()
    var accounts: AccountBook
    var workers: [SimulatedWorker]
    var lanes = WaitingLanes()
    var due = DueEvents()
    var windows = RateWindows()
    /// Addresses with higher limits, and until when: a trusted user has called from there (B:319-321).
    var liftedAddresses: [String: Double] = [:]
    var rules: RuleCounts
    var ledger = JobLedger()
    var statistics = Statistics()
    var webhooks = WebhookLog()

    private var knownParameters: [String: Double?] = [:]
    private static let knownParametersMax = 1000

    var nextSweepAt = sweepSeconds
    var positionsSecond = -1.0
    /// The number of jobs that `freeTokens` reckons with: refreshed by the sweep only (DF:726-815).
    var upfrontQueue = 0
    var modelList: (madeAt: Double, rows: [ModelRow])?
    var sequence = 0
    var random: SplitMix

    static let sweepSeconds = 60.0

    init(
        script: SimulatorScript = SimulatorScript(),
        hasLimits: Bool = true,
        tokensPerSecond: Double = 40,
        clock: HordeClock = HordeClock(),
        idSeed: UInt64 = 0
    ) {
        self.script = script
        self.hasLimits = hasLimits
        self.clock = clock
        defaultSpeed = tokensPerSecond
        accounts = AccountBook(script, hasLimits: hasLimits)
        rules = RuleCounts(script)
        workers = (script.workers ?? WorkerRole.standard).map { SimulatedWorker($0, speed: tokensPerSecond) }
        random = SplitMix(seed: idSeed)
        expect(workers, now: 0)
    }

    /// When something will happen by itself; the shell's one timer is set to this.
    var nextEventAt: Double {
        min(due.nextTime ?? .infinity, nextSweepAt)
    }

    /// Lets everything happen that was due by `now`, each at its own time, however late the call comes.
    func advance(to now: Double) {
        while true {
            if nextSweepAt <= now, nextSweepAt <= due.nextTime ?? .infinity {
                sweep(now: nextSweepAt)
                nextSweepAt += Self.sweepSeconds
                continue
            }
            guard let (time, event) = due.pop(due: now) else { return }
            switch event {
            case .attemptEnds(let request, let number, let outcome): end(request, number, outcome, now: time)
            case .takeable(let request): offer(request, now: time)
            case .arrives(let worker): arrive(worker, now: time)
            case .webhook(let delivery): webhooks.hand(delivery)
            }
        }
    }

    /// Puts another script in force: workers and keys change, requests stay, rules count from zero.
    func install(_ script: SimulatorScript, now: Double) {
        advance(to: now)
        let old = workers
        self.script = script
        accounts.install(script)
        rules = RuleCounts(script)
        workers = (script.workers ?? WorkerRole.standard).map { role in
            // A worker that did not change goes on with what it has in hand.
            old.first { $0.role == role } ?? SimulatedWorker(role, speed: defaultSpeed)
        }
        expect(workers.filter { worker in !old.contains { $0 === worker } }, now: now)
        modelList = nil
        knownParameters = [:]
        let waiting = lanes.drain()
        for request in waiting { enqueue(request, now: now) }
    }

    /// Forgets requests, users, limits and counts; the script stays and its rules count from zero.
    func reset(now: Double) {
        requests = RequestBook()
        accounts = AccountBook(script, hasLimits: hasLimits)
        rules = RuleCounts(script)
        workers = workers.map { SimulatedWorker($0.role, speed: defaultSpeed) }
        lanes = WaitingLanes()
        due = DueEvents()
        windows = RateWindows()
        liftedAddresses = [:]
        ledger = JobLedger()
        statistics = Statistics()
        webhooks = WebhookLog()
        upfrontQueue = 0
        modelList = nil
        nextSweepAt = now + Self.sweepSeconds
        expect(workers, now: now)
    }

    /// Sets when new workers come that are not there at first.
    private func expect(_ workers: [SimulatedWorker], now: Double) {
        for worker in workers where worker.arrivedAt == nil {
            due.add(.arrives(worker), at: now + worker.role.comesAfterSeconds)
        }
    }

    /// The billions of parameters of a model, as far as its worker or its name tells.
    func parameters(of model: String) -> Double? {
        if let known = knownParameters[model] { return known }
        let parameters = findParameters(of: model)
        // Names come from strangers.
        if knownParameters.count < Self.knownParametersMax { knownParameters[model] = .some(parameters) }
        return parameters
    }

    private func findParameters(of model: String) -> Double? {
        workers.first { $0.role.parameters != nil && $0.role.models.contains(model) }?.role.parameters
            ?? KudosPrices.parameters(inName: model)
    }
}
