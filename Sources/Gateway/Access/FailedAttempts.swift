/// Addresses that send keys which open nothing: after a number of them an address has to wait, so that nobody tries keys.
struct FailedAttempts {
    private struct Count {
        var failures = 0
        let since: ContinuousClock.Instant
    }

    private var counts: [String: Count] = [:]

    /// How long this address has to wait; nil when it has not.
    func pause(for address: String, at now: ContinuousClock.Instant) -> Duration? {
        guard let count = counts[address], count.failures >= Limits.failedAttemptsMax else { return nil }
        let left = count.since + Limits.failedAttemptsWindow - now
        return left > .zero ? left : nil
    }

    mutating func failed(_ address: String, at now: ContinuousClock.Instant) {
        if let count = counts[address], count.since + Limits.failedAttemptsWindow > now {
            counts[address]?.failures += 1
            return
        }
        if counts.count >= Limits.failedAddressesMax {
            counts = counts.filter { $0.value.since + Limits.failedAttemptsWindow > now }
        }
        // With so many at once the oldest is forgotten: it is no reason to forget all, nor to let nobody in.
        if counts.count >= Limits.failedAddressesMax, let oldest = counts.min(by: { $0.value.since < $1.value.since }) {
            counts[oldest.key] = nil
        }
        counts[address] = Count(failures: 1, since: now)
    }
}
