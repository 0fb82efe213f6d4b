/// A part of what is written for one turn.
struct Piece {
    let text: Substring
    /// Who said it, `nil` for what is written as it stands: the format's own words, and a prefill.
    let role: Turn.Role?

    /// Words of the format's, or a client's that begin the answer.
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
    /// Without the white space around it; a place in the same text, not a copy.
    ///
    /// All of Unicode's `White_Space`, as the `trim` of the families' own templates takes away.
    func trimmed() -> Substring {
        let rest = unicodeScalars.drop { $0.properties.isWhitespace }
        let end = rest.lastIndex { !$0.properties.isWhitespace }.map { rest.index(after: $0) } ?? rest.startIndex
        return self[rest.startIndex..<end]
    }
}
