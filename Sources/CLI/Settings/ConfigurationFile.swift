import ArgumentParser
import Configuration
import FoundationEssentials
import Gateway
import Prompting
import SystemPackage
import Yams

/// `--config`: what `serve`, `models` and `prompt` read from a file.
struct ConfigurationOptions: ParsableArguments {
    @Option(help: "A YAML file with the configuration.")
    var config: String?

    /// What the file says, and the built-in choice where it says nothing.
    func read() async throws(ConfigurationError) -> ConfiguredModels {
        guard let config else { return ConfiguredModels() }
        let file = try await ConfigurationFile(path: config)
        return ConfiguredModels(formats: try file.formats(), aliases: file.aliases)
    }

    /// The same, with the limits of a server.
    func readServer() async throws(ConfigurationError) -> (models: ConfiguredModels, limits: ConfiguredLimits) {
        guard let config else { return (ConfiguredModels(), ConfiguredLimits()) }
        let file = try await ConfigurationFile(path: config)
        return (ConfiguredModels(formats: try file.formats(), aliases: file.aliases), file.limits)
    }
}

/// What a configuration says about models.
struct ConfiguredModels: Sendable {
    /// The formats that models are spoken to in: the built-in ones, changed as the configuration says.
    var formats = FormatTable.builtIn
    /// The user's own names for models.
    var aliases = ModelAliases()
}

/// A configuration file, in YAML.
///
/// | key | value |
/// |---|---|
/// | `formats` | a JSON file with prompt formats and rules of the user's own; its path is relative to this file |
/// | `http` | limits of what clients may make the server hold or wait for |
/// | `answers` | how long an answer may take |
/// | `models` | the key `aliases`: a name for each list of models' names and patterns |
struct ConfigurationFile {
    private let path: FilePath
    private let reader: ConfigReader
    /// The user's own names for models.
    let aliases: ModelAliases
    let limits: ConfiguredLimits

    private static let keys = ["formats", "models"] + ConfiguredLimits.sections

    init(path: String) async throws(ConfigurationError) {
        self.path = FilePath(path)
        let text = try Self.read(self.path)
        (aliases, limits) = try Self.sections(text, path: path)
        do {
            reader = ConfigReader(provider: try await FileProvider<YAMLSnapshot>(filePath: self.path))
        } catch {
            throw ConfigurationError(path, "\(error)")
        }
    }

    /// The format table with what the file of `formats` adds and replaces.
    func formats() throws(ConfigurationError) -> FormatTable {
        guard let name = reader.string(forKey: "formats") else { return .builtIn }
        let file = path.removingLastComponent().pushing(FilePath(name))
        let text = try Self.read(file)
        do {
            return try FormatTable.builtIn.with(try JSONDecoder().decode(FormatOverrides.self, from: Data(text.utf8)))
        } catch let error as DecodingError {
            throw ConfigurationError(file.string, error.inOneLine)
        } catch {
            throw ConfigurationError(file.string, "\(error)")
        }
    }

    private static func read(_ path: FilePath) throws(ConfigurationError) -> String {
        do {
            let data = try Data(contentsOf: URL(filePath: path.string))
            guard let text = String(validating: data, as: UTF8.self) else {
                throw ConfigurationError(path.string, "The file is not UTF-8.")
            }
            return text
        } catch let error as ConfigurationError {
            throw error
        } catch {
            throw ConfigurationError(path.string, "The file cannot be read.")
        }
    }

    /// Checks the keys, and reads the ones that have more below them.
    ///
    /// swift-configuration reads the keys that it is asked for; one that is misspelt would go unseen.
    private static func sections(
        _ text: String,
        path: String
    ) throws(ConfigurationError) -> (ModelAliases, ConfiguredLimits) {
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw ConfigurationError(path, "\(error)")
        }
        var aliases = ModelAliases()
        var limits = ConfiguredLimits()
        guard let root else { return (aliases, limits) }
        guard let mapping = root.mapping else { throw ConfigurationError(path, "The file is not a list of keys.") }
        for (key, value) in mapping {
            let line = (key.mark?.line).map { "line \($0): " } ?? ""
            guard let name = key.string, keys.contains(name) else {
                let known = keys.map { "'\($0)'" }.joined(separator: ", ")
                throw ConfigurationError(path, "\(line)'\(key.string ?? "")' is no key; known are \(known).")
            }
            if name == "models" {
                aliases = try ConfiguredAliases.read(value, path: path)
                continue
            }
            if ConfiguredLimits.sections.contains(name) {
                try limits.read(name, value, path: path)
                continue
            }
            // YAML reads a key without a value as null.
            guard let file = value.string, !["", "~", "null"].contains(file) else {
                throw ConfigurationError(path, "\(line)'\(name)' is the path of a file.")
            }
        }
        return (aliases, limits)
    }
}

/// What is wrong with a configuration file, in a line that names it.
struct ConfigurationError: Error, CustomStringConvertible {
    let description: String

    init(_ path: String, _ reason: String) {
        description = "\(path): \(reason.split(whereSeparator: \.isNewline).joined(separator: " "))"
    }
}

extension DecodingError {
    /// Where in the document, and what is wrong there.
    fileprivate var inOneLine: String {
        let (context, what): (Context, String) =
            switch self {
            case .keyNotFound(let key, let context): (context, "'\(key.stringValue)' is missing")
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
                (context, context.debugDescription)
            @unknown default: (Context(codingPath: [], debugDescription: ""), "\(self)")
            }
        let place = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
            .dropFirst()
        return place.isEmpty ? what : "\(place): \(what)"
    }
}
