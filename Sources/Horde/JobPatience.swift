/// How long a job is waited for that Horde calls impossible, or does not tell about.
///
/// Pure: times come in as arguments.
struct JobPatience {
    /// How often in a row Horde may call the job impossible; nil goes by time.
    private let impossibleReadsMax: Int?
    private var impossibleReads = 0
    private var impossibleSince: ContinuousClock.Instant?
    private var silentSince: ContinuousClock.Instant?

    init(impossibleReadsMax: Int? = nil) {
        self.impossibleReadsMax = impossibleReadsMax
    }

    mutating func heard(_ progress: JobProgress, at now: ContinuousClock.Instant) throws(HordeError) {
        silentSince = nil
        guard !progress.isPossible else {
            impossibleSince = nil
            impossibleReads = 0
            return
        }
        let since = impossibleSince ?? now
        impossibleSince = since
        impossibleReads += 1
        if let impossibleReadsMax {
            if impossibleReads >= impossibleReadsMax { throw .impossible }
        } else if now - since >= Limits.impossibleSecondsMax {
            throw .impossible
        }
    }

    mutating func heardNothing(_ error: HordeError, at now: ContinuousClock.Instant) throws(HordeError) {
        let since = silentSince ?? now
        silentSince = since
        if now - since >= Limits.silenceSecondsMax { throw error }
    }
}

/// Whether, and after how long, a submission is repeated that Horde refused.
///
/// Pure: times come in as arguments.
struct RefusalPatience {
    private var end: ContinuousClock.Instant?
    private var accountEnd: ContinuousClock.Instant?

    /// An attempt starts.
    mutating func began(at now: ContinuousClock.Instant) {
        end = end ?? now + Limits.refusalPatience
        accountEnd = accountEnd ?? now + Limits.accountPatience
    }

    /// The pause before the next attempt gets in line; nil when there is none.
    mutating func pause(after error: HordeError, at now: ContinuousClock.Instant) -> Duration? {
        guard error.isPassing, let end, let accountEnd else { return nil }
        var pause = Duration.seconds(1)
        switch error {
        // The line itself holds the account.
        case .tooManyPrompts: return now < accountEnd ? .zero : nil
        case .rateLimited(let seconds): pause = .seconds(seconds)
        default: break
        }
        return now + pause < end ? pause : nil
    }
}
