import EventLoop

extension Horde {
    /// Cancels a job that nobody waits for any more, from a task of its own: the caller's may be cancelled already.
    ///
    /// Those of its jobs that no worker has count as waiting until Horde has deleted them.
    @inline(never)
    func abandon(_ ticket: Ticket, _ jobs: WaitingJobs, _ bill: JobBill) {
        guard abandonments.count < Limits.abandonmentsMax else { return }
        abandonments.began()
        recordUnclaimable(ticket)
        EventLoop.task { [self] in
            await cancel(ticket, jobs, bill)
            abandonments.ended()
        }
    }

    /// Deletes the job, and again as long as a worker that has it may give it back to the queue.
    private func cancel(_ ticket: Ticket, _ jobs: WaitingJobs, _ bill: JobBill) async {
        var schedule = AbandonmentSchedule()
        var failures = 0
        while true {
            do throws(HordeError) {
                let status = try GenerationStatus(try await send(deletion(of: ticket)))
                jobs.ended()
                bill.heard(status)
                guard status.isRunning, let pause = schedule.next() else { return ended(ticket) }
                failures = 0
                guard await abandonments.wait(pause) else { return }
            } catch {
                failures += 1
                if error == .expired { return ended(ticket) }
                // In the journal it stays, for the next process to delete.
                guard failures < Limits.deleteAttemptsMax else { return }
                // Also when the process stops, which waits only so long: this job is not deleted yet.
                var pause = min(1 << (failures - 1), Limits.deletePauseSecondsMax)
                if case .rateLimited(let seconds) = error { pause = max(pause, seconds) }
                try? await EventLoop.sleep(for: .seconds(pause))
            }
        }
    }

    /// Waits until every submission under way has its id and every abandoned job is deleted; for a server that stops.
    ///
    /// - Parameter limit: after this it returns in any case.
    package func settle(within limit: Duration) async {
        await abandonments.settle(within: limit)
    }
}

/// What goes on behind the callers' backs: submissions under way and jobs being cancelled.
@LoopActor
final class Abandonments {
    private(set) var count = 0
    private var isSettling = false
    private var sleepers: [ObjectIdentifier: Sleeper] = [:]
    private var waiter: UnsafeContinuation<Void, Never>?

    private final class Sleeper {
        var wake: (@LoopActor (Bool) -> Void)?
    }

    nonisolated init() {}

    func began() {
        count += 1
    }

    func ended() {
        count -= 1
        if count == 0 { finish() }
    }

    /// Sleeps between two deletions; false when the process stops and this one was the last.
    func wait(_ delay: Duration) async -> Bool {
        if isSettling { return false }
        let sleeper = Sleeper()
        return await withUnsafeContinuation { continuation in
            let timer = EventLoop.schedule(after: delay) { sleeper.wake?(true) }
            sleepers[ObjectIdentifier(sleeper)] = sleeper
            sleeper.wake = { [self] isDue in
                EventLoop.cancel(timer)
                sleepers[ObjectIdentifier(sleeper)] = nil
                sleeper.wake = nil
                continuation.resume(returning: isDue)
            }
        }
    }

    /// Wakes every sleeper for its last deletion and waits for all to end.
    func settle(within limit: Duration) async {
        isSettling = true
        for sleeper in Array(sleepers.values) { sleeper.wake?(true) }
        var timer: TimerID?
        await withUnsafeContinuation { continuation in
            guard count > 0 else { return continuation.resume() }
            waiter = continuation
            // Not before: a caller without the loop's executor preference gets here a turn later, after a short limit.
            timer = EventLoop.schedule(after: limit) { [self] in finish() }
        }
        if let timer { EventLoop.cancel(timer) }
    }

    private func finish() {
        let waiter = waiter
        self.waiter = nil
        waiter?.resume()
    }
}
