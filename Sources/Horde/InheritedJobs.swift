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
    private var jobs: [[UInt8]: Inherited] = [:]

    nonisolated init() {}

    /// Whether there are any: what a submission is recognised by is not worth making for none.
    var isEmpty: Bool { jobs.isEmpty }

    /// Keeps a job for whoever claims it; `onEnd` is called when nobody did in time.
    func keep(_ ticket: Ticket, claim: [UInt8], for patience: Duration, onEnd: @escaping @LoopActor () -> Void) {
        let timer = EventLoop.schedule(after: patience) { [weak self] in
            self?.jobs[claim] = nil
            onEnd()
        }
        // Two clients may have asked the same: the second job is deleted when its time is over, like any other.
        guard jobs[claim] == nil else { return }
        jobs[claim] = Inherited(ticket: ticket, timer: timer)
    }

    /// The job with this claim, which is the caller's from now on.
    func take(_ claim: [UInt8]) -> Ticket? {
        guard let inherited = jobs.removeValue(forKey: claim) else { return nil }
        EventLoop.cancel(inherited.timer)
        return inherited.ticket
    }

    /// Gives all of them up, because the server stops.
    func removeAll() -> [Ticket] {
        defer { jobs = [:] }
        return jobs.values.map { inherited in
            EventLoop.cancel(inherited.timer)
            return inherited.ticket
        }
    }
}
