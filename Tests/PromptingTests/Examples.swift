import Prompting
import Testing

/// The format of this name; a test that asks for one that is missing fails with a sentence.
func format(_ name: String) throws -> PromptFormat {
    try #require(FormatTable.builtIn[name], "chat-formats.json has no format \(name)")
}

extension Conversation {
    /// A conversation told as pairs: `.of((.system, "…"), (.user, "…"))`.
    static func of(_ turns: (Turn.Role, String)...) -> Conversation {
        Conversation(turns: turns.map { Turn(role: $0.0, text: $0.1) })
    }

    /// Renders in a built-in format and returns the text.
    func text(in name: String) throws -> String {
        try format(name).render(self).text
    }
}
