extension FlattenedChannels {
    /// Messages with the control texts that a worker has hidden.
    ///
    /// - Parameters:
    ///   - messages: those within the range.
    ///   - range: all of them; the prompt's last words or a visible marker open the first one's turn.
    ///   - bytes: the text.
    /// - Returns: what stands in the range's place.
    static func restored(_ messages: [Message], _ range: Range<Int>, in bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        for (index, message) in messages.enumerated() {
            if index > 0 {
                result += Array("<|end|><|start|>assistant".utf8)
            } else if message.range.lowerBound > range.lowerBound, range.lowerBound > 0 {
                // The role stands there, behind a message that has ended.
                result += Array("<|start|>assistant".utf8)
            }
            let isLast = message.range.upperBound == range.upperBound
            result += header(of: message, isLast: isLast, in: bytes)
            var body = bytes[message.body.lowerBound..<message.range.upperBound]
            let isTurnNext = isLast && message.kind != .final && endsWithTurn(Array(body))
            if isTurnNext { body = body.dropLast(role.count) }
            result += body
            if isTurnNext { result += Array("<|end|><|start|>assistant".utf8) }
        }
        return result
    }

    /// The header of a message; without the marker behind it where the text ends there, as the model may add to it.
    private static func header(of message: Message, isLast: Bool, in bytes: [UInt8]) -> [UInt8] {
        let hasBody = message.body.lowerBound < message.range.upperBound
        let end = Array((isLast && !hasBody ? "" : "<|message|>").utf8)
        let channel = ChannelKind.name(at: message.range.lowerBound, in: bytes, message.range.upperBound)
        guard case .call(let recipient) = message.kind else {
            return Array("<|channel|>".utf8) + (channel ?? []) + end
        }
        let form = bytes[recipient.upperBound..<max(recipient.upperBound, message.body.lowerBound)]
        let isJSON = Array(form).firstIndex(of: Array("json".utf8), in: 0..<form.count) != nil
        return Array("<|channel|>".utf8) + (channel ?? Array("commentary".utf8)) + Array(" to=".utf8)
            + bytes[recipient] + Array((isJSON ? " <|constrain|>json" : "").utf8) + end
    }

    /// Whether a message is over and the next turn's role is all that came of it: behind the end of a sentence no word
    /// follows without a space.
    private static func endsWithTurn(_ body: [UInt8]) -> Bool {
        let start = body.count - role.count
        guard start > 0, body.holds(role, at: start, before: body.count) else { return false }
        return Array(".!?\n".utf8).contains(body[start - 1])
    }
}
