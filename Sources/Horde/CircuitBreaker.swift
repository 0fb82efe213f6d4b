/// Whether Horde is asked for another job: after some failures in a row it is left alone for a while, then tried with one.
///
/// Pure: times come in as arguments. Only submissions are held back; what is under way is read and deleted as ever, and
/// what comes of that tells as much about Horde as a submission does.
package struct CircuitBreaker {
    /// How far it lets submissions through.
    package enum Phase: Int, Sendable {
        case closed = 0
        case open = 1
        /// The next submission, or the one that is on its way, tries how it is.
        case halfOpen = 2
    }

    private enum State {
        case closed(failures: Int)
        /// Nothing is submitted until then; `pause` is how long that is in all.
        case open(until: ContinuousClock.Instant, pause: Duration)
        /// One submission is on its way, and the next if nothing is heard of it until then.
        case halfOpen(until: ContinuousClock.Instant, pause: Duration)
    }
    private var state = State.closed(failures: 0)
    /// Since when it has been leaving Horde alone, or has not; nil where it never has.
    private(set) var changed: ContinuousClock.Instant?

    func phase(at now: ContinuousClock.Instant) -> Phase {
        switch state {
        case .closed: .closed
        case .open(let end, _) where end > now: .open
        case .open, .halfOpen: .halfOpen
        }
    }

    /// How long nothing is submitted; nil when a submission may go, or one that tries how things are.
    func rest(at now: ContinuousClock.Instant) -> Duration? {
        switch state {
        case .closed: nil
        case .open(let end, _), .halfOpen(let end, _): end > now ? end - now : nil
        }
    }

    /// A submission goes out, which `rest` allows.
    mutating func began(at now: ContinuousClock.Instant) {
        switch state {
        case .closed: break
        case .open(_, let pause), .halfOpen(_, let pause):
            state = .halfOpen(until: now + Limits.probeSecondsMax, pause: pause)
        }
    }

    /// Horde has answered something, as one that works does.
    mutating func succeeded(at now: ContinuousClock.Instant) {
        if phase(at: now) != .closed { changed = now }
        state = .closed(failures: 0)
    }

    /// Horde could not be reached, or does not work.
    mutating func failed(at now: ContinuousClock.Instant) {
        switch state {
        case .closed(let failures) where failures + 1 < Limits.failuresMax: state = .closed(failures: failures + 1)
        case .closed:
            state = .open(until: now + Limits.restMin, pause: Limits.restMin)
            changed = now
        // Calls that were under way when it opened.
        case .open: break
        case .halfOpen(_, let pause):
            let longer = min(pause * 2, Limits.restMax)
            state = .open(until: now + longer, pause: longer)
        }
    }
}
