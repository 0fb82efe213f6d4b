/// Harmony's messages as they look when the worker hides the control tokens: `analysis…assistantfinal…`.
enum FlattenedChannels {
    private static let role = Array("assistant".utf8)
    private static let tool = Array("to=functions.".utf8)

    struct Message {
        let kind: ChannelKind
        let body: Range<Int>
    }

    /// The messages within a range, none if it does not begin with the name of a channel or of a tool.
    ///
    /// Once in the final channel all that follows is the answer, whatever words it holds.
    static func messages(in bytes: [UInt8], _ range: Range<Int>) -> [Message] {
        var index = bytes.trimmed(range, trailing: false).lowerBound
        if isHeader(bytes, at: index, before: range.upperBound) {
            index += role.count
        } else if !isTool(bytes, at: index, before: range.upperBound),
            ChannelKind.recipient(in: bytes, index..<range.upperBound) == nil,
            !ChannelKind.isBareName(bytes, at: index, range.upperBound),
            !isCommentaryToTool(bytes, index..<range.upperBound),
            nextHeader(in: bytes, index..<range.upperBound) == range.upperBound
        {
            return []
        }
        var messages: [Message] = []
        while index < range.upperBound, let message = message(in: bytes, index..<range.upperBound) {
            messages.append(message)
            index = message.body.upperBound + role.count
        }
        return messages
    }

    /// Whether a text begins with the name of a channel and that of a tool behind it.
    private static func isCommentaryToTool(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        guard let (_, next) = ChannelKind.named(bytes, at: range.lowerBound, range.upperBound) else { return false }
        return ChannelKind.recipient(in: bytes, next..<range.upperBound) != nil
    }

    /// The message at the start of a range; its body ends before the next header.
    private static func message(in bytes: [UInt8], _ range: Range<Int>) -> Message? {
        let end = range.upperBound
        if isTool(bytes, at: range.lowerBound, before: end), let name = ChannelKind.recipient(in: bytes, range) {
            // The name of the channel may follow the tool's without a space.
            let recipient = name.lowerBound..<(channel(endingAt: name.upperBound, in: bytes) ?? name.upperBound)
            return call(to: recipient, in: bytes, name.upperBound..<end)
        }
        guard let (kind, start) = ChannelKind.named(bytes, at: range.lowerBound, end) else { return nil }
        if kind == .final { return Message(kind: .final, body: start..<end) }
        if let recipient = ChannelKind.recipient(in: bytes, start..<end) {
            return call(to: recipient, in: bytes, recipient.upperBound..<end)
        }
        return Message(kind: kind, body: start..<nextHeader(in: bytes, start..<end))
    }

    private static func call(to recipient: Range<Int>, in bytes: [UInt8], _ range: Range<Int>) -> Message {
        let body = range.lowerBound..<nextHeader(in: bytes, range)
        return Message(kind: .call(to: recipient), body: self.body(of: bytes, body))
    }

    /// What is said to a tool, without the words before it: the channel's name and that of the form.
    static func body(of bytes: [UInt8], _ range: Range<Int>) -> Range<Int> {
        var body = bytes.trimmed(range)
        while let word = words.first(where: { bytes.holds($0, at: body.lowerBound, before: body.upperBound) }) {
            body = bytes.trimmed(body.lowerBound + word.count..<body.upperBound)
        }
        return body
    }

    private static let words = ["commentary", "analysis", "<|constrain|>", "json"].map { Array($0.utf8) }

    /// Where the name of a channel begins that ends at an index.
    private static func channel(endingAt end: Int, in bytes: [UInt8]) -> Int? {
        let starts = words.prefix(2).map { end - $0.count }
        return zip(words, starts).first { $1 >= 0 && bytes.holds($0, at: $1, before: end) }?.1
    }

    /// Where the next header begins, or the end.
    private static func nextHeader(in bytes: [UInt8], _ range: Range<Int>) -> Int {
        range.first { isHeader(bytes, at: $0, before: range.upperBound) } ?? range.upperBound
    }

    /// Whether the role stands at an index with a channel or a tool behind it.
    private static func isHeader(_ bytes: [UInt8], at index: Int, before end: Int) -> Bool {
        guard bytes.holds(role, at: index, before: end) else { return false }
        let next = index + role.count
        return ChannelKind.named(bytes, at: next, end) != nil || isTool(bytes, at: next, before: end)
    }

    private static func isTool(_ bytes: [UInt8], at index: Int, before end: Int) -> Bool {
        let start = index < end && bytes[index].isBlank ? index + 1 : index
        return bytes.holds(tool, at: start, before: end)
    }
}
