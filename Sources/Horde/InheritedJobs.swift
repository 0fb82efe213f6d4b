import EventLoop

/// Jobs that an earlier process has left at Horde, for the time in which their clients may come back to this one.
///
/// A client that asks again after a broken connection sends the same bytes, which become the same submission; it then gets
/// the job that exists instead of another.
@LoopActor
final class InheritedJobs {
    private struct Inherited {
        let ticket: Ticket
        let timer: TimerID
    }
    /// By their claims: two clients may have asked the same.
    private var jobs: [[UInt8]: [Inherited]] = [:]

    nonisolated init() {}

    /// Whether there are any: what a submission is recognised by is not worth making for none.
    var isEmpty: Bool { jobs.isEmpty }

    /// Keeps a job for whoever claims it; `onEnd` is called when nobody did in time.
    func keep(_ ticket: Ticket, claim: [UInt8], for patience: Duration, onEnd: @escaping @LoopActor () -> Void) {
        let timer = EventLoop.schedule(after: patience) { [weak self] in
            self?.remove(claim) { $0.ticket == ticket }
            onEnd()
        }
        jobs[claim, default: []].append(Inherited(ticket: ticket, timer: timer))
    }

    /// A job with this claim, which is the caller's from now on.
    func take(_ claim: [UInt8]) -> Ticket? {
        guard let inherited = remove(claim, where: { _ in true }) else { return nil }
        EventLoop.cancel(inherited.timer)
        return inherited.ticket
    }

    @discardableResult
    private func remove(_ claim: [UInt8], where isMeant: (Inherited) -> Bool) -> Inherited? {
        guard let index = jobs[claim]?.firstIndex(where: isMeant), let found = jobs[claim]?.remove(at: index) else {
            return nil
        }
        if jobs[claim]?.isEmpty ?? false { jobs[claim] = nil }
        return found
    }

    /// Gives all of them up, because the server stops.
    func removeAll() -> [Ticket] {
        defer { jobs = [:] }
        return jobs.values.joined().map { inherited in
            EventLoop.cancel(inherited.timer)
            return inherited.ticket
        }
    }
}
