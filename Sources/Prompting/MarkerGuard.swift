/// Makes a message unable to forge a turn.
///
/// Workers read a prompt with special tokens switched on, so `<|im_end|>` inside a message would end the turn. A
/// zero-width space (U+200B) after the first character breaks the token and leaves the text readable.
struct MarkerGuard {
    /// Texts of the Hermes tool convention, which all formats share; a message could forge a call or end a result.
    private static let toolTags = ["<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>"]
    private static let zeroWidthSpace = Array("\u{200B}".utf8)

    private let anywhere: [[UInt8]]
    private let atLineStart: [[UInt8]]
    /// For each byte whether a marker begins with it: all but a few bytes of a text are passed over by this alone.
    private let begins: [Bool]

    /// - Parameters:
    ///   - format: whose markers are guarded against.
    ///   - tools: whether the tool tags are guarded against as well.
    init(_ format: PromptFormat, tools: Bool) {
        anywhere = (format.markers + (tools ? Self.toolTags : [])).map { Array($0.utf8) }
        atLineStart = format.lineMarkers.map { Array($0.utf8) }
        let firsts = Set((anywhere + atLineStart).compactMap(\.first))
        begins = (0...UInt8.max).map(firsts.contains)
    }

    func guarded(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var copied = 0
        for index in bytes.indices where begins[Int(bytes[index])] && isMarker(bytes, at: index) {
            // All markers begin with an ASCII character: one byte is one character.
            result += bytes[copied...index] + Self.zeroWidthSpace
            copied = index + 1
        }
        return copied == 0 ? text : String(decoding: result + bytes[copied...], as: UTF8.self)
    }

    private func isMarker(_ bytes: [UInt8], at index: Int) -> Bool {
        let rest = bytes[index...]
        return anywhere.contains { rest.starts(with: $0) }
            || (atLineStart.contains { rest.starts(with: $0) } && isLineStart(bytes, index))
    }

    /// Whether only spaces and tabs stand between the last line end and an index.
    private func isLineStart(_ bytes: [UInt8], _ index: Int) -> Bool {
        guard let before = bytes[..<index].last(where: { !$0.isBlank }) else { return true }
        return before == UInt8(ascii: "\n") || before == UInt8(ascii: "\r")
    }
}
