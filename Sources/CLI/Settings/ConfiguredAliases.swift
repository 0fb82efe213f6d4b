import Gateway
import Yams

/// The part `models.aliases` of a configuration file, which has names of the user's own for models.
enum ConfiguredAliases {
    /// The aliases.
    ///
    /// - Throws: what is wrong, with the line.
    static func read(_ node: Node, at name: Node, path: String) throws(ConfigurationError) -> ModelAliases {
        guard let entries = node.mapping else {
            throw ConfigurationError(path, name.line, "'models.aliases' has a name for each list of models.")
        }
        var aliases = ModelAliases()
        for (alias, models) in entries { try add(alias, models, to: &aliases, path: path) }
        return aliases
    }

    private static func add(
        _ key: Node,
        _ value: Node,
        to aliases: inout ModelAliases,
        path: String
    ) throws(ConfigurationError) {
        guard let name = key.string else {
            throw ConfigurationError(path, key.line, "An alias is a text.")
        }
        let nodes = value.sequence.map(Array.init) ?? [value]
        var entries: [String] = []
        for node in nodes {
            guard let entry = node.text else {
                let problem = "'\(name)' is a model's name or pattern, or a list of such."
                throw ConfigurationError(path, (node.mark == nil ? key : node).line, problem)
            }
            entries.append(entry)
        }
        do throws(ModelAliasProblem) {
            try aliases.add(name, entries)
        } catch .entryLength(let place) {
            throw ConfigurationError(
                path,
                nodes[place].line,
                "'\(name)': \(ModelAliasProblem.entryLength(place))."
            )
        } catch {
            throw ConfigurationError(path, key.line, "'\(name)': \(error).")
        }
    }
}
