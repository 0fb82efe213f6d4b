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
        readText(text).reply(estimator, isCut: nil, askedTokens: askedTokens, wantedTokens: wantedTokens)
    }

    /// Reads a text of which it is known whether its length has cut it off.
    package func read(_ text: String, isCut: Bool, askedTokens: Int, wantedTokens: Int?) -> Reply {
        readText(text).reply(estimator, isCut: isCut, askedTokens: askedTokens, wantedTokens: wantedTokens)
    }

    /// Reads a text as far as it has come.
    package func readUnfinished(_ text: String) -> UnfinishedReply {
        let read = readText(text)
        return UnfinishedReply(
            reply: read.uncounted,
            isStopped: read.isStopped,
            isOpen: !read.isStopped && isOpen(text, read)
        )
    }

    private func isOpen(_ text: String, _ read: ReadText) -> Bool {
        if read.endsInThought
            || (!read.reasoning.isEmpty && read.content.utf8.allSatisfy(\.isSpace) && read.calls.isEmpty)
        {
            return true
        }
        let bytes = Array(text.utf8)
        if reading.hasChannels, ChannelMarker.isWithinHeader(bytes) { return true }
        let begun = bytes[ends.certainEnd(in: bytes, bytes.indices).index...]
        // A single mark may well end a text.
        return begun.count > 1 && !begun.allSatisfy(\.isSpace)
    }

    private func readText(_ text: String) -> ReadText {
        let bytes = Array(text.utf8)
        let start = answerStart(bytes)
        let end = ends.firstIndex(in: bytes, start..<bytes.count)
        let range = start..<(end ?? bytes.count)

        var parts = parts(bytes, range, isWhole: true)
        let cut = userStops.firstIndex(in: parts.content, parts.content.indices)
        if let cut {
            parts.content.removeSubrange(cut...)
            // The answer ends there, and calls come behind it.
            parts.calls = []
        }

        return ReadText(
            reasoning: reasoning(parts),
            content: answer(parts),
            calls: parts.calls,
            isExact: reading.isRaw,
            endsInThought: parts.endsInThought,
            isStopped: end != nil || cut != nil || parts.isFinished,
            whole: cut == nil ? bytes[range] : nil
        )
    }

    /// What of a text no further text behind it can change: a part of what `read` will return, however it goes on.
    ///
    /// Held back are white space at the end, what may become a stop, a tag or a header, and words to tools. The parts of
    /// a longer text begin with those of a shorter one.
    /// - Parameter text: all that the workers have sent of an answer so far.
    /// - Returns: the beginnings of the thought and the answer.
    package func settled(_ text: String) -> SettledReply {
        let bytes = Array(text.utf8).withoutCutCharacter
        guard let start = settledStart(bytes) else { return SettledReply(reasoning: "", content: "") }
        let end = ends.certainEnd(in: bytes, start..<bytes.count)
        var parts = parts(bytes, start..<end.index, isWhole: end.isStop)
        let isWhole = end.isStop || parts.isFinished
        // A message that follows replaces the white space before it.
        if reading.hasChannels, !isWhole {
            parts.content.removeSubrange(parts.content.trimmed(parts.content.indices, leading: false).upperBound...)
        }
        let cut = userStops.settledEnd(in: parts.content, isWhole: isWhole)
        parts.content.removeSubrange(cut.index...)
        // How the first line begins is known with its first word.
        let hasBegun = isWhole || cut.isStop || reading.isContinuation || !parts.content.allSatisfy(\.isSpace)
        let content = hasBegun ? answer(parts) : ""
        return SettledReply(
            reasoning: reasoning(parts),
            content: reading.isRaw ? content : content.trimmed(leading: false)
        )
    }

    /// Where the answer begins: behind headers of the assistant's turn, which some models repeat.
    private func answerStart(_ bytes: [UInt8]) -> Int {
        guard dropsHeaders else { return 0 }
        var start = 0
        while true {
            let next = bytes.trimmed(start..<bytes.count, trailing: false).lowerBound
            guard bytes.holds(assistantOpener, at: next, before: bytes.count) else { return start }
            start = next + assistantOpener.count
        }
    }

    /// Where the answer begins in a text that may go on, `nil` while another header may follow.
    private func settledStart(_ bytes: [UInt8]) -> Int? {
        let start = answerStart(bytes)
        guard dropsHeaders else { return start }
        let rest = bytes.trimmed(start..<bytes.count, trailing: false)
        return bytes.isBeginning(rest, of: assistantOpener) ? nil : start
    }

    private var dropsHeaders: Bool {
        !assistantOpener.isEmpty && !reading.isContinuation && !reading.hasChannels
    }

    /// The parts of a text, or what is certain of them where it may go on.
    private func parts(_ bytes: [UInt8], _ range: Range<Int>, isWhole: Bool) -> Channels.Parts {
        if reading.isRaw { return Channels.Parts(content: Array(bytes[range])) }
        let thought = Thought(reading)
        if reading.hasChannels, !reading.isThoughtOpen {
            let isOpened = reading.isContinuation ? false : thought.isOpened(bytes, range, isWhole: isWhole)
            guard let isOpened else { return Channels.Parts() }
            // A thought in tags is no Harmony, whatever markers come behind it.
            if !isOpened {
                return isWhole
                    ? Channels.parts(of: bytes, range, reading) : Channels.settledParts(of: bytes, range, reading)
            }
        }
        let split = thought.split(bytes, range, isWhole: isWhole)
        return Channels.Parts(
            reasoning: Array(bytes[split.reasoning]),
            content: Array(bytes[split.content]),
            isThoughtFirst: !split.reasoning.isEmpty,
            endsInThought: split.isUnclosed
        )
    }

    private func reasoning(_ parts: Channels.Parts) -> String {
        let words = parts.reasoning.trimmed(parts.reasoning.indices, leading: !reading.isContinuation)
        return String(decoding: parts.reasoning[words], as: UTF8.self)
    }

    /// An answer without the white space before it, unless it goes on from a prefill.
    ///
    /// Blanks at the beginning of a line are the answer's own, as the first line of code is indented like the next; a
    /// single one comes from tokenizers that put it before every word.
    private func answer(_ parts: Channels.Parts) -> String {
        let part = parts.content
        guard !reading.isContinuation else { return String(decoding: part, as: UTF8.self) }
        let words = part.trimmed(part.indices, trailing: false).lowerBound
        let lineEnd = part[..<words].lastIndex { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        let line = lineEnd.map { $0 + 1 } ?? (parts.isThoughtFirst == true || reading.beginsLine ? 0 : words)
        return String(decoding: part[(words - line == 1 ? words : line)...], as: UTF8.self)
    }
}
