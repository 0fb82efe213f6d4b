/// Harmony's messages as they look when the worker hides the control tokens: `analysis…assistantfinal…`.
enum FlattenedChannels {
    static let role = Array("assistant".utf8)
    private static let tool = Array("to=functions.".utf8)

    struct Message {
        let kind: ChannelKind
        let body: Range<Int>
        /// From its header, without the role, to the next; white space may stand around the body.
        let range: Range<Int>
    }

    /// The texts that the next header may be: the role with the name of a channel or a tool behind it.
    private static let headers = (ChannelKind.texts + ["", " ", "\t"].map { Array($0.utf8) + tool }).map { role + $0 }
    /// The texts that the first header may be, besides the names of channels.
    static let openers = headers + [tool]

    /// The messages within a range that begins with the name of a channel or of a tool.
    ///
    /// Once in the final channel all that follows is the answer, whatever words it holds.
    static func messages(in bytes: [UInt8], _ range: Range<Int>) -> [Message] {
        var index = bytes.trimmed(range, trailing: false).lowerBound
        if isHeader(bytes, at: index, before: range.upperBound) { index += role.count }
        var messages: [Message] = []
        while index < range.upperBound, let message = message(in: bytes, index..<range.upperBound) {
            messages.append(message)
            index = message.range.upperBound + role.count
        }
        return messages
    }

    /// The messages of a text that may go on, each as far as it is certain.
    static func settledMessages(in bytes: [UInt8], _ range: Range<Int>) -> [Message] {
        let end = bytes.possibleStart(ofAny: headers, in: range)
        var messages = messages(in: bytes, range.lowerBound..<end)
        if let last = messages.popLast() {
            // No header follows in the final channel.
            let rest = last.range.lowerBound..<range.upperBound
            messages += last.kind == .final ? self.messages(in: bytes, rest) : [last]
        }
        return messages.filter { message in
            let words = bytes.trimmed(message.body, trailing: false)
            return words.upperBound < end || !ChannelKind.mayBeRecipient(bytes, words)
        }
    }

    /// The message at the start of a range; its body ends before the next header.
    private static func message(in bytes: [UInt8], _ range: Range<Int>) -> Message? {
        let (start, end) = (range.lowerBound, range.upperBound)
        if isTool(bytes, at: start, before: end), let name = ChannelKind.recipient(in: bytes, range) {
            // The name of the channel may follow the tool's without a space.
            let recipient = name.lowerBound..<(channel(endingAt: name.upperBound, in: bytes) ?? name.upperBound)
            return call(to: recipient, in: bytes, range, behind: name.upperBound)
        }
        guard let (kind, next) = ChannelKind.named(bytes, at: start, end) else { return nil }
        if kind == .final { return Message(kind: .final, body: next..<end, range: range) }
        if let recipient = ChannelKind.recipient(in: bytes, next..<end) {
            return call(to: recipient, in: bytes, range, behind: recipient.upperBound)
        }
        let bodyEnd = nextHeader(in: bytes, next..<end)
        return Message(kind: kind, body: next..<bodyEnd, range: start..<bodyEnd)
    }

    private static func call(
        to recipient: Range<Int>,
        in bytes: [UInt8],
        _ range: Range<Int>,
        behind name: Int
    ) -> Message {
        let end = nextHeader(in: bytes, name..<range.upperBound)
        return Message(
            kind: .call(to: recipient),
            body: body(of: bytes, name..<end),
            range: range.lowerBound..<end
        )
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
    static func nextHeader(in bytes: [UInt8], _ range: Range<Int>) -> Int {
        range.first { isHeader(bytes, at: $0, before: range.upperBound) } ?? range.upperBound
    }

    /// Whether the role stands at an index with a channel or a tool behind it.
    static func isHeader(_ bytes: [UInt8], at index: Int, before end: Int) -> Bool {
        guard bytes.holds(role, at: index, before: end) else { return false }
        let next = index + role.count
        return ChannelKind.named(bytes, at: next, end) != nil || isTool(bytes, at: next, before: end)
    }

    /// Whether a tool of the client's is named at an index, one blank aside.
    static func isTool(_ bytes: [UInt8], at index: Int, before end: Int) -> Bool {
        let start = index < end && bytes[index].isBlank ? index + 1 : index
        return bytes.holds(tool, at: start, before: end)
    }
}
