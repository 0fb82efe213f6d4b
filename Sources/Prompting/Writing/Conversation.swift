/// What was said so far, oldest turn first: the input of this target.
///
/// Prompting turns a conversation into the raw text a Horde worker continues, and the worker's raw text back into an
/// answer. It never reads a file, a clock or a socket, and knows neither OpenAI's nor Horde's JSON. The way through it:
/// `FormatTable` picks a `PromptFormat` for a model's name, `PromptFormat.render` writes the `Prompt`, `StopPolicy`
/// and `JobSize` decide what is asked of Horde, `ReplyReader` reads the text that comes back.
package struct Conversation: Equatable, Sendable {
    /// The turns, in the order they were said; never reordered, whatever the format.
    package var turns: [Turn]
    /// What the model may call and how, for the end of the system text; empty when nothing is offered.
    package var definitions: String
    /// What the answer is opened with because a call is forced; empty when it is not.
    ///
    /// The model goes on from it, and does not think before.
    package var opening: String
    /// What else than the format's own stops ends an answer, best first.
    package var stops: [String]

    /// A conversation of these turns.
    package init(turns: [Turn], definitions: String = "", opening: String = "", stops: [String] = []) {
        self.turns = turns
        self.definitions = definitions
        self.opening = opening
        self.stops = stops
    }
}

/// One message of a conversation, as plain text.
package struct Turn: Equatable, Sendable {
    /// Who speaks.
    package enum Role: String, Equatable, Sendable, Decodable {
        case system, user, assistant
        /// The assistant, who calls something: never a prefill, even where the conversation ends with it.
        case call
        /// The result of a call.
        case tool
    }

    /// Who speaks.
    package var role: Role
    /// What was said, as the client gave it.
    package var text: String
    /// The id of the call that a tool's result answers, empty for all else; the one family that repeats it is Kimi.
    package var callID: String
    /// What a call calls, or whose result a result is; empty for all else.
    ///
    /// Only formats with turns for calls write it.
    package var callName: String

    /// A message of plain text.
    package init(role: Role, text: String, callID: String = "", callName: String = "") {
        self.role = role
        self.text = text
        self.callID = callID
        self.callName = callName
    }
}
