/// What is certain of an answer that is still being written.
package struct SettledReply: Equatable, Sendable {
    /// The beginning of the model's thought, empty while there is none.
    package let reasoning: String
    /// The beginning of the answer.
    package let content: String

    /// An answer from its parts.
    package init(reasoning: String, content: String) {
        self.reasoning = reasoning
        self.content = content
    }
}

extension [UInt8] {
    /// Without the marks that stand at the end for a character of which only the first bytes came: the job ended in it.
    var withoutCutCharacter: [UInt8] {
        let mark = Array("\u{FFFD}".utf8)
        var end = count
        // A character has at most four bytes, so three are the most of it that can come without the rest.
        for _ in 0..<3 where end >= mark.count && holds(mark, at: end - mark.count, before: end) { end -= mark.count }
        return Array(self[..<end])
    }
}
