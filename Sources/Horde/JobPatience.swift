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
