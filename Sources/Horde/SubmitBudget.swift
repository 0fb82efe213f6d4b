/// Horde's limit on submissions from one address, as a bucket that holds one.
///
/// Pure: times come in as arguments.
/// Horde counts 2 a second and 90 a minute in fixed windows, in which two bursts may meet. One every 690 ms never breaks
/// either, wherever the windows begin, and uses 97 % of what is allowed.
struct SubmitBudget {
    private let interval: Duration
    private var nextFree: ContinuousClock.Instant?

    /// 0 is no limit.
    init(perMinute: Int) {
        interval = perMinute > 0 ? .seconds(60) / perMinute : .zero
    }

    /// Takes a place if one is free now; else says when the next one is.
    mutating func take(at now: ContinuousClock.Instant) -> Duration? {
        if let nextFree, nextFree > now { return nextFree - now }
        nextFree = now + interval
        return nil
    }

    /// How long the last of so many has to wait.
    func wait(for count: Int, at now: ContinuousClock.Instant) -> Duration {
        let first = nextFree.map { max($0 - now, .zero) } ?? .zero
        return first + interval * max(count - 1, 0)
    }
}
