/// When to ask for a job's status next.
///
/// Pure: it is told what happened and answers with a delay. Horde allows 60 reads a minute of one job, in a window that begins with the first. A worker needs half a second to
/// take a job; the second read waits a little longer, so that reads never come to more than one a second since the
/// submission.
struct PollSchedule {
    private var reads = 0

    private static let first = Duration.milliseconds(500)
    private static let second = Duration.milliseconds(1500)
    private static let regular = Duration.milliseconds(1050)
    /// Behind this many others the next second brings nothing.
    private static let farPosition = 10
    private static let far = Duration.milliseconds(2500)

    mutating func next(after progress: JobProgress?) -> Duration {
        reads += 1
        switch reads {
        case 1: return Self.first
        case 2: return Self.second
        default: break
        }
        guard let progress, !progress.isRunning, progress.queuePosition > Self.farPosition else { return Self.regular }
        return Self.far
    }

    /// After Horde refused a read with 429.
    mutating func next(afterRefusal retryAfterSeconds: Int) -> Duration {
        max(.seconds(retryAfterSeconds), next(after: nil))
    }
}

/// When to cancel a job again that was running when it was first cancelled.
///
/// Horde puts a running job back into its queue when its worker faults or does not answer for 150 to 210 seconds, even
/// when the request has been cancelled; each further DELETE takes it out again.
struct AbandonmentSchedule {
    private var delays = [5, 10, 20, 40, 60, 60, 60][...]

    /// nil when nothing can come back any more.
    mutating func next() -> Duration? {
        delays.popFirst().map { .seconds($0) }
    }
}
