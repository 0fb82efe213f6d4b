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

    /// Whether a text begins with a thought's opening tag; `nil` if only what follows can tell.
    ///
    /// Nothing follows a text that is whole.
    func isOpened(_ bytes: [UInt8], _ range: Range<Int>, isWhole: Bool) -> Bool? {
        switch opening(bytes, bytes.trimmed(range, trailing: false), isWhole: isWhole) {
        case .tags: true
        case .none: false
        case .undecided: nil
        }
    }

    private enum Opening {
        case tags(Tags), none, undecided
    }

    /// The tags that a text without white space in front begins with.
    private func opening(_ bytes: [UInt8], _ rest: Range<Int>, isWhole: Bool) -> Opening {
        for tags in tags {
            if bytes.holds(tags.open, at: rest.lowerBound, before: rest.upperBound) { return .tags(tags) }
            if !isWhole, bytes.isBeginning(rest, of: tags.open) { return .undecided }
        }
        return .none
    }

    /// Splits the text within a range, or what is certain of one that may go on, which is not whole.
    func split(_ bytes: [UInt8], _ range: Range<Int>, isWhole: Bool = true) -> Split {
        let nothing = Split(reasoning: range.prefix(0), content: range.prefix(0))
        if reading.isThoughtOpen || !reading.isContinuation {
            let rest = bytes.trimmed(range, trailing: false)
            switch opening(bytes, rest, isWhole: isWhole) {
            case .tags(let tags):
                // Some models repeat the tag that the prompt ends with.
                let inside = rest.dropFirst(tags.open.count)
                return split(bytes, inside, closedBy: tags.close, isWhole: isWhole)
            case .undecided: return nothing
            case .none: break
            }
        }
        if reading.isThoughtOpen { return split(bytes, range, closedBy: tags[0].close, isWhole: isWhole) }
        switch reading.isContinuation ? .none : orphan(in: bytes, range, isWhole: isWhole) {
        case .none: return Split(reasoning: range.prefix(0), content: range)
        case .undecided: return nothing
        case .tag(let closing):
            let rest = closing.upperBound..<range.upperBound
            return answered(bytes, range.lowerBound..<closing.lowerBound, rest, isWhole: isWhole)
        }
    }

    /// Splits a text that begins inside a thought.
    ///
    /// Without the closing tag a tool call ends the thought (a call inside a closed one is only a thought of one), and
    /// without that all of the text is thought.
    private func split(_ bytes: [UInt8], _ range: Range<Int>, closedBy tag: [UInt8], isWhole: Bool) -> Split {
        if let close = bytes.firstIndex(of: tag, in: range) {
            let rest = close + tag.count..<range.upperBound
            return answered(bytes, range.lowerBound..<close, rest, isWhole: isWhole)
        }
        let call = bytes.firstIndex(of: Self.toolCall, in: range)
        // A call that stands there is the answer or a thought of one: the closing tag would tell.
        let end = isWhole ? range.upperBound : call ?? bytes.possibleStart(ofAny: [tag, Self.toolCall], in: range)
        return Split(
            reasoning: range.lowerBound..<(call ?? end),
            content: (call ?? end)..<end,
            isUnclosed: call == nil
        )
    }

    private enum Orphan {
        case tag(Range<Int>), none, undecided
    }

    /// The model's own closing tag near the start of an answer, if its opening tag does not stand before it.
    private func orphan(in bytes: [UInt8], _ range: Range<Int>, isWhole: Bool) -> Orphan {
        guard reading.thought != nil, !reading.hasChannels else { return .none }
        let near = range.prefix(reading.unopenedThoughtBytesMax)
        guard let close = bytes.firstIndex(of: tags[0].close, in: near) else {
            // No closing tag can end before all of these.
            let passed = near.dropLast(tags[0].close.count - 1)
            let isDecided = near.count < range.count || near.count >= reading.unopenedThoughtBytesMax
            return isWhole || isDecided || bytes.firstIndex(of: tags[0].open, in: passed) != nil ? .none : .undecided
        }
        if bytes.firstIndex(of: tags[0].open, in: range.lowerBound..<close) != nil { return .none }
        let closing = close..<close + tags[0].close.count
        if isMentioned(bytes, closing, in: range) { return .none }
        return !isWhole && closing.upperBound == range.upperBound ? .undecided : .tag(closing)
    }

    /// Whether a tag is being talked about: in quotes of any kind, or in the middle of a sentence.
    private func isMentioned(_ bytes: [UInt8], _ tag: Range<Int>, in range: Range<Int>) -> Bool {
        let before = tag.lowerBound > range.lowerBound ? bytes[tag.lowerBound - 1] : UInt8(ascii: "\n")
        let after = tag.upperBound < range.upperBound ? bytes[tag.upperBound] : UInt8(ascii: "\n")
        let quotes = Array("`'\"".utf8)
        return quotes.contains(before) || quotes.contains(after) || (before.isBlank && after.isBlank)
    }

    /// The parts around a closing tag: the answer loses the white space before it, and its own tags.
    private func answered(
        _ bytes: [UInt8],
        _ reasoning: Range<Int>,
        _ rest: Range<Int>,
        isWhole: Bool
    ) -> Split {
        var content = bytes.trimmed(rest, trailing: false)
        if !isWhole, bytes.isBeginning(content, of: answerOpen) {
            content = content.prefix(0)
        } else if !answerOpen.isEmpty, bytes.holds(answerOpen, at: content.lowerBound, before: content.upperBound) {
            content = bytes.trimmed(content.dropFirst(answerOpen.count), trailing: false)
            let end = bytes.trimmed(content).upperBound - answerClose.count
            if end >= content.lowerBound, bytes.holds(answerClose, at: end, before: content.upperBound) {
                content = content.lowerBound..<end
            } else if !isWhole, !answerClose.isEmpty {
                content = content.lowerBound..<bytes.possibleStart(of: answerClose, in: content)
            }
        }
        return Split(reasoning: reasoning, content: content)
    }
}
