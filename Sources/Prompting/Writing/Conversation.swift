/// What was said so far, oldest turn first: the input of this target.
///
/// Prompting turns a conversation into the raw text a Horde worker continues, and the worker's raw text back into an
/// answer. It never reads a file, a clock or a socket, and knows neither OpenAI's nor Horde's JSON. The way through it:
/// `FormatTable` picks a `PromptFormat` for a model's name, `PromptFormat.render` writes the `Prompt`, `StopPolicy`
/// and `JobSize` decide what is asked of Horde, `ReplyReader` reads the text that comes back.
package struct Conversation: Equatable, Sendable {
    /// The turns, in the order they were said; never reordered, whatever the format.
    package var turns: [Turn]

    /// A conversation of these turns.
    package init(turns: [Turn]) {
        self.turns = turns
    }
}

/// One message of a conversation, as plain text.
package struct Turn: Equatable, Sendable {
    /// Who speaks; `tool` is the result of a call the assistant asked for.
    package enum Role: String, Equatable, Sendable, Decodable {
        case system, user, assistant, tool
    }

    /// Who speaks.
    package var role: Role
    /// What was said, as the client gave it.
    package var text: String
    /// The id of the call that a tool's result answers, empty for all else; the one family that repeats it is Kimi.
    package var callID: String

    /// A message of plain text.
    package init(role: Role, text: String, callID: String = "") {
        self.role = role
        self.text = text
        self.callID = callID
    }
}
