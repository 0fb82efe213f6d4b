import EventLoop

extension Horde {
    /// What has been counted, and what waits.
    package struct Figures: Sendable {
        package let submits: SubmitFigures
        package let waitingSubmissions: [SubmitFigures.Lane: Int]
        /// Submissions that had their turn within the last minute, and how many may; nil where there is no limit.
        package let submitsOfMinute: Int
        package let submitsPerMinute: Int?
        package let waitingJobs: Int
        package let counts: HordeCounts
        package let webhooks: Int
        package let unknownWebhooks: Int
        /// Whether Horde is left alone for a moment because it does not work.
        package let isResting: Bool
        package let breaker: CircuitBreaker.Phase
        /// Since when that has been so, but for tries; nil where it has been so from the start.
        package let breakerChanged: ContinuousClock.Instant?
    }

    /// The figures of this moment.
    package var figures: Figures {
        Figures(
            submits: dispatcher.figures,
            waitingSubmissions: dispatcher.waitingCounts,
            submitsOfMinute: dispatcher.submitsOfMinute,
            submitsPerMinute: dispatcher.submitsPerMinute,
            waitingJobs: dispatcher.waitingJobs,
            counts: counts,
            webhooks: webhooks?.deliveredCount ?? 0,
            unknownWebhooks: webhooks?.unknownCount ?? 0,
            isResting: breaker.rest(at: .now) != nil,
            breaker: breaker.phase(at: .now),
            breakerChanged: breaker.changed
        )
    }

    // MARK: Counting

    /// The bill of a job that begins, for whoever has it paid.
    func bill(_ onSpent: @escaping @LoopActor (Double) -> Void = { _ in }) -> JobBill {
        JobBill { [weak self] kudos in
            self?.counts.spent(kudos)
            onSpent(kudos)
        }
    }

    /// A job is over for us.
    func count(_ job: Job, of pending: PendingOrder, _ texts: Result<[Generation], HordeError>) {
        counts.ended(texts, of: pending.order.models, after: .now - job.begun)
    }
}
