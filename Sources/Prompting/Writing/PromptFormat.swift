/// How one family of models wants a conversation written: pure data, read from `chat-formats.json`.
///
/// A new family is a new entry in that file; nothing here or in the renderer names a family. An entry gives at least
/// `name`, `system`, `user`, `assistant`, `generation` and `stops`.
package struct PromptFormat: Equatable, Sendable, Decodable {
    /// The text around a turn.
    package struct Delimiters: Equatable, Sendable {
        /// Before the text.
        package let open: String
        /// Behind the text.
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

    /// How system messages are written.
    package struct System: Equatable, Sendable, KnownKeys {
        /// Where the leading ones stand.
        package var position: SystemPosition
        /// The position the maker's own releases were trained on, where fine-tunes of them use another.
        package let officialPosition: SystemPosition?
        /// Before the text, wherever it stands.
        package let open: String
        /// Behind the text, wherever it stands.
        package let close: String
        /// What stands around the messages' text within the two above, where definitions of tools come behind it as a
        /// part of their own; a blank line separates them when absent.
        package let messages: Delimiters?
        /// What becomes of those that come later.
        package let later: LaterSystem
        /// Whether an empty system turn is written when nobody gave a system text; not when absent.
        package var isAlways: Bool?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case position, officialPosition, open, close, messages, later, isAlways
        }
    }

    /// How calls are written by a family that has turns of their own for them.
    package struct Call: Equatable, Sendable, KnownKeys {
        /// The text around the arguments of a call; `{name}` in it stands for what is called.
        package let turn: Delimiters
        /// The text around what the assistant said in the answer that calls.
        package let words: Delimiters

        enum CodingKeys: String, CodingKey, CaseIterable {
            case turn, words
        }
    }

    /// How results of tools are written.
    package struct Tool: Equatable, Sendable, KnownKeys {
        /// The turn they stand in, in which `{name}` stands for what was called; the user's when absent.
        package let turn: Delimiters?
        /// The text around each result; `{id}` in it stands for the id of the call.
        package let result: Delimiters
        /// What stands between results that share a turn; when absent, each has a turn of its own.
        package let join: String?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case turn, result, join
        }
    }

    /// The name in `chat-formats.json`, as `interposer prompt` prints it.
    package let name: String
    /// The text before everything; `{today}`, `{effort}` and `{toolNote}` in it are filled in while writing.
    package let prefix: String
    /// What `{toolNote}` stands for when tools are offered.
    package let toolNote: String
    /// How system messages are written.
    package var system: System
    /// The text around a user turn.
    package let user: Delimiters
    /// The text around an earlier answer; what the reasoning style puts for its thought comes behind `open`.
    package let assistant: Delimiters
    /// How calls are written; `nil` where they are text of the assistant's turn.
    package let call: Call?
    /// How results of tools are written.
    package let tool: Tool
    /// The name of the way in which tools are defined and called; `none` where nobody would expect the model to call any.
    package var tools: String { didSet { guards = MarkerGuards(self) } }
    /// Whether the model was trained to call tools in this way, by what is known of it: its rule names the way, or it is
    /// its family's own.
    package var isToolTrained: Bool
    /// What makes the model answer, written after the last turn.
    package let generation: String
    /// What stands before a prefill, where that is more than the generation prompt.
    package let prefill: String?
    /// What ends an answer, best first; already the spelling Horde gets.
    package let stops: [String]
    /// Whether user and assistant must take turns, so that neighbours of one role are merged.
    package let alternates: Bool
    /// The roles whose text loses its outer white space, as the family's own template does.
    package var trims: [Turn.Role]
    /// Control texts that a message may not contain anywhere, as they would be read as real tokens; by default the stops.
    package let markers: [String]
    /// Headings that forge a turn only at the start of a line (formats without control tokens).
    package let lineMarkers: [String]
    /// How the model thinks; holds nothing but its name until the table has looked it up.
    package var reasoning: ReasoningStyle { didSet { guards = MarkerGuards(self) } }
    /// The family of the tokenizer, which chooses the weights of the token estimate.
    package let tokenizer: String
    /// What keeps messages from forging turns; it follows from the other properties.
    private(set) var guards: MarkerGuards?

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case name, prefix, toolNote, system, user, assistant, call, tool, tools, generation, prefill, stops, alternates
        case trims, markers, lineMarkers, reasoning, tokenizer
    }

    /// Reads an entry of `formats`; `reasoning` is the name of a style, `none` when absent.
    ///
    /// It may have no other keys than the properties here, and neither may its parts.
    package init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(besides: CodingKeys.self)
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        name = try fields.decode(String.self, forKey: .name)
        prefix = try fields.decodeIfPresent(String.self, forKey: .prefix) ?? ""
        toolNote = try fields.decodeIfPresent(String.self, forKey: .toolNote) ?? ""
        system = try fields.decode(Checked<System>.self, forKey: .system).value
        user = try fields.decode(Delimiters.self, forKey: .user)
        assistant = try fields.decode(Delimiters.self, forKey: .assistant)
        call = try fields.decodeIfPresent(Checked<Call>.self, forKey: .call)?.value
        tool = try fields.decodeIfPresent(Checked<Tool>.self, forKey: .tool)?.value ?? .hermes
        tools = try fields.decodeIfPresent(String.self, forKey: .tools) ?? ToolMarkup.hermes
        isToolTrained = tools != ToolMarkup.hermes && tools != ToolMarkup.none
        generation = try fields.decode(String.self, forKey: .generation)
        prefill = try fields.decodeIfPresent(String.self, forKey: .prefill)
        stops = try fields.decode([String].self, forKey: .stops)
        alternates = try fields.decodeIfPresent(Bool.self, forKey: .alternates) ?? false
        trims = try fields.decodeIfPresent([Turn.Role].self, forKey: .trims) ?? []
        markers = try fields.decodeIfPresent([String].self, forKey: .markers) ?? stops
        lineMarkers = try fields.decodeIfPresent([String].self, forKey: .lineMarkers) ?? []
        reasoning = ReasoningStyle(named: try fields.decodeIfPresent(String.self, forKey: .reasoning) ?? "none")
        tokenizer = try fields.decodeIfPresent(String.self, forKey: .tokenizer) ?? ""
        guards = MarkerGuards(self)
    }
}

extension PromptFormat.Delimiters: Decodable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case open, close
    }

    /// Reads an object with these two keys and no others.
    package init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(besides: CodingKeys.self)
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        open = try fields.decode(String.self, forKey: .open)
        close = try fields.decode(String.self, forKey: .close)
    }
}

extension PromptFormat.Tool {
    /// The convention of Hermes and Qwen: results of parallel calls share one user turn, each between tags.
    static let hermes = Self(
        turn: nil,
        result: PromptFormat.Delimiters(open: "<tool_response>\n", close: "\n</tool_response>"),
        join: "\n"
    )
}

extension PromptFormat {
    /// What some models of a family do otherwise than the rest of it.
    package struct Profile: Equatable, Sendable, Decodable {
        /// The roles that are trimmed; the format's own when absent.
        package let trims: [Turn.Role]?
        /// Whether there is always a system turn; as the format says when absent.
        package let isSystemAlways: Bool?
    }

    /// The format as the models of a profile want it.
    package func applying(profile: Profile) -> PromptFormat {
        var format = self
        format.trims = profile.trims ?? trims
        format.system.isAlways = profile.isSystemAlways ?? system.isAlways
        return format
    }
}
