import HTTPServer

/// Addresses that send keys which open nothing: after a number of them an address has to wait, so that nobody tries keys.
struct FailedAttempts {
    private struct Count {
        var failures = 0
        let since: ContinuousClock.Instant
    }

    /// By the addresses' owners.
    private var counts: [[UInt8]: Count] = [:]

    /// How long this address has to wait; nil when it has not.
    func pause(for address: String, at now: ContinuousClock.Instant) -> Duration? {
        guard let count = counts[AddressOwner.of(address)], count.failures >= Limits.failedAttemptsMax else {
            return nil
        }
        let left = count.since + Limits.failedAttemptsWindow - now
        return left > .zero ? left : nil
    }

    mutating func failed(_ address: String, at now: ContinuousClock.Instant) {
        let owner = AddressOwner.of(address)
        if let count = counts[owner], count.since + Limits.failedAttemptsWindow > now {
            counts[owner]?.failures += 1
            return
        }
        if counts.count >= Limits.failedAddressesMax { forgetOldest() }
        counts[owner] = Count(failures: 1, since: now)
    }

    /// With so many at once some are forgotten: it is no reason to forget all, nor to let nobody in.
    private mutating func forgetOldest() {
        let oldest = counts.sorted { $0.value.since < $1.value.since }.prefix(counts.count / 4 + 1)
        for (owner, _) in oldest { counts[owner] = nil }
    }
}
