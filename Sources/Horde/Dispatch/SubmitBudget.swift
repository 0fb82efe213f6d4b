/// How fast may be submitted, as a bucket that holds one.
///
/// Pure: times come in as arguments.
/// Horde counts 2 a second and 90 a minute in fixed windows, in which two bursts may meet. One every 690 ms never breaks
/// either, wherever the windows begin, and uses 97 % of what is allowed.
struct SubmitBudget {
    /// What the operator has set; nil goes by what Horde says.
    private let fixed: Duration?
    private var base: Duration
    /// By how much the pace is slowed because somebody else uses what we thought was ours.
    private var strain = 1.0
    private var nextFree: ContinuousClock.Instant?
    private var raisedNotBefore: ContinuousClock.Instant?

    /// A budget of so many a minute; 0 is no limit, nil is Horde's own limit as far as Horde tells it.
    init(perMinute: Int?) {
        base = perMinute == 0 ? .zero : .seconds(60) / (perMinute ?? Limits.submitsPerMinuteDefault)
        fixed = perMinute == nil ? nil : base
    }

    /// A bucket refilled after each such interval.
    init(interval: Duration) {
        base = interval
        fixed = interval
    }

    /// Whether there is no limit.
    var isOff: Bool { fixed == .zero }

    /// The time between two submissions.
    var interval: Duration { strain == 1 ? base : base * strain }

    /// How long until the next place is free; zero now.
    func untilFree(at now: ContinuousClock.Instant) -> Duration {
        nextFree.map { max($0 - now, .zero) } ?? .zero
    }

    /// Takes a place if one is free now; else says when the next one is.
    mutating func take(at now: ContinuousClock.Instant) -> Duration? {
        let wait = untilFree(at: now)
        guard wait == .zero else { return wait }
        nextFree = now + interval
        return nil
    }

    /// How long the last of so many has to wait.
    func wait(for count: Int, at now: ContinuousClock.Instant) -> Duration {
        untilFree(at: now) + interval * max(count - 1, 0)
    }

    /// Horde took a submission and told the limit of the second that it counted it in.
    mutating func heard(limitPerSecond: Int?, at now: ContinuousClock.Instant) {
        strain = max(1, strain / Limits.strainRelief)
        guard let limitPerSecond, !isOff else { return }
        // So far apart that one more than the limit never falls into one second.
        let shortest = Limits.windowSecond / max(limitPerSecond, 1)
        let isRaised = limitPerSecond >= Limits.raisedLimitPerSecond && raisedNotBefore.map { $0 <= now } ?? true
        let own = fixed ?? .seconds(60) / (isRaised ? Limits.submitsPerMinuteRaised : Limits.submitsPerMinuteDefault)
        base = max(own, shortest)
    }

    /// Horde refused for so long; the pace of this address is not ours alone.
    mutating func refused(for pause: Duration, at now: ContinuousClock.Instant) {
        guard !isOff else { return }
        nextFree = max(nextFree ?? now, now + pause)
        strain = min(strain * Limits.strainStep, Limits.strainMax)
        if fixed == nil {
            base = max(base, .seconds(60) / Limits.submitsPerMinuteDefault)
            raisedNotBefore = now + Limits.raisedPause
        }
    }
}
