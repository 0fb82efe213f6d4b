import Prompting

/// Measures how full a part is: its tokens against the length of its job, in percent.
///
/// The tokens are estimated, and the estimate is off by 4 % on average. Most of that is the same throughout one text,
/// as it comes from its language and its subject. A part that was cut off had just the tokens that were asked for, so
/// that each such part tells by how much this very text is misjudged.
struct FillGauge: Sendable {
    private let estimator: TokenEstimator
    /// What the parts that were cut off were estimated at, and what was asked for them, in tokens; each weighs half as
    /// much as the next.
    private var estimated = Limits.priorTokens
    private var asked = Limits.priorTokens
    /// The last part that was measured, as estimated and as asked for.
    private var last = (estimated: 0, asked: 0)
    /// Whether the last part was taken for cut off, which only the part that comes after it proves.
    private var isCutLikely = false
    /// Whether a part that was cut off has told by how much this text is misjudged.
    private(set) var isTaught = false

    init(tokenizer: String) {
        estimator = TokenEstimator(tokenizer: tokenizer)
    }

    /// How full a part is, in percent of the length asked for (1 token or more); may be above 100.
    mutating func percent(of part: String, askedTokens: Int) -> Double {
        learn()
        last = (estimator.tokens(in: part), askedTokens)
        return 100 * Double(last.estimated) / Double(askedTokens) * Double(asked) / Double(estimated)
    }

    /// Notes that the last part was taken for cut off.
    mutating func noteCut() {
        isCutLikely = true
    }

    private mutating func learn() {
        defer { isCutLikely = false }
        let bias = 100 * last.estimated / max(last.asked, 1)
        guard isCutLikely, Limits.biasPercent.contains(bias) else { return }
        estimated = estimated / 2 + last.estimated
        asked = asked / 2 + last.asked
        isTaught = true
    }
}
