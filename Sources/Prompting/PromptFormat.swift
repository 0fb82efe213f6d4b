/// How one family of models wants a conversation written: pure data, read from `chat-formats.json`.
///
/// A new family is a new entry in that file; nothing here or in the renderer names a family.
package struct PromptFormat: Equatable, Sendable, Decodable {
    /// The text around a turn.
    package struct Delimiters: Equatable, Sendable, Decodable {
        package let open: String
        package let close: String
    }

    /// Where the text of the leading system messages goes.
    package enum SystemPosition: String, Equatable, Sendable, Decodable {
        /// A turn of its own, between the system delimiters.
        case turn
        /// Bare text at the top, followed by the system's `close`.
        case bareText
        /// At the start of the first or of the last user turn, followed by the system's `close`.
        case firstUser, lastUser
    }

    /// What becomes of a system message that comes after another turn.
    package enum LaterSystem: String, Equatable, Sendable, Decodable {
        /// A system turn in its place.
        case turn
        /// User text `[System note: …]` in its place, for models that know no such turn.
        case note
    }

    package struct System: Equatable, Sendable, Decodable {
        package var position: SystemPosition
        /// The position the maker's own releases were trained on, where fine-tunes of them use another.
        package let officialPosition: SystemPosition?
        package let open: String
        package let close: String
        package let later: LaterSystem
    }

    /// The name in `chat-formats.json`, as `interposer prompt` prints it.
    package let name: String
    package var system: System
    package let user: Delimiters
    package let assistant: Delimiters
    /// The delimiters of a turn of tool results; the user's when absent.
    package let tool: Delimiters?
    /// What makes the model answer, written after the last turn.
    package let generation: String
    /// What ends an answer, best first; already the spelling Horde gets.
    package let stops: [String]
    /// Whether user and assistant must take turns, so that neighbours of one role are merged.
    package let alternates: Bool
    /// The roles whose text loses its outer white space, as the family's own template does.
    package let trims: [Turn.Role]
    /// Control texts that a message may not contain anywhere, as they would be read as real tokens.
    package let markers: [String]
    /// Headings that forge a turn only at the start of a line (formats without control tokens).
    package let lineMarkers: [String]
    /// The family of the tokenizer, for a later choice of token weights.
    package let tokenizer: String
}

/// The text one Horde job continues, with what was decided while writing it.
package struct Prompt: Equatable, Sendable {
    package let text: String
    /// The format's own stop strings, best first; `StopPolicy` adds the user's.
    package let stops: [String]
    /// The name of the format.
    package let format: String
    /// The estimated size in tokens, with one for the token that workers put in front.
    package let tokens: Int
}
