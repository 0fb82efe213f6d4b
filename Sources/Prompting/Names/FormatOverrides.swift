/// What a user's configuration file says about formats, under its key `formats`; not yet checked.
package struct FormatOverrides: Sendable, Decodable {
    /// A rule for names, tried before the reference of models and before the built-in rules.
    package struct Rule: Equatable, Sendable, KnownKeys {
        /// Names the rule in lists and errors; no built-in rule may have it.
        package let id: String
        /// A regular expression on the normalised name, with the maker in front or without: worker program, file ending
        /// and precision are taken off, `_` and spaces are hyphens, and upper and lower case are the same.
        package let match: String
        /// Names that match this too are left alone.
        package let unless: String?
        /// The name of a format, a built-in one or one of `formats`.
        package let format: String
        /// The name of a reasoning style, `nil` for what the model's built-in rule or else the format says.
        package let reasoning: String?
        /// The name of the way in which these models were trained to call tools, `nil` for what the model's built-in rule
        /// or else the format says.
        package let tools: String?

        package init(
            id: String,
            match: String,
            unless: String? = nil,
            format: String,
            reasoning: String? = nil,
            tools: String? = nil
        ) {
            self.id = id
            self.match = match
            self.unless = unless
            self.format = format
            self.reasoning = reasoning
            self.tools = tools
        }

        enum CodingKeys: String, CodingKey, CaseIterable {
            case id, match, unless, format, reasoning, tools
        }
    }

    /// Formats by exact names, as Horde gives them; these go before everything else.
    package let models: [String: String]
    package let rules: [Rule]
    /// New formats, and built-in ones replaced by name.
    package let formats: [PromptFormat]

    package init(models: [String: String] = [:], rules: [Rule] = [], formats: [PromptFormat] = []) {
        self.models = models
        self.rules = rules
        self.formats = formats
    }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case models, rules, formats
    }

    /// Reads an object with any of the three keys, and with no others, in which all keys are known too.
    package init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(besides: CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        models = try container.decodeIfPresent([String: String].self, forKey: .models) ?? [:]
        rules = try container.decodeIfPresent([Checked<Rule>].self, forKey: .rules)?.map(\.value) ?? []
        formats = try container.decodeIfPresent([PromptFormat].self, forKey: .formats) ?? []
    }
}

/// What is wrong with a user's entries; `field` is the path in the configuration file.
package enum FormatTableError: Error, Equatable, Sendable, CustomStringConvertible {
    case unknownFormat(field: String, name: String)
    case unknownReasoning(field: String, name: String)
    case unknownTools(field: String, name: String)
    /// The problem is the words of the parser of regular expressions.
    case brokenExpression(field: String, problem: String)
    /// Another entry, or a built-in rule, has the same name.
    case duplicate(field: String)

    package var description: String {
        switch self {
        case .unknownFormat(let field, let name): "\(field): there is no format \(name)"
        case .unknownReasoning(let field, let name): "\(field): there is no reasoning style \(name)"
        case .unknownTools(let field, let name): "\(field): there is no tool style \(name)"
        case .brokenExpression(let field, let problem): "\(field): \(problem)"
        case .duplicate(let field): "\(field): the name is taken"
        }
    }
}
