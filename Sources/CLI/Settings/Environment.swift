import FoundationEssentials
import Glibc

/// The environment; what is set to nothing counts as not set.
enum Environment {
    static var all: [String: String] { ProcessInfo.processInfo.environment }

    static subscript(name: String) -> String? {
        guard let value = all[name], !value.isEmpty else { return nil }
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

    /// Whether standard error is the journal's stream (systemd.exec(5), `JOURNAL_STREAM`).
    static var isLoggedByJournal: Bool {
        var status = stat()
        guard let stream = Environment["JOURNAL_STREAM"], fstat(STDERR_FILENO, &status) == 0 else { return false }
        return stream == "\(status.st_dev):\(status.st_ino)"
    }

    /// The sockets that systemd, or whoever acts like it, has opened for this process (sd_listen_fds(3)); none where they are
    /// meant for another process, as after a fork.
    static var handedOverDescriptors: [CInt] {
        guard let process = Environment["LISTEN_PID"].flatMap(Int32.init),
            process == ProcessInfo.processInfo.processIdentifier,
            let count = Environment["LISTEN_FDS"].flatMap(CInt.init), (1...handedOverMax).contains(count)
        else { return [] }
        return Array(firstHandedOver..<firstHandedOver + count)
    }

    private static let firstHandedOver: CInt = 3
    private static let handedOverMax: CInt = 64
}
