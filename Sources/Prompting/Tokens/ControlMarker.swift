/// Texts that are one token each to the models that know them.
enum ControlMarker {
    private static let fixed =
        [
            "<s>", "</s>", "<bos>", "<eos>", "<sop>", "[gMASK]", "<start_of_turn>", "<end_of_turn>", "[TOOL_CALLS]",
            "[ARGS]",
        ].map { Array($0.utf8) }
        + ["INST", "SYSTEM_PROMPT", "AVAILABLE_TOOLS", "TOOL_RESULTS"].flatMap { pair("[", $0, "]") }
        + ["think", "tool_call", "tool_response", "arg_key", "arg_value"].flatMap { pair("<", $0, ">") }
    /// What stands second in the fixed ones: tells most of what is no marker by one byte.
    private static let isSecond = (0...UInt8.max).map { byte in fixed.contains { $0[1] == byte } }
    /// The longest name inside `<|…|>`, in code points; keeps the look ahead, and so the whole scan, linear.
    private static let nameLengthMax = 48
    private static let bar = Bar("|", takesSpaces: false)
    /// That of DeepSeek's `<｜…｜>`.
    private static let fullWidthBar = Bar("｜", takesSpaces: true)

    /// What a name stands between.
    private struct Bar {
        let bytes: [UInt8]
        /// Behind the name.
        let end: [UInt8]
        /// Whether a name may have white space in it.
        let takesSpaces: Bool

        init(_ text: String, takesSpaces: Bool) {
            bytes = Array(text.utf8)
            end = Array((text + ">").utf8)
            self.takesSpaces = takesSpaces
        }
    }

    private static func pair(_ open: String, _ name: String, _ close: String) -> [[UInt8]] {
        [Array((open + name + close).utf8), Array((open + "/" + name + close).utf8)]
    }

    /// The length in bytes of the marker that begins at an index with `<` or `[`, if one does.
    static func length(_ bytes: Span<UInt8>, at index: Int) -> Int? {
        guard index + 1 < bytes.count else { return nil }
        let second = bytes[index + 1]
        if bytes[index] == UInt8(ascii: "<") {
            if second == UInt8(ascii: "|") { return namedLength(bytes, at: index, bar) }
            if second == fullWidthBar.bytes[0], matches(bytes, at: index + 1, fullWidthBar.bytes) {
                return namedLength(bytes, at: index, fullWidthBar)
            }
        }
        guard isSecond[Int(second)] else { return nil }
        return fixed.first { matches(bytes, at: index, $0) }?.count
    }

    /// The length of `<`, a bar, a name, the bar and `>`; a name holds neither bar, `<` nor `>`.
    private static func namedLength(_ bytes: Span<UInt8>, at start: Int, _ bar: Bar) -> Int? {
        let name = start + 1 + bar.bytes.count
        var index = name
        var length = 0
        while index < bytes.count, !matches(bytes, at: index, bar.bytes) {
            let byte = bytes[index]
            guard length < nameLengthMax, byte != UInt8(ascii: "<"), byte != UInt8(ascii: ">") else { return nil }
            if byte < 0x80 {
                guard bar.takesSpaces || !byte.isSpace else { return nil }
                index += 1
            } else {
                let point = CodePoint(bytes, at: index)
                guard bar.takesSpaces || !point.isSpace else { return nil }
                index += point.length
            }
            length += 1
        }
        guard length > 0, matches(bytes, at: index, bar.end) else { return nil }
        return index + bar.end.count - start
    }

    private static func matches(_ bytes: Span<UInt8>, at index: Int, _ part: [UInt8]) -> Bool {
        guard part.count <= bytes.count - index else { return false }
        for offset in part.indices where bytes[index + offset] != part[offset] { return false }
        return true
    }
}
