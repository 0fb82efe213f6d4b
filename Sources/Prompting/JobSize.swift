/// The two numbers Horde matches a job to workers by.
///
/// A worker takes a job only if both lie within what it declared; the true prompt length plays no part (API.md 6).
package struct JobSize: Equatable, Sendable {
    /// Horde's limits on `max_length` (API.md 1.4).
    package static let answerTokensRange = 16...4096
    /// Horde's limits on `max_context_length` (API.md 1.4).
    package static let contextTokensRange = 80...1_048_576
    /// The most that a job ever gets without kudos up front (API.md 1.6).
    package static let freeTokensMax = 512
    /// What is asked of a slow worker even if it may not be through in time: shorter jobs would waste more than they save.
    static let answerTokensSafe = 256
    /// Contexts are asked for in these steps, so that workers' round numbers are met and small estimates do not matter.
    static let contextTokensStep = 64

    /// `max_context_length`: prompt and answer together.
    package let contextTokens: Int
    /// `max_length`.
    package let answerTokens: Int

    /// The longest answer some worker can give, up to what was wanted, and the smallest context that holds it.
    ///
    /// Horde gives the job to any worker that takes such a size. So it is made so long that each of them can be through
    /// in time, however slow, as long as that leaves 256 tokens.
    /// - Parameters:
    ///   - promptTokens: the estimate; a tenth is added, as 95 of 100 prompts are at most 1.09 times their estimate.
    ///   - wantedTokens: what is still to be written; raised to 16, which Horde asks for at least.
    ///   - offers: what the model's live workers declare.
    ///   - upfrontFreeTokens: the length the account gets without kudos up front, `nil` if it has enough of them.
    /// - Returns: a size that at least one of the offers takes.
    /// - Throws: if there is no offer, or none has room for prompt and answer.
    package static func choose(
        promptTokens: Int,
        wantedTokens: Int,
        offers: some Sequence<Offer>,
        upfrontFreeTokens: Int?
    ) throws(JobSizeError) -> JobSize {
        precondition(promptTokens >= 0, "A prompt has no negative size.")
        let usable = offers.compactMap(\.withinLimits)
        guard let largestContext = usable.map(\.contextTokens).max() else { throw .noOffers }

        let budget = promptTokens + (promptTokens + 9) / 10
        let limit = min(upfrontFreeTokens ?? answerTokensRange.upperBound, answerTokensRange.upperBound)
        let wanted = max(min(wantedTokens, limit), answerTokensRange.lowerBound)
        func room(_ offer: Offer) -> Int { min(offer.answerTokens, offer.contextTokens - budget) }
        func answer(_ offer: Offer) -> Int { min(wanted, room(offer)) }

        let longest = usable.map(answer).max() ?? 0
        let best = Self.inTime(longest, usable.map { (room($0), $0.inTimeTokens) })
        guard best >= answerTokensRange.lowerBound else {
            throw .promptTooLong(
                neededTokens: budget + answerTokensRange.lowerBound,
                contextTokens: largestContext
            )
        }
        // Rounding up must not shut out a worker that could give just this answer.
        let smallestContext = usable.filter { answer($0) >= best }.map(\.contextTokens).min() ?? largestContext
        let rounded = (budget + best + contextTokensStep - 1) / contextTokensStep * contextTokensStep
        let context = min(max(rounded, contextTokensRange.lowerBound), smallestContext)
        return JobSize(contextTokens: context, answerTokens: best)
    }

    /// The longest answer, up to a length, that no worker would take and not be through with in time.
    private static func inTime(_ longest: Int, _ workers: [(room: Int, inTime: Int)]) -> Int {
        let lengths = Set(workers.flatMap { [$0.room, $0.inTime] } + [longest]).filter { $0 <= longest }
        let safe = lengths.sorted(by: >).first { length in
            workers.allSatisfy { $0.room < length || $0.inTime >= length }
        }
        return max(safe ?? 0, min(longest, answerTokensSafe))
    }
}

/// What one live worker takes at most: a job must fit one worker in both numbers.
package struct Offer: Equatable, Sendable, Hashable {
    /// Its `max_context_length`.
    package let contextTokens: Int
    /// Its `max_length`.
    package let answerTokens: Int
    /// How fast it writes, nil where nobody knows.
    package let tokensPerSecond: Double?

    /// A job has to be through 150 seconds after a worker took it (API.md 3.4); the rest is for a slower hour.
    private static let writingSeconds = 110.0

    package init(contextTokens: Int, answerTokens: Int, tokensPerSecond: Double? = nil) {
        self.contextTokens = contextTokens
        self.answerTokens = answerTokens
        self.tokensPerSecond = tokensPerSecond
    }

    /// What it can write in time.
    fileprivate var inTimeTokens: Int {
        guard let tokensPerSecond else { return .max }
        return Int(min(max(tokensPerSecond * Self.writingSeconds, 0), 1e6))
    }

    /// The part of the offer that a job may name, `nil` if not even Horde's smallest job fits.
    fileprivate var withinLimits: Offer? {
        guard contextTokens >= JobSize.contextTokensRange.lowerBound,
            answerTokens >= JobSize.answerTokensRange.lowerBound
        else { return nil }
        return Offer(
            contextTokens: min(contextTokens, JobSize.contextTokensRange.upperBound),
            answerTokens: min(answerTokens, JobSize.answerTokensRange.upperBound),
            tokensPerSecond: tokensPerSecond
        )
    }
}

/// Why no job can be made.
package enum JobSizeError: Error, Equatable, Sendable {
    /// No live worker serves the model, or none that takes even the smallest job.
    case noOffers
    /// No worker has room for the prompt and 16 tokens of answer; carries what these need and the largest context offered.
    case promptTooLong(neededTokens: Int, contextTokens: Int)
}
