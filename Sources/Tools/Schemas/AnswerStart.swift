/// Where an answer begins that was opened with a bracket: models go on after it, begin again with it, or talk first.
struct AnswerStart {
    /// The texts to look for JSON in, the likelier first.
    let texts: [String]

    /// The starts of a text; `prefill` is a bracket or empty.
    init(_ text: String, after prefill: String) {
        guard let bracket = prefill.utf8.first else {
            texts = [text]
            return
        }
        let bytes = Array(text.utf8)
        let rest = bytes.drop(while: \.isSpace)
        if bracket == UInt8(ascii: "{") {
            texts = [rest.beginsMember && !Self.introduces(rest, after: prefill) ? prefill + text : text]
        } else if rest.first != bracket {
            texts = [rest.beginsElement ? prefill + text : text]
        } else if Self.goesOn(bytes, after: rest.startIndex) {
            texts = [prefill + text]
        } else {
            // An array within the array, or the array from its beginning.
            texts = [prefill + text, text]
        }
    }

    /// Whether a word with a colon introduces the object, as in `Sure: {…}`, rather than names its first key: with the
    /// bracket in front it would lack one at the end.
    private static func introduces(_ rest: ArraySlice<UInt8>, after prefill: String) -> Bool {
        guard rest.beginsWordAndColon, rest.contains(UInt8(ascii: "{")) else { return false }
        return LenientJSON.read(Array(prefill.utf8) + rest, at: 0)?.ending != .complete
    }

    /// Whether the array that begins here is followed by more of one around it.
    private static func goesOn(_ bytes: [UInt8], after start: Int) -> Bool {
        guard let read = LenientJSON.read(bytes, at: start), read.ending == .complete,
            let next = bytes[read.end...].first(where: { !$0.isSpace })
        else { return false }
        return next == UInt8(ascii: ",") || next == UInt8(ascii: "]")
    }
}

/// The fences of Markdown around a text.
enum AnswerFence {
    /// A text without white space at its ends, and without the fence around it if it is all in one.
    static func content(of text: String) -> String {
        let text = text.trimmed
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count > 2, lines[0].hasPrefix("```"), lines[lines.count - 1] == "```" else { return text }
        return lines[1..<(lines.count - 1)].joined(separator: "\n").trimmed
    }
}
