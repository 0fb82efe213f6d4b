package import EventLoop

/// An order that is waited for, with all that its jobs share.
@LoopActor
package final class PendingOrder {
    /// What is submitted next.
    private(set) var order: GenerationOrder
    let key: HordeKey
    let audience: Audience
    let terms: GenerationTerms
    /// Told of each step, in order.
    let onProgress: @LoopActor (GenerationProgress) -> Void
    /// Told of kudos that its jobs have cost, also when the order has ended.
    let onSpent: @LoopActor (Double) -> Void
    /// What was written so far, each with something in it.
    private(set) var texts: [Generation] = []
    /// What the last job has brought.
    private(set) var latest: [Generation] = []
    private let wantedTexts: Int
    private var resubmits = 0
    /// Tells when Horde has called for the present job; nil where it does not call.
    private(set) var hint: WebhookHint?
    /// The present job, from the moment in which Horde has taken it.
    var job: Job?

    /// What follows on a job that has not brought all of the texts.
    enum Step {
        case ends
        case waitsForAudience
        /// Another job for what is missing.
        case resubmits
    }

    /// - Parameters:
    ///   - order: what is asked for; `params.n` texts.
    ///   - key: the account's.
    ///   - audience: who waits.
    ///   - terms: on what terms.
    ///   - onSpent: told of kudos that its jobs have cost, as Horde tells of them; also when the order has ended.
    ///   - onProgress: told of each step, in order, on the loop.
    package init(
        _ order: consuming GenerationOrder,
        key: HordeKey,
        for audience: Audience,
        terms: GenerationTerms = GenerationTerms(),
        onSpent: @escaping @LoopActor (Double) -> Void = { _ in },
        onProgress: @escaping @LoopActor (GenerationProgress) -> Void
    ) {
        wantedTexts = order.params.n
        self.order = order
        self.key = key
        self.audience = audience
        self.terms = terms
        self.onSpent = onSpent
        self.onProgress = onProgress
    }

    /// Has Horde call for the job that is submitted next; nil where it does not call.
    @inline(never)
    func expect(_ hint: WebhookHint?) {
        self.hint = hint
        order.webhook = hint?.url
    }

    /// Takes what has come of the job; nil when nothing is missing, or else why it is.
    @inline(never)
    func take(_ outcome: Result<[Generation], HordeError>) -> HordeError? {
        (job, hint, latest) = (nil, nil, [])
        switch outcome {
        case .success(let texts): latest = texts
        case .failure(let error): return error
        }
        texts += terms.takesEmpty ? latest : latest.filter { $0.isCensored || !$0.text.allSatisfy(\.isWhitespace) }
        return texts.count >= wantedTexts ? nil : .emptyText
    }

    /// What follows, now that a job has ended in this way.
    ///
    /// - Throws: the same error when nothing follows and nothing was written.
    @inline(never)
    func step(after error: HordeError) throws(HordeError) -> Step {
        if error == .left, !texts.isEmpty {
            // Those that are there are kept for who comes back.
            order.params.n = wantedTexts - texts.count
            return .waitsForAudience
        }
        guard error.deservesAnotherJob, resubmits < Limits.resubmitsMax else {
            // What has been written is paid for: some of the choices are worth more than an error.
            if texts.isEmpty || error == .cancelled { throw error }
            return .ends
        }
        resubmits += 1
        order.params.n = wantedTexts - texts.count
        return .resubmits
    }

    /// Keeps these workers from taking the next job.
    @inline(never)
    func avoid(_ workers: Set<String>) {
        order.avoid(workers)
    }
}
