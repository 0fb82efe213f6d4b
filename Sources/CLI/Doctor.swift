import ArgumentParser
import EventLoop
import Gateway
import Glibc
import HTTPClient
import HTTPServer
import HTTPTypes
import Horde
import OpenAI

/// `interposer doctor`.
struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look whether a server would work here, and say what to do where it would not.",
        discussion: """
            Looks at the configuration, AI Horde, the key and its kudos, the clock, the limits of the process and the ports. \
            Submits nothing. Ends with 69 where something is wrong.
            """
    )

    @OptionGroup var options: ServeOptions

    func run() throws {
        try Program.run { [options] in
            let settled = try options.settle()
            let key = try settled.key()
            _ = try settled.formats()
            _ = try settled.tls()
            var findings: [Finding] = [
                .right("configuration", "nothing is wrong"), Self.access(settled.settings), Self.descriptors(),
                await Self.port("port", settled.settings.listen ?? ServeSettings.usualListen),
            ]
            if case .address(let metrics) = settled.settings.metrics {
                findings.append(await Self.port("metrics port", metrics))
            }
            let horde = Horde(settled.horde, client: HTTPClient())
            findings += await Self.horde(horde, key, at: settled.settings.hordeURL)
            for finding in findings { StandardOutput.write(finding.text) }
            if findings.contains(where: { $0.verdict == .wrong }) { throw ExitCode(EX_UNAVAILABLE) }
        }
    }

    @LoopActor
    private static func horde(_ horde: Horde, _ key: HordeKey, at url: HordeURL) async -> [Finding] {
        var findings: [Finding] = []
        do throws(HordeError) {
            let models = try await horde.models()
            let threads = models.reduce(0) { $0 + $1.count }
            findings.append(
                models.isEmpty
                    ? .wrong(
                        "AI Horde",
                        "\(url) has no text model online",
                        "wait for workers, or look at its status page"
                    )
                    : .right("AI Horde", "\(url): \(models.count) text models, \(threads) threads of workers")
            )
        } catch {
            return [
                .wrong(
                    "AI Horde",
                    "\(url): \(words(for: error))",
                    "look at the network, a proxy, and whether AI Horde is up"
                )
            ]
        }
        do throws(HordeError) {
            let account = try await horde.account(of: key)
            let kudos =
                "\(account.username), \(Int(exactly: account.kudos.rounded()).map(String.init) ?? "\(account.kudos)") kudos, \(account.concurrency) jobs at a time"
            findings.append(
                key.isAnonymous
                    ? .unsure(
                        "key",
                        "the anonymous one, which everybody shares",
                        "get one of your own: \(url)/register"
                    )
                    : account.kudos < 0
                        ? .unsure("key", kudos, "answers come sooner with kudos: share a worker, or ask for some")
                        : .right("key", kudos)
            )
            findings.append(clock(account.date))
        } catch {
            findings.append(.wrong("key", words(for: error), "look at horde.api_key: interposer config show"))
        }
        return findings
    }

    private static func words(for error: HordeError) -> String {
        if case .unreachable(let reason) = error { reason } else { APIError(error).message }
    }

    /// The journal's times and TLS need a clock that is right.
    private static func clock(_ date: Int?) -> Finding {
        guard let date else { return .unsure("clock", "AI Horde tells no time", "compare it with another clock") }
        let offset = Int(time(nil)) - date
        return abs(offset) <= 60
            ? .right("clock", "within \(max(abs(offset), 1)) s of AI Horde's")
            : .wrong("clock", "\(offset) s off AI Horde's", "set it: timedatectl set-ntp true")
    }

    private static func access(_ settings: ServeSettings) -> Finding {
        let listen = settings.listen ?? ServeSettings.usualListen
        switch settings.accessMode {
        case .open where !listen.isLoopback:
            return .wrong("access", "open, but it would listen on \(listen)", "set access to passthrough or keys")
        case .open where !settings.http.trustedProxies.isEmpty:
            return .unsure(
                "access",
                "open, behind a proxy",
                "everybody whom the proxy lets in may use the server's key"
            )
        case .keys where settings.localKeys.isEmpty:
            return .wrong("access", "keys, and there are none", "make one: interposer key new NAME")
        default: return .right("access", settings.accessMode.rawValue)
        }
    }

    private static func descriptors() -> Finding {
        DescriptorLimit.raise()
        let count = FileDescriptor.countMax
        return count >= 1024
            ? .right("descriptors", "\(count)")
            : .unsure("descriptors", "\(count)", "each client takes one: raise LimitNOFILE= or ulimit -n")
    }

    @LoopActor
    private static func port(_ what: String, _ listen: ListenAddress) async -> Finding {
        do throws(ListenError) {
            let server = try HTTPServer(listeningOn: .address(listen)) { _, writer in writer.respond(.ok) }
            await server.stop()
            return .right(what, "\(listen) is free")
        } catch {
            let setting = what == "port" ? "listen" : "metrics.listen"
            return .unsure(what, "\(error)", "a server may run there already; else set \(setting)")
        }
    }
}

/// What was looked at, and how it is.
private struct Finding {
    enum Verdict: String {
        case right = "ok"
        case unsure = "note"
        case wrong = "WRONG"
    }

    let verdict: Verdict
    let what: String
    let state: String
    var remedy: String?

    var text: String {
        let words = "\(what): \(state)" + (remedy.map { "; \($0)" } ?? "")
        return verdict.rawValue + String(repeating: " ", count: 7 - verdict.rawValue.count) + words
    }

    static func right(_ what: String, _ state: String) -> Finding { Finding(verdict: .right, what: what, state: state) }

    static func unsure(_ what: String, _ state: String, _ remedy: String) -> Finding {
        Finding(verdict: .unsure, what: what, state: state, remedy: remedy)
    }

    static func wrong(_ what: String, _ state: String, _ remedy: String) -> Finding {
        Finding(verdict: .wrong, what: what, state: state, remedy: remedy)
    }
}
