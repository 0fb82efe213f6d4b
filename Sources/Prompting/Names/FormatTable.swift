import FoundationEssentials
import Synchronization

/// All formats we can write, and the one that each model's name asks for.
///
/// `chat-formats.json` has the formats, and `NameTable` decides by the name. The table remembers what it chose, so that
/// asking again costs a look into a dictionary.
package final class FormatTable: Sendable {
    /// The table that comes with the program, from `chat-formats.json` and `model-names.json`.
    package static let builtIn: FormatTable = {
        do {
            let file = try JSONDecoder().decode(File.self, from: Data(PackageResources.chat_formats_json))
            let names = try JSONDecoder().decode(NameTable.self, from: Data(PackageResources.model_names_json))
            let styles = Dictionary(file.reasoning.map { ($0.name, $0) }) { first, _ in first }
            let empty = FormatTable(formats: [:], styles: styles, names: names)
            return FormatTable(formats: try empty.added(file.formats), styles: styles, names: names)
        } catch {
            preconditionFailure("The tables are part of the program and are tested: \(error)")
        }
    }()

    private struct File: Decodable {
        let formats: [PromptFormat]
        let reasoning: [ReasoningStyle]
    }

    private let formats: [String: PromptFormat]
    let styles: [String: ReasoningStyle]
    let nameTable: NameTable
    private let memory = Mutex(ChoiceMemory())

    private init(formats: [String: PromptFormat], styles: [String: ReasoningStyle], names: NameTable) {
        self.formats = formats
        self.styles = styles
        nameTable = names
    }

    /// The names of all formats, sorted.
    package var names: [String] { formats.keys.sorted() }

    /// The format of this name, `nil` if there is none.
    package subscript(name: String) -> PromptFormat? { formats[name] }

    /// How often the rules were asked; each name is asked for once.
    var decisions: Int { memory.withLock { $0.decisions } }

    /// The format a model of this name is spoken to in; never fails, as every model takes some text.
    ///
    /// The first look at a name takes about a millisecond. Of a longer name than Horde allows only the beginning counts.
    package func format(forModel name: String) -> FormatChoice {
        let name = ModelName.lookedAt(name)
        if let known = memory.withLock({ $0.choice(for: name) }) { return known }
        // Two threads may decide the same name at once, and come to the same choice.
        let choice = choice(by: nameTable.decision(for: name))
        memory.withLock { $0.remember(choice, for: name) }
        return choice
    }

    private func choice(by decision: NameDecision) -> FormatChoice {
        guard var format = formats[decision.format] else {
            preconditionFailure("There is no format \(decision.format), and the tables are checked for it.")
        }
        if let style = decision.reasoning.flatMap({ styles[$0] }) { format.reasoning = style }
        if let tools = decision.tools {
            format.tools = tools
            format.isToolTrained = tools != ToolMarkup.none
        }
        if let profile = decision.profile.flatMap({ nameTable.profiles[$0] }) {
            format = format.applying(profile: profile)
        }
        if decision.isOfficial, let position = format.system.officialPosition { format.system.position = position }
        return FormatChoice(format: format, source: decision.source)
    }
}

extension FormatTable {
    /// This table with a user's entries in front of its own, instead of those it had; it remembers nothing yet.
    /// - Throws: an error that names the field, for an entry that names what there is not, an expression that cannot be
    ///   read, or a name that is taken.
    package func with(_ overrides: FormatOverrides) throws(FormatTableError) -> FormatTable {
        let formats = try added(overrides.formats)
        for (model, format) in overrides.models.sorted(by: { $0.key < $1.key }) where formats[format] == nil {
            throw .unknownFormat(field: "formats.models.\(model)", name: format)
        }
        var taken = Set(nameTable.rules.map(\.id))
        var rules: [NameRule] = []
        for rule in overrides.rules {
            let field = "formats.rules.\(rule.id)"
            guard taken.insert(rule.id).inserted else { throw .duplicate(field: field) }
            guard formats[rule.format] != nil else {
                throw .unknownFormat(field: "\(field).format", name: rule.format)
            }
            if let style = rule.reasoning, styles[style] == nil {
                throw .unknownReasoning(field: "\(field).reasoning", name: style)
            }
            if let tools = rule.tools, !ToolMarkup.names.contains(tools) {
                throw .unknownTools(field: "\(field).tools", name: tools)
            }
            rules.append(try NameRule(rule))
        }
        return FormatTable(
            formats: formats,
            styles: styles,
            names: nameTable.with(models: overrides.models, rules: rules)
        )
    }

    /// The formats of this table and these, which replace those of the same name, each with its reasoning style.
    private func added(_ more: [PromptFormat]) throws(FormatTableError) -> [String: PromptFormat] {
        var formats = formats
        var added: Set<String> = []
        for var format in more {
            let field = "formats.formats.\(format.name)"
            guard added.insert(format.name).inserted else { throw .duplicate(field: field) }
            guard let style = styles[format.reasoning.name] else {
                throw .unknownReasoning(field: "\(field).reasoning", name: format.reasoning.name)
            }
            guard ToolMarkup.names.contains(format.tools) else {
                throw .unknownTools(field: "\(field).tools", name: format.tools)
            }
            format.reasoning = style
            formats[format.name] = format
        }
        return formats
    }
}
