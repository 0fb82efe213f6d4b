import EventLoop
import HTTPServer
import HTTPTypes
import Horde
import OpenAI

/// Collects what `/status` tells: the parts of the server say what they have at the moment.
@LoopActor
final class StatusBoard {
    private let catalog: ModelCatalog
    private let work: RunningWork
    private let horde: Horde
    private let gate: Gate
    private let balance = Balance()
    private var failures = RecentFailures()
    private var visits: [ObjectIdentifier: CompletionRun] = [:]

    init(catalog: ModelCatalog, work: RunningWork, horde: Horde, gate: Gate) {
        self.catalog = catalog
        self.work = work
        self.horde = horde
        self.gate = gate
        ProcessFigures.begin()
    }

    /// A client waits for this run.
    func began(_ run: CompletionRun) { visits[ObjectIdentifier(run)] = run }

    /// It waits no longer, because of this failure if there is one.
    func ended(_ run: CompletionRun, _ failure: APIError?) {
        visits[ObjectIdentifier(run)] = nil
        if let failure { failed(failure) }
    }

    /// A request was answered with an error.
    func failed(_ error: APIError) { failures.add(error, at: .now) }

    /// - Parameters:
    ///   - baseURL: of the API, as the one who asks has come to the server.
    ///   - viewer: who asks.
    /// - Returns: how it is now, as far as it concerns them.
    func report(baseURL: String, for viewer: StatusReport.Viewer) -> StatusReport {
        let now = ContinuousClock.now
        let figures = horde.figures
        // Where everybody brings a key, the server's own is not used.
        let showsBalance = viewer == .owner && gate.policy.mode != .passthrough
        if showsBalance { balance.look(at: horde, gate.policy.serverKey) }
        let (state, reason, since) = judgement(figures)
        let oldest = oldestVisits(for: viewer)
        return StatusReport(
            state: state,
            reason: reason,
            stateSeconds: Int((now - since).components.seconds),
            baseURL: baseURL,
            models: catalog.current.entries.map(\.listing),
            modelsAgeSeconds: catalog.ageSeconds,
            running: oldest.map { run in
                StatusReport.Running(
                    id: run.requestID,
                    key: run.cost.payer?.key.name,
                    model: run.assignment.parameters.model,
                    seconds: Int((now - run.begun).components.seconds),
                    stage: run.progress?.words ?? "beginning"
                )
            },
            runningCount: visits.count,
            failures: failures.latest.prefix(Limits.statusFailuresMax).map { entry in
                StatusReport.Failure(
                    code: entry.error.code ?? "error",
                    status: entry.error.status,
                    message: entry.error.message,
                    count: entry.count,
                    secondsAgo: Int((now - entry.last).components.seconds),
                    remedy: RecentFailures.remedy(for: entry.error.code)
                )
            },
            waitingSubmissions: figures.waitingSubmissions.values.reduce(0, +),
            waitingJobs: figures.waitingJobs,
            submits: figures.submits.accepted,
            submitsOfMinute: figures.submitsOfMinute,
            submitsPerMinute: figures.submitsPerMinute,
            rateLimited: figures.submits.rateLimited,
            kudos: StatusReport.Kudos(
                spent: figures.counts.spentKudos,
                account: showsBalance ? balance.account?.username : nil,
                balance: showsBalance ? balance.account?.kudos : nil
            ),
            keys: gate.accounts.filter { viewer.mayKnow($0.key.name) }.prefix(Limits.statusKeysMax)
                .map { StatusReport.Key($0.key, $0.account) },
            process: .current
        )
    }

    /// The last place in Horde's queue that a job has, by model; "several" where any of some may take it.
    var queuePositions: [String: Int] {
        var positions: [String: Int] = [:]
        for run in visits.values {
            guard case .pending(let job)? = run.progress, job.queuePosition > 0, !job.isRunning else { continue }
            positions[run.modelLabel, default: 0] = max(positions[run.modelLabel, default: 0], job.queuePosition)
        }
        return positions
    }

    /// Those that wait longest, without sorting the thousands that there may be.
    private func oldestVisits(for viewer: StatusReport.Viewer) -> [CompletionRun] {
        var oldest: [CompletionRun] = []
        for run in visits.values where viewer.mayKnow(run.cost.payer?.key.name) {
            if oldest.count == Limits.statusRequestsMax {
                guard let last = oldest.last, run.begun < last.begun else { continue }
                oldest.removeLast()
            }
            let place = oldest.firstIndex { run.begun < $0.begun } ?? oldest.count
            oldest.insert(run, at: place)
        }
        return oldest
    }

    /// How it is, why, and since when.
    private func judgement(_ figures: Horde.Figures) -> (StatusReport.State, String, ContinuousClock.Instant) {
        if let since = work.stoppingSince {
            return (.stopping, "Running answers come to their end; new ones belong elsewhere.", since)
        }
        let (since, rested) = (catalog.stateSince, figures.breakerChanged)
        switch catalog.state {
        case .none(let why):
            return (.down, why.map { "No model list yet: \($0)." } ?? "AI Horde has not told its models yet.", since)
        case _ where figures.breaker != .closed:
            return (
                .degraded, "AI Horde has failed again and again, and is left alone for a moment.", rested ?? since
            )
        case .stale: return (.degraded, "The list of models could not be renewed; the last one is used.", since)
        case .fresh: return (.ok, "AI Horde answers, and its models are known.", max(since, rested ?? since))
        }
    }
}

extension StatusReport.Key {
    fileprivate init(_ key: LocalKey, _ account: KeyLedger.Account) {
        self.init(
            name: key.name,
            answers: account.answers,
            concurrencyMax: key.terms.concurrencyMax,
            tokensToday: account.today.tokens,
            dailyTokensMax: key.terms.dailyTokensMax,
            kudosToday: account.today.kudos,
            dailyKudosMax: key.terms.dailyKudosMax
        )
    }
}

extension StatusReport.Viewer {
    /// Whether what this key has done concerns them.
    fileprivate func mayKnow(_ key: String?) -> Bool {
        switch self {
        case .owner: true
        case .key(let own): own == key
        case .stranger: false
        }
    }
}
