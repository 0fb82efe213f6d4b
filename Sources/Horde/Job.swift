import EventLoop

/// A job at Horde, from its id to its end.
///
/// `JobWatch` decides, and this gives it the time.
@LoopActor
final class Job {
    let ticket: Ticket
    /// Told when workers take it.
    let waiting: WaitingJobs
    /// Told what it costs.
    let bill: JobBill
    /// Tells when Horde has called; nil where it does not.
    let hint: WebhookHint?
    let audience: Audience
    let begun = ContinuousClock.now
    private let onProgress: @LoopActor (GenerationProgress) -> Void
    private var watch: JobWatch

    /// - Parameters:
    ///   - ticket: what Horde has just given for the order.
    ///   - waiting: told when workers take it.
    ///   - bill: told what it costs.
    ///   - pending: the order.
    ///   - isSafetyNet: whether a webhook tells of its end, so that reads only find what that did not tell.
    init(_ ticket: Ticket, _ waiting: WaitingJobs, _ bill: JobBill, of pending: PendingOrder, isSafetyNet: Bool) {
        self.ticket = ticket
        self.waiting = waiting
        self.bill = bill
        hint = pending.hint
        audience = pending.audience
        onProgress = pending.onProgress
        watch = JobWatch(
            pending.terms,
            answerTokens: pending.order.params.maxLength,
            count: pending.order.params.n,
            isSafetyNet: isSafetyNet,
            at: .now
        )
    }

    /// What is written by now.
    var written: [Generation] { watch.written }

    /// The pause before the next read.
    @inline(never)
    func pause() -> Duration {
        watch.pause(isAway: audience.isAway, until: audience.deadline, at: .now)
    }

    /// The pause before the read that Horde's call asks for; nil when it has not called.
    @inline(never)
    func pauseAfterCall() -> Duration? {
        hint?.takePending() ?? false ? watch.readNow(at: .now) : nil
    }

    /// Begins a read; true when it is a DELETE.
    func beginRead() -> Bool {
        watch.beginRead(isAway: audience.isAway, at: .now)
    }

    /// How long the read that is sent now may take.
    var readTimeout: Duration { min(Limits.readSecondsMax, audience.deadline - .now) }

    /// Takes what the read has told; the texts when the job is over.
    ///
    /// - Throws: what became of it instead.
    @inline(never)
    func heard(_ status: GenerationStatus) throws(HordeError) -> [Generation]? {
        waiting.left(status.waiting)
        bill.heard(status)
        switch try watch.heard(status, at: .now) {
        case .over(let texts): return texts
        case .goesOn(let progress):
            onProgress(.pending(progress))
            return nil
        }
    }

    /// Takes that the read has failed, or has told that the job is lost; the pause before a DELETE that is repeated.
    ///
    /// - Throws: the same error when the job is given up.
    @inline(never)
    func failed(_ error: HordeError) throws(HordeError) -> Duration? {
        try watch.failed(error, at: .now)
    }
}
