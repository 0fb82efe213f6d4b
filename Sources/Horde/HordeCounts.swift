package import Metrics

/// What has been counted of calls and jobs since the start, for the metrics.
package struct HordeCounts: Sendable {
    package struct Answered: Hashable, Sendable {
        package let endpoint: Endpoint
        /// The answer's; nil where there was none.
        package let status: Int?
    }

    /// What became of a job.
    package enum Outcome: String, Sendable {
        case done, faulted, impossible, lost
        /// Others were asked, because no worker had begun in time.
        case withdrawn
        /// Nobody waited for it any more.
        case cancelledClient = "cancelled_client"
        case cancelledDeadline = "cancelled_deadline"
    }

    package struct Ended: Hashable, Sendable {
        package let model: String
        package let outcome: Outcome
    }

    package private(set) var calls = Series<Answered, Int>(of: 0, countMax: Limits.callSeriesMax) {
        Answered(endpoint: $0.endpoint, status: nil)
    }
    package private(set) var callDurations = Series<Endpoint, Distribution>(of: Distribution(callBounds))
    package private(set) var jobs = Series<Ended, Int>(of: 0, countMax: Limits.modelOutcomeSeriesMax) {
        Ended(model: ModelLabel.rest, outcome: $0.outcome)
    }
    /// Of jobs that brought a text, from when Horde had taken them.
    package private(set) var jobDurations = Series<String, Distribution>(
        of: Distribution(jobBounds),
        countMax: Limits.modelSeriesMax
    ) { _ in ModelLabel.rest }
    /// What Horde has told that jobs have cost.
    package private(set) var spentKudos = 0.0

    private static let callBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
    private static let jobBounds: [Double] = [1, 2, 5, 10, 20, 30, 60, 120, 180, 300, 600]

    /// A call was answered with this status, or not at all.
    mutating func answered(_ endpoint: Endpoint, _ status: Int?, after duration: Duration) {
        calls.count(Answered(endpoint: endpoint, status: status)) { $0 += 1 }
        callDurations.count(endpoint) { $0.add(duration) }
    }

    mutating func spent(_ kudos: Double) { spentKudos += kudos }

    /// A job is over for us.
    ///
    /// - Parameters:
    ///   - texts: what it brought, or why it did not.
    ///   - models: those of which any might have taken it.
    ///   - duration: since its submission.
    mutating func ended(_ texts: Result<[Generation], HordeError>, of models: [String], after duration: Duration) {
        let writer = (try? texts.get())?.compactMap(\.model).first
        // What comes back has a name of Horde's, which the worker chose; of several that were asked one did it or none.
        let model = ModelLabel.of(writer ?? (models.count == 1 ? models[0] : "several"))
        let outcome = Outcome(texts)
        jobs.count(Ended(model: model, outcome: outcome)) { $0 += 1 }
        if outcome == .done { jobDurations.count(model) { $0.add(duration) } }
    }
}

extension HordeCounts.Outcome {
    fileprivate init(_ texts: Result<[Generation], HordeError>) {
        self =
            switch texts {
            case .success(let texts): texts.contains { !$0.text.isEmpty || $0.isCensored } ? .done : .lost
            case .failure(.faulted): .faulted
            case .failure(.impossible): .impossible
            case .failure(.left), .failure(.cancelled): .cancelledClient
            case .failure(.deadlinePassed): .cancelledDeadline
            case .failure(.notStarted): .withdrawn
            case .failure: .lost
            }
    }
}
