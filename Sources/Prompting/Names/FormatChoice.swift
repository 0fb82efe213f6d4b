/// A format and why it was chosen.
package struct FormatChoice: Equatable, Sendable {
    /// What decided.
    package enum Source: Equatable, Sendable, CustomStringConvertible {
        /// The user's configuration, which has this very name.
        case override
        /// Horde's reference of models.
        case reference
        /// A rule on the name, the user's own or a built-in one, by its id.
        case rule(String)
        /// A rule on the name of the model that this one is a tune of, by its id.
        case baseline(String)
        /// Nothing is known about the name.
        case fallback

        package var description: String {
            switch self {
            case .override: "override"
            case .reference: "reference"
            case .rule(let id): "rule \(id)"
            case .baseline(let id): "baseline \(id)"
            case .fallback: "fallback"
            }
        }
    }

    /// The format, with the way the model is made to think and what else its rule asks for.
    package let format: PromptFormat
    package let source: Source
}

/// The choices made so far, so that the rules are evaluated once for a name.
struct ChoiceMemory: Sendable {
    /// Horde serves some hundred models at a time; the bound is for a stream of invented names.
    static let namesMax = 4096

    private var choices: [String: FormatChoice] = [:]
    /// How often a choice was made and not remembered.
    private(set) var decisions = 0

    var count: Int { choices.count }

    func choice(for name: String) -> FormatChoice? { choices[name] }

    /// Remembers a choice; when the bound is reached it starts anew, which costs every name in use one look.
    mutating func remember(_ choice: FormatChoice, for name: String) {
        if choices.count >= Self.namesMax { choices = [:] }
        choices[name] = choice
        decisions += 1
    }
}
