/// How long a job is waited for that Horde calls impossible, or does not tell about.
///
/// Pure: times come in as arguments.
struct JobPatience {
    private var impossibleSince: ContinuousClock.Instant?
    private var silentSince: ContinuousClock.Instant?

    mutating func heard(_ progress: JobProgress, at now: ContinuousClock.Instant) throws(HordeError) {
        silentSince = nil
        guard !progress.isPossible else {
            impossibleSince = nil
            return
        }
        let since = impossibleSince ?? now
        impossibleSince = since
        if now - since >= Limits.impossibleSecondsMax { throw .impossible }
    }

    mutating func heardNothing(_ error: HordeError, at now: ContinuousClock.Instant) throws(HordeError) {
        let since = silentSince ?? now
        silentSince = since
        if now - since >= Limits.silenceSecondsMax { throw error }
    }
}
