/// Models whose names match `match` and not `unless` are written in `format`.
struct NameRule: Decodable, Sendable {
    let id: String
    let match: NamePattern
    let unless: NamePattern?
    let format: String
    /// The name of the way these models are made to think, where it is not the format's own.
    let reasoning: String?
    /// The name of what the models of this rule need on top of their format.
    let profile: String?
    /// The name of the way in which these models were trained to call tools; `nil` where nothing is known of it.
    let tools: String?
    /// A rule that knows no name and goes by the model's size: it counts only if no other rule matches.
    let isGuess: Bool?
    /// A rule that knows the family and not the version: a guess by size that names a format of the same family, the
    /// word before the first hyphen, goes before its own `format`.
    let sizeFirst: Bool?

    func matches(_ name: String) -> Bool {
        match.matches(name) && unless?.matches(name) != true
    }

    /// Whether a format is of the same family as this rule's: `mistral-v1` is to `mistral-v3-tekken`.
    func isSameFamily(_ other: String) -> Bool {
        format.prefix { $0 != "-" } == other.prefix { $0 != "-" }
    }
}

/// Models whose names match `match` and which think in this style, whatever decides on their format.
struct Thinker: Decodable, Sendable {
    let id: String
    let match: NamePattern
    /// The name of the style.
    let reasoning: String
}

extension NameRule {
    /// A user's own rule; it sees names in lower case and may be written in any.
    /// - Throws: an error that names the field.
    init(_ rule: FormatOverrides.Rule) throws(FormatTableError) {
        id = rule.id
        match = try Self.pattern(rule.match, field: "formats.rules.\(rule.id).match")
        unless = try rule.unless.map { text throws(FormatTableError) in
            try Self.pattern(text, field: "formats.rules.\(rule.id).unless")
        }
        format = rule.format
        reasoning = rule.reasoning
        profile = nil
        tools = rule.tools
        isGuess = nil
        sizeFirst = nil
    }

    private static func pattern(_ text: String, field: String) throws(FormatTableError) -> NamePattern {
        do {
            return try NamePattern([text], ignoresCase: true)
        } catch {
            throw .brokenExpression(field: field, problem: "\(error)")
        }
    }
}
