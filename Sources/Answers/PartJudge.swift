import Prompting

/// Judges after each part of an answer whether the model has ended it.
///
/// AI Horde tells neither why a text ended nor how many tokens it has (API.md 0, 7). What can be known is in the text:
/// how long it is, by an estimate (`FillGauge`), what it ends with (`TextEnd`), and whether it repeats itself
/// (`Repetition`).
///
/// A part that stays clearly below the length of its job was ended by the model. One that reaches it was cut off. In
/// between the end of the text decides: the more it looks like an end, the fuller the part must be to count as cut off
/// (`Limits.cutPercent`). What is wrongly continued costs one small job that comes back empty; what is wrongly ended
/// lacks its end.
///
/// One judge serves one answer, part by part in order, as it learns from the parts that were cut off. It does not know
/// thoughts, calls and stops: the caller reads these from the whole text.
package struct PartJudge: Sendable {
    private var gauge: FillGauge

    /// Prepares to judge the parts of one answer.
    ///
    /// - Parameter tokenizer: the family of the model's tokenizer, as `Reading.tokenizer`; any other name is judged by
    ///   the weights for unknown tokenizers.
    package init(tokenizer: String) {
        gauge = FillGauge(tokenizer: tokenizer)
    }

    /// Judges one part, in time that grows with the length of `said` and `part` alone.
    ///
    /// - Parameters:
    ///   - part: the raw new text.
    ///   - said: the raw text of all parts before, joined; empty for the first.
    ///   - askedTokens: the `max_length` of the part's job, in tokens; below 1 counts as 1.
    ///   - isStopped: whether a stop or the end of the turn was found in the whole text.
    ///   - isOpen: whether the whole text ends within a thought, a call or JSON.
    /// - Returns: how the part ended. An empty part, or one of nothing but white space, ends the answer.
    package mutating func judge(
        _ part: String,
        after said: String,
        askedTokens: Int,
        isStopped: Bool,
        isOpen: Bool = false
    ) -> PartEnd {
        let text = PartText(said: said, part: part)
        guard !isStopped, !text.isPartBlank else { return .finished }
        if Repetition.isSaidAgain(text) { return .repeats(keptBytes: 0) }

        let percent = gauge.percent(of: part, askedTokens: max(askedTokens, 1))
        let allowance = gauge.isTaught || !text.isAccented ? 0 : Limits.accentedPercent
        let end = isOpen ? TextEnd.open : TextEnd(of: text.bytes)
        guard percent >= Limits.cutPercent(end, isFirst: said.isEmpty) - allowance else { return .finished }
        if let kept = Repetition.loop(text) { return .repeats(keptBytes: kept) }
        gauge.noteCut()
        return .cutOff
    }
}
