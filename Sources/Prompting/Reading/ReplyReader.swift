/// Reads a worker's raw text as the answer to one prompt.
///
/// The way through it: headers of the assistant's turn that lead the text are dropped, the text is cut where the format
/// says that the answer ends (`StopSearch`), its thought is split off (`Thought`, or `Channels` for gpt-oss), the user's
/// stops cut the answer, and `ReadText` judges how it ended.
///
/// Old workers return the stop string, with whatever shared its last token; new ones trim it; either may have ignored
/// some of the list (API.md 7). So every stop is searched for in the text, and finding none proves nothing.
package struct ReplyReader: Sendable {
    private let reading: Reading
    private let estimator: TokenEstimator
    /// What ends the text wherever it stands, be it in a thought: the format's stops and the openers of other turns.
    private let ends: StopSearch
    private let userStops: StopSearch
    private let assistantOpener: [UInt8]

    /// Prepares to read any number of answers to one prompt.
    ///
    /// - Parameters:
    ///   - reading: how the answer to the prompt is read.
    ///   - formatStops: the format's own stops.
    ///   - userStops: all of the user's, also those that were not sent. They are meant for the answer, so a thought may
    ///     hold them; where the worker has heeded one inside a thought, the thought is all there is.
    package init(_ reading: Reading, formatStops: [String], userStops: [String]) {
        self.reading = reading
        estimator = TokenEstimator(tokenizer: reading.tokenizer)
        assistantOpener = Array(reading.assistantOpener.utf8)
        // In channels one answer has several turns of the assistant.
        let openers = reading.turnOpeners.filter {
            !reading.hasChannels || !$0.utf8.starts(with: "<|start|>assistant".utf8)
        }
        ends = StopSearch(formatStops + openers)
        self.userStops = StopSearch(userStops)
    }

    /// Reads one text.
    ///
    /// Half a stop at the end is left alone: it may be what the model meant to say.
    /// - Parameters:
    ///   - text: what the worker sent.
    ///   - askedTokens: the length the job really asked for (`JobSize.answerTokens`).
    ///   - wantedTokens: the client's own limit, `nil` for none; below what was asked for the answer is cut to it here.
    /// - Returns: the thought, the answer, and how it ended.
    package func read(_ text: String, askedTokens: Int, wantedTokens: Int?) -> Reply {
        let bytes = Array(text.utf8)
        let start = answerStart(bytes)
        let end = ends.firstIndex(in: bytes, start..<bytes.count)
        let range = start..<(end ?? bytes.count)

        var parts = parts(bytes, range)
        let cut = userStops.firstIndex(in: parts.content, parts.content.indices)
        if let cut {
            parts.content.removeSubrange(cut...)
            // The answer ends there, and calls come behind it.
            parts.calls = []
        }

        let read = ReadText(
            reasoning: String(
                decoding: parts.reasoning[
                    parts.reasoning.trimmed(parts.reasoning.indices, leading: !reading.isContinuation)
                ],
                as: UTF8.self
            ),
            content: answer(parts.content, hasThought: !parts.reasoning.isEmpty),
            calls: parts.calls,
            isExact: reading.isRaw,
            endsInThought: parts.endsInThought,
            isStopped: end != nil || cut != nil || parts.isFinished,
            tokens: cut == nil ? estimator.tokens(in: String(decoding: bytes[range], as: UTF8.self)) : nil
        )
        return read.reply(estimator, askedTokens: askedTokens, wantedTokens: wantedTokens)
    }

    /// Where the answer begins: behind headers of the assistant's turn, which some models repeat.
    private func answerStart(_ bytes: [UInt8]) -> Int {
        guard !assistantOpener.isEmpty, !reading.isContinuation, !reading.hasChannels else { return 0 }
        var start = 0
        while true {
            let next = bytes.trimmed(start..<bytes.count, trailing: false).lowerBound
            guard bytes.holds(assistantOpener, at: next, before: bytes.count) else { return start }
            start = next + assistantOpener.count
        }
    }

    private func parts(_ bytes: [UInt8], _ range: Range<Int>) -> Channels.Parts {
        if reading.isRaw { return Channels.Parts(reasoning: [], content: Array(bytes[range])) }
        if reading.hasChannels,
            let parts = Channels.parts(of: bytes, range, isFinalOpen: reading.isContinuation)
        {
            return parts
        }
        let split = Thought(reading).split(bytes, range)
        return Channels.Parts(
            reasoning: Array(bytes[split.reasoning]),
            content: Array(bytes[split.content]),
            endsInThought: split.isUnclosed
        )
    }

    /// An answer without the white space before it, unless it goes on from a prefill.
    ///
    /// Blanks at the beginning of a line are the answer's own, as the first line of code is indented like the next; a
    /// single one comes from tokenizers that put it before every word.
    private func answer(_ part: [UInt8], hasThought: Bool) -> String {
        guard !reading.isContinuation else { return String(decoding: part, as: UTF8.self) }
        let words = part.trimmed(part.indices, trailing: false).lowerBound
        let lineEnd = part[..<words].lastIndex { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        let line = lineEnd.map { $0 + 1 } ?? (hasThought || reading.beginsLine ? 0 : words)
        return String(decoding: part[(words - line == 1 ? words : line)...], as: UTF8.self)
    }
}
