/// How much a model shall think before it answers, in OpenAI's words.
package enum ThinkingEffort: String, Equatable, Sendable, CaseIterable {
    case none, minimal, low, medium, high, xhigh, max

    /// Whether thinking is wanted at all: the least effort is none, as an answer cut within its thought is worth nothing.
    package var isOn: Bool { self != .none && self != .minimal }

    /// The effort in the three words that gpt-oss was trained on, which are all its system message may name.
    var level: String {
        switch self {
        case .none, .minimal, .low: "low"
        case .medium: "medium"
        case .high, .xhigh, .max: "high"
        }
    }
}

/// How a family of models thinks, and how it is told to think or not to: pure data, read from `chat-formats.json`.
package struct ReasoningStyle: Equatable, Sendable, Decodable {
    /// What is written when the caller asks for no effort.
    enum Default: String, Decodable {
        case on, off
        /// Neither form: the model is left to itself.
        case neither
    }

    /// What switches thinking on or off, by the place where it is written; most families use one place.
    struct Form: Equatable, Sendable, Decodable {
        /// After the generation prompt.
        let generation: String
        /// In front of the system text, which gets a turn for it if there is none.
        let systemFront: String
        /// Before the system text, as a system message of its own would stand there.
        let systemLine: String
        /// After the system turn, whether there is one or not.
        let afterSystem: String
        /// At the end of every user turn that does not end so already (GLM-4.5's own template writes it to all).
        let userEnd: String
    }

    /// The name in `chat-formats.json`, by which formats and rules refer to the style.
    package let name: String
    /// What a thought stands between, `nil` for a family that has no thoughts, or has them in channels.
    let tags: PromptFormat.Delimiters?
    /// What the answer behind a thought stands between, for the family that writes such texts (Granite).
    let answer: PromptFormat.Delimiters?
    let byDefault: Default
    let on: Form
    let off: Form
    /// What stands in front of each earlier answer in place of its thought.
    package let history: String
    /// Whether answers come in the channels of gpt-oss' Harmony.
    let hasChannels: Bool

    /// A style of this name that does nothing: what a format holds until the table has looked the name up.
    package init(named name: String) {
        self.name = name
        tags = nil
        answer = nil
        byDefault = .neither
        on = Form()
        off = Form()
        history = ""
        hasChannels = false
    }

    private enum CodingKeys: String, CodingKey {
        case name, tags, answer, byDefault, on, off, history, hasChannels
    }

    /// Reads an entry of `reasoning`, where only the name must be given.
    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        name = try fields.decode(String.self, forKey: .name)
        tags = try fields.decodeIfPresent(PromptFormat.Delimiters.self, forKey: .tags)
        answer = try fields.decodeIfPresent(PromptFormat.Delimiters.self, forKey: .answer)
        byDefault = try fields.decodeIfPresent(Default.self, forKey: .byDefault) ?? .neither
        on = try fields.decodeIfPresent(Form.self, forKey: .on) ?? Form()
        off = try fields.decodeIfPresent(Form.self, forKey: .off) ?? Form()
        history = try fields.decodeIfPresent(String.self, forKey: .history) ?? ""
        hasChannels = try fields.decodeIfPresent(Bool.self, forKey: .hasChannels) ?? false
    }

    /// The form for an effort, `nil` for the model's own default.
    func form(for effort: ThinkingEffort?) -> Form {
        if let effort { return effort.isOn ? on : off }
        switch byDefault {
        case .on: return on
        case .off: return off
        case .neither: return Form()
        }
    }

    /// The tags of this family's thoughts and of the answers behind them, as they are read back.
    var thought: ThoughtTags? {
        tags.map {
            ThoughtTags(open: $0.open, close: $0.close, answerOpen: answer?.open, answerClose: answer?.close)
        }
    }

    /// Whether a few words at the end of the prompt are all that switches thinking off, with calls still possible: they
    /// would not be in the channel that gpt-oss' answer is opened in.
    package var isEasilyOff: Bool {
        byDefault == .on && !hasChannels && !off.generation.isEmpty && off.systemLine.isEmpty && off.userEnd.isEmpty
    }

    /// Whether a model that is told nothing but this effort thinks before it answers.
    func thinks(at effort: ThinkingEffort?) -> Bool {
        guard tags != nil || hasChannels else { return false }
        return effort.map(\.isOn) ?? (byDefault == .on)
    }

    /// Whether a text opens a thought and does not close it.
    func leavesThoughtOpen(_ text: String) -> Bool {
        let text = text[...].utf8
        guard let tags, let opened = text.first(tags.open) else { return false }
        return text[opened.upperBound...].first(tags.close) == nil
    }
}

extension ReasoningStyle.Form {
    /// A form that writes nothing.
    init() {
        (generation, systemFront, systemLine, afterSystem, userEnd) = ("", "", "", "", "")
    }

    private enum CodingKeys: String, CodingKey {
        case generation, systemFront, systemLine, afterSystem, userEnd
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        func text(_ key: CodingKeys) throws -> String { try fields.decodeIfPresent(String.self, forKey: key) ?? "" }
        generation = try text(.generation)
        systemFront = try text(.systemFront)
        systemLine = try text(.systemLine)
        afterSystem = try text(.afterSystem)
        userEnd = try text(.userEnd)
    }
}
