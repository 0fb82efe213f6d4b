import Gateway
import Horde
import Secrets
import SystemPackage
import Yams

/// The part `keys` of a configuration file: the keys that the server gives out itself.
enum ConfiguredKeys {
    /// The keys, whose names and digests are told apart.
    ///
    /// - Throws: what is wrong, with the line.
    static func read(_ node: Node, at name: Node, path: String) throws(ConfigurationError) -> [LocalKey] {
        guard let entries = node.sequence else {
            throw ConfigurationError(path, name.line, "'keys' is a list: see interposer key new.")
        }
        var keys: [LocalKey] = []
        for entry in entries {
            let key = try read(entry, path: path)
            guard !keys.contains(where: { $0.name == key.name || $0.digest == key.digest }) else {
                throw ConfigurationError(path, entry.line, "There is a key with this name or this digest already.")
            }
            keys.append(key)
        }
        return keys
    }

    private static let fields = [
        "name", "digest", "horde_key_file", "max_concurrent", "daily_tokens", "daily_kudos", "models",
    ]

    private static func read(_ node: Node, path: String) throws(ConfigurationError) -> LocalKey {
        var values: [String: Node] = [:]
        for (field, value) in node.mapping ?? [:] {
            guard let text = field.string, fields.contains(text) else {
                let help = Likeness.closest(to: field.string ?? "", of: fields).map { "did you mean '\($0)'?" }
                let known = "known are " + fields.map { "'\($0)'" }.joined(separator: ", ") + "."
                let problem = "'\(field.string ?? "")' is no key of an entry of 'keys'; \(help ?? known)"
                throw ConfigurationError(path, field.line, problem)
            }
            values[text] = value
        }
        guard let name = values["name"]?.text, !name.isEmpty, name.utf8.count <= 64,
            name.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw problem("name", "a short name without blanks", node, path) }
        guard let digest = values["digest"]?.text.flatMap(SHA256.digest(written:)) else {
            throw problem("digest", "'sha256:' and 64 hexadecimal digits", values["digest"] ?? node, path)
        }
        var key = LocalKey(name: name, digest: digest)
        if let file = values["horde_key_file"] {
            guard let text = file.text else { throw problem("horde_key_file", "the path of a file", file, path) }
            key.hordeKey = try KeyFile.key(in: FilePath(path).removingLastComponent().pushing(FilePath(text)).string)
        }
        key.terms.concurrencyMax = try number("max_concurrent", values, path)
        key.terms.dailyTokensMax = try number("daily_tokens", values, path)
        key.terms.dailyKudosMax = try number("daily_kudos", values, path)
        if let models = values["models"] {
            let nodes = models.sequence.map(Array.init) ?? [models]
            let texts = nodes.compactMap(\.text)
            guard !texts.isEmpty, texts.count == nodes.count else {
                throw problem("models", "a list of names and patterns", models, path)
            }
            key.terms.models = texts
        }
        return key
    }

    private static func number(
        _ field: String,
        _ values: [String: Node],
        _ path: String
    ) throws(ConfigurationError) -> Int? {
        guard let node = values[field] else { return nil }
        guard let number = node.int, (1...1_000_000_000).contains(number) else {
            throw problem(field, "a number from 1 to 1000000000", node, path)
        }
        return number
    }

    private static func problem(_ field: String, _ expected: String, _ node: Node, _ path: String) -> ConfigurationError
    {
        ConfigurationError(path, node.line, "'\(field)' of an entry of 'keys' has to be \(expected).")
    }
}
