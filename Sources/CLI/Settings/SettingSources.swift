import Configuration
import FoundationEssentials
import Gateway
import HTTPServer
import Prompting
import SystemPackage

/// Where settings come from, the first that has one winning: flags, the environment, the file.
struct SettingSources: Sendable {
    private enum Source { case flag, environment, file }

    private let providers: [(source: Source, provider: any ConfigProvider)]
    private let file: ConfigurationFile?
    /// The variable that sets a setting, where one does.
    private let variables: [String: String]

    /// - Parameters:
    ///   - flags: by the settings' keys.
    ///   - environment: all of it.
    ///   - file: if there is one.
    init(flags: [String: [String]] = [:], environment: [String: String], file: ConfigurationFile?) {
        self.file = file
        var variables: [String: String] = [:]
        var renamed: [String: String] = [:]
        for setting in Setting.all {
            let names = [setting.variable] + setting.otherVariables
            // What is set to nothing counts as not set.
            guard let name = names.first(where: { environment[$0]?.isEmpty == false }) else { continue }
            variables[setting.key] = name
            renamed[String(setting.variable.dropFirst(Self.prefix.count))] = environment[name]
        }
        self.variables = variables
        providers = [
            (.flag, Self.provider(flags)),
            (.environment, EnvironmentVariablesProvider(environmentVariables: renamed)),
            (.file, Self.provider(file?.texts ?? [:])),
        ]
    }

    private static let prefix = "INTERPOSER_"

    private static func provider(_ texts: [String: [String]]) -> InMemoryProvider {
        let values = Setting.all.compactMap { setting in
            texts[setting.key].map { texts in
                let content: ConfigContent = setting.isList ? .stringArray(texts) : .string(texts.first ?? "")
                return (setting.path, ConfigValue(content, isSecret: setting.isSecret))
            }
        }
        return InMemoryProvider(values: Dictionary(uniqueKeysWithValues: values))
    }

    /// Decides each setting.
    ///
    /// - Returns: what is chosen, and where.
    /// - Throws: the first text that is no value of its setting.
    func settle() throws(ConfigurationError) -> SettledSettings {
        var settled = SettledSettings()
        settled.settings.aliases = file?.aliases ?? ModelAliases()
        settled.settings.localKeys = file?.localKeys ?? []
        var ranks: [String: Int] = [:]
        for setting in Setting.all {
            for (rank, (source, provider)) in providers.enumerated() {
                guard let texts = Self.texts(of: setting, in: provider) else { continue }
                let place = place(of: setting, in: source)
                guard setting.set(&settled.settings, texts) else {
                    throw problem(with: setting, texts, in: source)
                }
                settled.sources[setting.key] = place
                ranks[setting.key] = rank
                break
            }
        }
        try chooseKey(&settled, ranks)
        settled.settings.formats = path(settled.settings.formats, ranks["formats"])
        settled.settings.certificate = path(settled.settings.certificate, ranks["tls.certificate"])
        settled.settings.certificateKey = path(settled.settings.certificateKey, ranks["tls.key"])
        return settled
    }

    private static func texts(of setting: Setting, in provider: any ConfigProvider) -> [String]? {
        let type: ConfigType = setting.isList ? .stringArray : .string
        switch try? provider.value(forKey: setting.path, type: type).value?.content {
        case .string(let text): return [text]
        case .stringArray(let texts): return texts
        default: return nil
        }
    }

    /// Of a key and a file with a key, the source counts that comes first.
    private func chooseKey(_ settled: inout SettledSettings, _ ranks: [String: Int]) throws(ConfigurationError) {
        guard let key = ranks["horde.api_key"], let file = ranks["horde.api_key_file"] else { return }
        if key == file {
            let place = settled.sources["horde.api_key_file"] ?? ""
            throw ConfigurationError(place, "A key and a file with a key exclude each other.", isUsage: key == 0)
        }
        if key < file { settled.settings.hordeKeyFile = nil } else { settled.settings.hordeKey = nil }
        settled.sources[key < file ? "horde.api_key_file" : "horde.api_key"] = nil
    }

    /// Paths in a file are relative to it.
    private func path(_ path: String?, _ rank: Int?) -> String? {
        guard let path, let rank, providers[rank].source == .file, let file else { return path }
        return FilePath(file.path).removingLastComponent().pushing(FilePath(path)).string
    }

    private func place(of setting: Setting, in source: Source) -> String {
        switch source {
        case .flag: setting.flag ?? ""
        case .environment: variables[setting.key] ?? ""
        case .file: "\(file?.path ?? ""):\(file?.lines[setting.key] ?? 0)"
        }
    }

    private func problem(with setting: Setting, _ texts: [String], in source: Source) -> ConfigurationError {
        let name = source == .file ? "'\(setting.key)'" : "The value"
        let found = setting.isSecret ? "" : ", not '\(texts.joined(separator: ", "))'"
        return ConfigurationError(
            place(of: setting, in: source),
            "\(name) has to be \(setting.expected)\(found).",
            isUsage: source == .flag
        )
    }
}

/// What was chosen, with the place of each choice; where there is none it is the usual.
struct SettledSettings: Sendable {
    var settings = ServeSettings()
    var sources: [String: String] = [:]

    /// Certificate and key, read and found to belong together; nil where there is no TLS.
    func tls() throws(ConfigurationError) -> TLSContext? {
        guard settings.certificate != nil || settings.certificateKey != nil else { return nil }
        guard let certificate = settings.certificate, let key = settings.certificateKey else {
            let missing = settings.certificate == nil ? "tls.certificate" : "tls.key"
            throw ConfigurationError(
                sources["tls.certificate"] ?? sources["tls.key"] ?? "tls",
                "'\(missing)' is missing."
            )
        }
        do {
            return try TLSContext(certificate: certificate, key: key)
        } catch {
            throw ConfigurationError(sources["tls.certificate"] ?? "tls", "\(error).")
        }
    }

    /// The formats that models are spoken to in: the built-in ones, changed as the operator's file says.
    func formats() throws(ConfigurationError) -> FormatTable {
        guard let path = settings.formats else { return .builtIn }
        let text = try ConfigurationFile.read(path)
        do {
            return try FormatTable.builtIn.with(try JSONDecoder().decode(FormatOverrides.self, from: Data(text.utf8)))
        } catch let error as DecodingError {
            throw ConfigurationError(path, error.inOneLine)
        } catch {
            throw ConfigurationError(path, "\(error)")
        }
    }
}

extension Setting {
    fileprivate var path: AbsoluteConfigKey { AbsoluteConfigKey(key.split(separator: ".").map(String.init)) }
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
