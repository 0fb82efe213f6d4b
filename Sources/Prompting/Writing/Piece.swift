/// A part of what is written for one turn.
struct Piece {
    let text: Substring
    /// Who said it, `nil` for the format's own words; what the assistant said and what the format says is never altered.
    let role: Turn.Role?

    /// Words of the format's.
    init(_ text: String) {
        self.text = text[...]
        role = nil
    }

    /// Words of a message's.
    init(_ text: Substring, of role: Turn.Role) {
        self.text = text
        self.role = role
    }
}

extension [Piece] {
    /// Whether nothing would be written.
    var isWordless: Bool { allSatisfy(\.text.isEmpty) }

    /// Adds another text, behind a blank line if neither is empty.
    mutating func join(_ next: [Piece]) {
        if next.isWordless { return }
        if isWordless { removeAll() } else { append(Piece("\n\n")) }
        append(contentsOf: next)
    }
}

extension Substring {
    /// Without the ASCII white space around it; a place in the same text, not a copy.
    func trimmed() -> Substring {
        let rest = utf8.drop { $0.isSpace }
        let end = rest.lastIndex { !$0.isSpace }.map { rest.index(after: $0) } ?? rest.startIndex
        return self[rest.startIndex..<end]
    }

    /// An earlier answer without the thought at its beginning, if that is closed, and without the line ends behind it.
    ///
    /// Every official template drops earlier thoughts (Qwen3, GLM, DeepSeek, gpt-oss).
    func droppingThought(between tags: [PromptFormat.Delimiters]) -> Substring {
        let rest = utf8.drop { $0.isSpace }
        for tag in tags where rest.starts(with: tag.open.utf8) {
            let thought = rest.dropFirst(tag.open.utf8.count)
            guard let closed = thought.first(tag.close) else { continue }
            let answer = thought[closed.upperBound...].drop { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
            return self[answer.startIndex...]
        }
        return self
    }
}
