/// What of Horde's 60 reads a minute of one job may be spent now.
///
/// Pure: times come in as seconds since the submission. Horde's windows are fixed ones of 60 s that begin when a read
/// arrives there, which is some time before its answer is here. What is kept is stronger than that: in any 60 s come at
/// most 57 answers, those of a burst and one for each `refillSeconds`. All but the last read of a window are answered
/// within its 60 s, as a read is sent after the answer to the one before. That makes 58; two are left for reads that were
/// given up and reach Horde late.
struct ReadBudget {
    static let burst = 12.0
    static let refillSeconds = 60.0 / 45

    private var left = burst
    private var countedAt = 0.0

    /// Notes a read that was answered, or given up.
    mutating func spend(at time: Double) {
        left = left(at: time) - 1
        countedAt = max(countedAt, time)
    }

    /// How long after `time` the next read may be sent, in seconds, 0 or more.
    ///
    /// It grows before the burst is used up, so that something is left for the end.
    func pause(at time: Double) -> Double {
        let used = min(max(1 - left(at: time) / Self.burst, 0), 1)
        return max(Self.refillSeconds * used * used * used * used, shortestPause(at: time))
    }

    /// The same for a read that cannot wait: 0 as long as anything is left.
    func shortestPause(at time: Double) -> Double {
        max(1 - left(at: time), 0) * Self.refillSeconds
    }

    private func left(at time: Double) -> Double {
        min(Self.burst, left + max(time - countedAt, 0) / Self.refillSeconds)
    }
}
