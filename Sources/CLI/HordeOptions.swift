import ArgumentParser
import EventLoop
import Gateway
import HTTPClient
import Horde
import Prompting

/// Where Horde is, who asks, and the file: the settings that all commands share which talk to Horde.
struct HordeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A YAML file with the configuration.", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("Where AI Horde is. (default: $AI_HORDE_URL, or https://aihorde.net)", valueName: "url"))
    var hordeURL: String?

    @Option(
        help: ArgumentHelp(
            """
            The AI Horde key for clients that bring none; better in a file or in the environment, where other users do not \
            see it. (default: $AI_HORDE_API_KEY, or the anonymous 0000000000)
            """,
            valueName: "key"
        )
    )
    var apiKey: String?

    @Option(
        help: ArgumentHelp(
            """
            A file with that key, which not everybody may read. (default: $AI_HORDE_API_KEY_FILE, or the credential \
            horde-api-key of systemd)
            """,
            valueName: "file"
        )
    )
    var apiKeyFile: String?

    /// Decides all settings.
    ///
    /// - Parameter flags: those of the command itself, by the settings' keys.
    /// - Returns: what is chosen, and where.
    /// - Throws: what is wrong, with its place.
    func settle(_ flags: [String: [String]] = [:]) throws(ConfigurationError) -> SettledSettings {
        var flags = flags
        flags["horde.url"] = hordeURL.map { [$0] }
        flags["horde.api_key"] = apiKey.map { [$0] }
        flags["horde.api_key_file"] = apiKeyFile.map { [$0] }
        var file: ConfigurationFile?
        if let config { file = try ConfigurationFile(path: config) }
        return try SettingSources(flags: flags, environment: Environment.all, file: file).settle()
    }

    /// What a command needs that asks Horde by itself.
    ///
    /// - Parameter isSubmitting: whether it submits jobs, for which there are limits.
    /// - Returns: what is chosen.
    /// - Throws: what is wrong, with its place.
    func read(isSubmitting: Bool = false) throws(ConfigurationError) -> HordeSettings {
        var settled = try settle()
        if !isSubmitting { settled.settings.submitsPerMinute = 0 }
        settled.settings.publicURL = nil
        return HordeSettings(
            horde: settled.horde,
            key: try settled.key(),
            formats: try settled.formats(),
            aliases: settled.settings.aliases
        )
    }
}

/// How a command asks Horde, and what it makes of the answers.
struct HordeSettings: Sendable {
    let horde: Horde.Configuration
    let key: HordeKey
    /// How models are spoken to.
    let formats: FormatTable
    /// The user's own names for models.
    let aliases: ModelAliases

    /// What Horde offers now.
    @LoopActor
    func catalog(from horde: Horde) async throws(HordeError) -> Catalog {
        try await Catalog.fetch(from: horde, formats: formats, aliases: aliases)
    }
}

extension SettledSettings {
    var horde: Horde.Configuration {
        Horde.Configuration(
            url: settings.hordeURL,
            submitsPerMinute: settings.submitsPerMinute,
            clientAgent: "interposer:\(Version.current):none",
            publicURL: settings.publicURL
        )
    }

    /// The server's own key: the one that is set, or that of a file or of systemd's credentials, or the anonymous one.
    func key() throws(ConfigurationError) -> HordeKey {
        if let key = settings.hordeKey { return key }
        if let file = settings.hordeKeyFile { return try KeyFile.key(in: file) }
        return try KeyFile.credential() ?? .anonymous
    }
}
