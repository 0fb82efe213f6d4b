import FoundationEssentials

/// All formats we can write, and the rules that pick one for a model's name.
///
/// Horde gives a model's name and nothing else, so the name decides: the first rule that matches wins.
package struct FormatTable: Sendable {
    /// The table that comes with the program, from `Resources/chat-formats.json`.
    package static let builtIn: FormatTable = {
        do {
            return FormatTable(try JSONDecoder().decode(File.self, from: Data(PackageResources.chat_formats_json)))
        } catch {
            preconditionFailure("The format table is part of the program and is tested: \(error)")
        }
    }()

    struct File: Decodable {
        let formats: [PromptFormat]
        let fallback: String
        let officialNames: [NamePattern]
        let noise: ModelName.Noise
        let rules: [Rule]
    }

    /// Names that match one of `any` and none of `unless` are written in `format`.
    struct Rule: Decodable, Sendable {
        let id: String
        let any: [NamePattern]
        let unless: [NamePattern]?
        let format: String
        /// A rule that knows no name and goes by the model's size: it counts only if no other rule matches.
        let isGuess: Bool?

        func matches(_ name: String) -> Bool {
            any.contains { $0.matches(name) } && !(unless ?? []).contains { $0.matches(name) }
        }
    }

    private let formats: [String: PromptFormat]
    private let fallback: PromptFormat
    private let officialNames: [NamePattern]
    let noise: ModelName.Noise
    let rules: [Rule]

    private init(_ file: File) {
        formats = Dictionary(file.formats.map { ($0.name, $0) }) { first, _ in first }
        guard let fallback = formats[file.fallback] else {
            preconditionFailure("The fallback \(file.fallback) is no format of the table.")
        }
        self.fallback = fallback
        officialNames = file.officialNames
        noise = file.noise
        rules = file.rules
    }

    /// The names of all formats, sorted.
    package var names: [String] { formats.keys.sorted() }

    /// The format of this name, `nil` if there is none.
    package subscript(name: String) -> PromptFormat? { formats[name] }

    /// The format a model of this name is spoken to in; never fails, as every model takes some text.
    package func format(forModel name: String) -> FormatChoice {
        let name = ModelName(name, without: noise)
        // The maker's name may tell what the model's own does not; a guess by size comes after both.
        let rule =
            rules.first { $0.isGuess != true && $0.matches(name.last) }
            ?? rules.first { $0.isGuess != true && $0.matches(name.full) }
            ?? rules.first { $0.matches(name.last) }
        guard let rule, let format = formats[rule.format] else {
            return FormatChoice(format: fallback, reason: "fallback")
        }
        return FormatChoice(format: asTrained(format, name), reason: "rule \(rule.id)")
    }

    /// The maker's own releases want the system text elsewhere than fine-tunes of them do.
    private func asTrained(_ format: PromptFormat, _ name: ModelName) -> PromptFormat {
        guard let position = format.system.officialPosition,
            officialNames.contains(where: { $0.matches(name.full) || $0.matches(name.last) })
        else { return format }
        var format = format
        format.system.position = position
        return format
    }
}

/// A format and why it was chosen.
package struct FormatChoice: Equatable, Sendable {
    package let format: PromptFormat
    /// `rule` and its id, or `fallback`.
    package let reason: String
}
