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
