import FoundationEssentials
import Gateway
import Prompting
import SystemPackage
import Yams

/// A configuration file, in YAML: the texts of its settings, with their lines, and the names it gives to models.
///
/// Read from the YAML itself, because swift-configuration looks keys up and tells nobody which others there are, nor where.
struct ConfigurationFile: Sendable {
    let path: String
    /// What is set, by the settings' keys.
    private(set) var texts: [String: [String]] = [:]
    private(set) var lines: [String: Int] = [:]
    /// The user's own names for models.
    private(set) var aliases = ModelAliases()

    /// The keys that the server gives out itself.
    private(set) var localKeys: [LocalKey] = []

    private static let aliasesKey = "models.aliases"
    private static let localKeysKey = "keys"
    /// Those that are no setting have more than texts below them.
    private static let keys = Setting.all.map(\.key) + [aliasesKey, localKeysKey]

    init(path: String) throws(ConfigurationError) {
        self.path = path
        let root: Node?
        do {
            root = try Yams.compose(yaml: try Self.read(path))
        } catch let error as ConfigurationError {
            throw error
        } catch {
            throw ConfigurationError(path, "\(error)")
        }
        guard let root else { return }
        guard root.mapping != nil else { throw ConfigurationError(path, "The file is not a list of keys.") }
        try read(root, below: "")
    }

    /// Reads the keys below one of them, and those below these.
    private mutating func read(_ node: Node, below parent: String) throws(ConfigurationError) {
        guard let mapping = node.mapping else {
            let known = Self.children(of: parent).map { "'\($0)'" }.joined(separator: ", ")
            throw ConfigurationError(path, node.line, "'\(parent)' has keys: \(known).")
        }
        for (name, value) in mapping {
            let key = (parent.isEmpty ? "" : parent + ".") + (name.string ?? "")
            if key == Self.aliasesKey {
                aliases = try ConfiguredAliases.read(value, at: name, path: path)
            } else if key == Self.localKeysKey {
                localKeys = try ConfiguredKeys.read(value, at: name, path: path)
            } else if let setting = Setting.all.first(where: { $0.key == key }) {
                try read(setting, value, at: name)
            } else if Self.keys.contains(where: { $0.hasPrefix(key + ".") }), !key.isEmpty {
                try read(value, below: key)
            } else {
                throw unknown(name, below: parent)
            }
        }
    }

    private mutating func read(_ setting: Setting, _ value: Node, at name: Node) throws(ConfigurationError) {
        let nodes = setting.isList ? value.sequence.map(Array.init) ?? [value] : [value]
        let texts = nodes.compactMap(\.text)
        guard texts.count == nodes.count else {
            throw ConfigurationError(path, name.line, "'\(setting.key)' has to be \(setting.expected).")
        }
        self.texts[setting.key] = texts
        lines[setting.key] = name.line
    }

    private func unknown(_ name: Node, below parent: String) -> ConfigurationError {
        let known = Self.children(of: parent)
        let text = name.string ?? ""
        let place = parent.isEmpty ? "" : " of '\(parent)'"
        let help =
            if let alike = Likeness.closest(to: text, of: known) {
                "did you mean '\(alike)'?"
            } else {
                "known are " + known.map { "'\($0)'" }.joined(separator: ", ") + "."
            }
        return ConfigurationError(path, name.line, "'\(text)' is no key\(place); \(help)")
    }

    /// The names right below a key, in their order.
    private static func children(of parent: String) -> [String] {
        let prefix = parent.isEmpty ? "" : parent + "."
        var names: [String] = []
        for key in keys where key.hasPrefix(prefix) {
            let name = String(key.dropFirst(prefix.count).prefix { $0 != "." })
            if !names.contains(name) { names.append(name) }
        }
        return names
    }

    /// The text of a file.
    static func read(_ path: String) throws(ConfigurationError) -> String {
        guard let data = try? Data(contentsOf: URL(filePath: path)) else {
            throw ConfigurationError(path, "The file cannot be read.")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw ConfigurationError(path, "The file is not UTF-8.")
        }
        return text
    }
}

/// What is wrong with a configuration, in a line that names the place.
struct ConfigurationError: Error, CustomStringConvertible {
    let description: String
    /// Whether it is the command line.
    let isUsage: Bool

    /// - Parameters:
    ///   - path: the file.
    ///   - line: in it.
    ///   - reason: a sentence.
    init(_ path: String, _ line: Int?, _ reason: String) {
        self.init(line.map { "\(path):\($0)" } ?? path, reason)
    }

    /// - Parameters:
    ///   - place: a file, a flag or a variable.
    ///   - reason: a sentence.
    ///   - isUsage: whether the place is a flag.
    init(_ place: String, _ reason: String, isUsage: Bool = false) {
        self.isUsage = isUsage
        description = "\(place): \(reason.split(whereSeparator: \.isNewline).joined(separator: " "))"
    }
}

extension Node {
    /// Its line in the file.
    var line: Int? { mark?.line }

    /// The text of a scalar; nil for what YAML reads as null, and for everything else.
    var text: String? {
        guard let scalar else { return nil }
        if scalar.style == .plain, ["", "~", "null", "Null", "NULL"].contains(scalar.string) { return nil }
        return scalar.string
    }
}
