/// Tells a model's thought from its answer by the tags around the thought.
///
/// An opening tag counts only where the answer begins: one mentioned later is content. A closing tag that was never
/// opened ends a thought only if it is the model's own, as other models may be asked about the tag in ordinary prose, and
/// only if no opening tag stands before it, as then a pair of tags is being talked about.
struct Thought {
    private struct Tags {
        let open: [UInt8]
        let close: [UInt8]

        init(_ tags: ThoughtTags) {
            open = Array(tags.open.utf8)
            close = Array(tags.close.utf8)
        }
    }

    /// A text's two parts; that of an absent thought is empty.
    struct Split: Equatable {
        let reasoning: Range<Int>
        let content: Range<Int>
        /// Whether the text ends within the thought.
        var isUnclosed = false
    }

    private static let toolCall = Array("<tool_call>".utf8)

    private let reading: Reading
    /// The model's own tags, then `<think>`, which any model may have learned.
    private let tags: [Tags]
    private let answerOpen: [UInt8]
    private let answerClose: [UInt8]

    init(_ reading: Reading) {
        self.reading = reading
        let known = [reading.thought, .think].compactMap { $0 }
        tags = known.map(Tags.init).filter { !$0.open.isEmpty && !$0.close.isEmpty }
        answerOpen = Array((reading.thought?.answerOpen ?? "").utf8)
        answerClose = Array((reading.thought?.answerClose ?? "").utf8)
    }

    /// Splits the text within a range.
    func split(_ bytes: [UInt8], _ range: Range<Int>) -> Split {
        let rest = bytes.trimmed(range, trailing: false)
        let opened = tags.first { bytes.holds($0.open, at: rest.lowerBound, before: rest.upperBound) }
        if let opened, reading.isThoughtOpen || !reading.isContinuation {
            // Some models repeat the tag that the prompt ends with.
            return split(bytes, rest.lowerBound + opened.open.count..<rest.upperBound, closedBy: opened.close)
        }
        if reading.isThoughtOpen {
            return split(bytes, range, closedBy: tags[0].close)
        }
        if !reading.isContinuation, let closing = orphan(in: bytes, range) {
            return answered(bytes, range.lowerBound..<closing.lowerBound, closing.upperBound..<range.upperBound)
        }
        return Split(reasoning: range.lowerBound..<range.lowerBound, content: range)
    }

    /// Splits a text that begins inside a thought.
    ///
    /// Without the closing tag a tool call ends the thought (a call inside a closed one is only a thought of one), and
    /// without that all of the text is thought.
    private func split(_ bytes: [UInt8], _ range: Range<Int>, closedBy tag: [UInt8]) -> Split {
        if let close = bytes.firstIndex(of: tag, in: range) {
            return answered(bytes, range.lowerBound..<close, close + tag.count..<range.upperBound)
        }
        let end = bytes.firstIndex(of: Self.toolCall, in: range) ?? range.upperBound
        return Split(
            reasoning: range.lowerBound..<end,
            content: end..<range.upperBound,
            isUnclosed: end == range.upperBound
        )
    }

    /// The model's own closing tag, if its opening tag does not stand before it.
    private func orphan(in bytes: [UInt8], _ range: Range<Int>) -> Range<Int>? {
        guard reading.thought != nil, let close = bytes.firstIndex(of: tags[0].close, in: range),
            bytes.firstIndex(of: tags[0].open, in: range.lowerBound..<close) == nil
        else { return nil }
        let closing = close..<close + tags[0].close.count
        return isMentioned(bytes, closing, in: range) ? nil : closing
    }

    /// Whether a tag is being talked about: in quotes of any kind, or in the middle of a sentence.
    private func isMentioned(_ bytes: [UInt8], _ tag: Range<Int>, in range: Range<Int>) -> Bool {
        let before = tag.lowerBound > range.lowerBound ? bytes[tag.lowerBound - 1] : UInt8(ascii: "\n")
        let after = tag.upperBound < range.upperBound ? bytes[tag.upperBound] : UInt8(ascii: "\n")
        let quotes = Array("`'\"".utf8)
        return quotes.contains(before) || quotes.contains(after) || (before.isBlank && after.isBlank)
    }

    /// The parts around a closing tag: the answer loses the white space before it, and its own tags.
    private func answered(_ bytes: [UInt8], _ reasoning: Range<Int>, _ rest: Range<Int>) -> Split {
        var content = bytes.trimmed(rest, trailing: false)
        if !answerOpen.isEmpty, bytes.holds(answerOpen, at: content.lowerBound, before: content.upperBound) {
            content = bytes.trimmed(content.lowerBound + answerOpen.count..<content.upperBound, trailing: false)
            let end = bytes.trimmed(content).upperBound - answerClose.count
            if end >= content.lowerBound, bytes.holds(answerClose, at: end, before: content.upperBound) {
                content = content.lowerBound..<end
            }
        }
        return Split(reasoning: reasoning, content: content)
    }
}
