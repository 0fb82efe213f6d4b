extension Channels.Parts {
    /// Agents run each call, and no model means more at once.
    private static let callsMax = 64

    /// Adds a message, the text within a range.
    mutating func add(_ bytes: [UInt8], _ body: Range<Int>, to kind: ChannelKind) {
        switch kind {
        case .reasoning: Self.add(bytes, body, to: &reasoning)
        case .final, .commentary:
            if isThoughtFirst == nil, !bytes.trimmed(body).isEmpty { isThoughtFirst = !reasoning.isEmpty }
            Self.add(bytes, body, to: &content)
        case .call(let recipient):
            guard calls.count < Self.callsMax, !recipient.isEmpty else { return }
            calls.append(ChannelCall(bytes, recipient: recipient, body: body))
        }
    }

    /// Puts a blank line between two messages of one kind; the first and the last keep their outer white space.
    private static func add(_ bytes: [UInt8], _ body: Range<Int>, to text: inout [UInt8]) {
        let words = bytes.trimmed(body, trailing: false)
        // Messages of nothing add nothing; kept, their white space would be walked through again by each that follows.
        if words.isEmpty, !text.isEmpty { return }
        let kept = text.trimmed(text.indices, leading: false)
        if words.isEmpty || kept.isEmpty {
            text += bytes[body]
        } else {
            text.replaceSubrange(kept.upperBound..., with: Array("\n\n".utf8) + bytes[words])
        }
    }
}
