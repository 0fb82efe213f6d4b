import ArgumentParser
import FoundationEssentials
import Gateway
import HTTPServer
import Horde

/// Where Horde is and who asks: what `serve`, `models` and `prompt` share.
struct HordeOptions: ParsableArguments {
    @Option(help: "Where AI Horde is. (default: $AI_HORDE_URL, or https://aihorde.net)")
    var hordeURL: HordeURL?

    @Option(
        help: """
            The AI Horde key for clients that bring none; better in a file or in the environment, where other users do not \
            see it. (default: $AI_HORDE_API_KEY, or the anonymous 0000000000)
            """
    )
    var apiKey: String?

    @Option(
        help: """
            A file with that key, which not everybody may read. (default: $AI_HORDE_API_KEY_FILE, or the credential \
            horde-api-key of systemd)
            """
    )
    var apiKeyFile: String?

    func url() throws -> HordeURL {
        if let hordeURL { return hordeURL }
        guard let text = Environment["AI_HORDE_URL"] else { return .aihorde }
        guard let url = HordeURL(text) else { throw ValidationError("AI_HORDE_URL is not an http or https URL.") }
        return url
    }

    func key() throws -> HordeKey {
        try KeySource.key(option: apiKey, file: apiKeyFile)
    }

    func horde(submitsPerMinute: Int?, publicURL: PublicURL? = nil) throws -> Horde.Configuration {
        Horde.Configuration(
            url: try url(),
            submitsPerMinute: submitsPerMinute,
            clientAgent: "interposer:\(Version.current):none",
            publicURL: publicURL
        )
    }
}

/// The environment; what is set to nothing counts as not set.
enum Environment {
    static subscript(name: String) -> String? {
        guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else { return nil }
        return value
    }

    /// Where the model list is kept.
    static var cacheDirectory: String? {
        directory(of: "CACHE_DIRECTORY", else: "XDG_CACHE_HOME", else: ".cache")
    }

    /// Where the journal is kept.
    static var stateDirectory: String? {
        directory(of: "STATE_DIRECTORY", else: "XDG_STATE_HOME", else: ".local/state")
    }

    /// What systemd gives the service, else a folder of the user's own (XDG Base Directory Specification).
    private static func directory(of service: String, else user: String, else home: String) -> String? {
        if let directories = Environment[service] { return directories.split(separator: ":").first.map(String.init) }
        if let directory = Environment[user] { return directory + "/interposer" }
        return Environment["HOME"].map { "\($0)/\(home)/interposer" }
    }
}

/// The sockets that systemd, or whoever acts like it, has opened for this process (sd_listen_fds(3)).
enum HandedOver {
    private static let first: CInt = 3
    private static let countMax: CInt = 64

    /// Their descriptors; none where they are meant for another process, as after a fork.
    static func descriptors(_ count: String?, of owner: String?, process: Int32) -> [CInt] {
        guard let owner = owner.flatMap(Int32.init), owner == process, let count = count.flatMap(CInt.init),
            (1...countMax).contains(count)
        else { return [] }
        return Array(first..<first + count)
    }
}

extension HordeURL: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension PublicURL: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension ListenAddress: ExpressibleByArgument {
    public init?(argument: String) {
        do throws(ListenError) { try self.init(parsing: argument) } catch { return nil }
    }
}
