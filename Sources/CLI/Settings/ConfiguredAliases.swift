import Gateway
import Yams

/// The part `models` of a configuration file, which has names of the user's own for models.
///
/// Read from the YAML itself, because swift-configuration looks up keys and tells nobody which ones there are.
enum ConfiguredAliases {
    private static let keys = ["aliases"]

    /// The aliases under `models`.
    ///
    /// - Throws: what is wrong, with the line.
    static func read(_ node: Node, path: String) throws(ConfigurationError) -> ModelAliases {
        guard let models = node.mapping else {
            throw ConfigurationError(path, "\(node.linePrefix)'models' has the key 'aliases'.")
        }
        var aliases = ModelAliases()
        for (key, value) in models {
            guard let name = key.string, keys.contains(name) else {
                let problem = "'\(key.string ?? "")' is no key of 'models'; known are 'aliases'."
                throw ConfigurationError(path, key.linePrefix + problem)
            }
            guard let entries = value.mapping else {
                let problem = "'aliases' has a name for each list of models."
                throw ConfigurationError(path, key.linePrefix + problem)
            }
            for (alias, models) in entries { try add(alias, models, to: &aliases, path: path) }
        }
        return aliases
    }

    private static func add(
        _ key: Node,
        _ value: Node,
        to aliases: inout ModelAliases,
        path: String
    ) throws(ConfigurationError) {
        guard let name = key.string else {
            throw ConfigurationError(path, "\(key.linePrefix)An alias is a text.")
        }
        let nodes = value.sequence.map(Array.init) ?? [value]
        var entries: [String] = []
        for node in nodes {
            guard let entry = node.text else {
                let problem = "'\(name)' is a model's name or pattern, or a list of such."
                throw ConfigurationError(path, (node.mark == nil ? key : node).linePrefix + problem)
            }
            entries.append(entry)
        }
        do throws(ModelAliasProblem) {
            try aliases.add(name, entries)
        } catch .entryLength(let place) {
            throw ConfigurationError(
                path,
                "\(nodes[place].linePrefix)'\(name)': \(ModelAliasProblem.entryLength(place))."
            )
        } catch {
            throw ConfigurationError(path, "\(key.linePrefix)'\(name)': \(error).")
        }
    }
}

extension Node {
    /// Names its line in the file, for a message about it.
    var linePrefix: String { (mark?.line).map { "line \($0): " } ?? "" }

    /// The text of a scalar; nil for what YAML reads as null, and for everything else.
    var text: String? {
        guard let scalar else { return nil }
        if scalar.style == .plain, ["", "~", "null", "Null", "NULL"].contains(scalar.string) { return nil }
        return scalar.string
    }
}
