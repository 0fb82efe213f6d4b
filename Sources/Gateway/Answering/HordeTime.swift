/// How long an answer has waited for Horde, or for its turn to ask it: what is no work of the server's.
///
/// Pure: times come in as arguments. Several texts of an answer may wait at once, which counts once.
struct HordeTime {
    private var waits = 0
    private var since: ContinuousClock.Instant?
    private var past = Duration.zero

    mutating func began(at now: ContinuousClock.Instant) {
        if waits == 0 { since = now }
        waits += 1
    }

    mutating func ended(at now: ContinuousClock.Instant) {
        past = total(at: now)
        waits -= 1
        since = waits == 0 ? nil : now
    }

    func total(at now: ContinuousClock.Instant) -> Duration {
        past + (since.map { now - $0 } ?? .zero)
    }
}
