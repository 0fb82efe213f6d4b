import ArgumentParser
import EventLoop
import FoundationEssentials
import HTTPClient
import HTTPServer
import HTTPTypes
import HordeSimulator

/// `interposer simulate`.
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a simulated AI Horde, to try things out and for tests.",
        discussion: """
            It keeps AI Horde's rules: validation, rate limits, queue, workers, faults. What its workers write can be \
            scripted from a file (docs/TESTING.md); GET /simulator/jobs and /simulator/counters tell what it has seen.
            """
    )

    @Option(help: "The address to listen on; port 0 picks a free one.")
    var listen = ListenAddress(host: "127.0.0.1", port: 7001)

    @Flag(help: "Answer any number of requests a second, and let any number of jobs wait.")
    var noLimits = false

    @Option(help: "How fast its workers write.")
    var tokensPerSecond = 40.0

    @Option(help: "How many times faster than a real AI Horde it lives: its limits, its workers, its expiry.")
    var clockSpeed = 1.0

    @Option(
        help: ArgumentHelp(
            "Where to send the webhooks of jobs, instead of to the hosts they name; path and query are theirs.",
            valueName: "url"
        )
    )
    var webhookTo: String?

    @Option(help: "A JSON file that says what workers there are and what they do.")
    var script: String?

    func validate() throws {
        guard tokensPerSecond > 0, tokensPerSecond <= 1_000_000 else {
            throw ValidationError("--tokens-per-second is a number above 0.")
        }
        guard (0.1...1000).contains(clockSpeed) else {
            throw ValidationError("--clock-speed is a number from 0.1 to 1000.")
        }
        guard webhookTo.map({ WebhookDestination($0) { _, _, _ in nil } != nil }) ?? true else {
            throw ValidationError("--webhook-to is an http or https URL without a query.")
        }
    }

    func run() throws {
        let configuration = HordeSimulator.Configuration(
            listen: listen,
            hasLimits: !noLimits,
            tokensPerSecond: tokensPerSecond,
            script: try script.map(Self.read),
            clockSpeed: clockSpeed
        )
        let webhookTo = webhookTo
        try Program.run {
            DescriptorLimit.raise()
            var configuration = configuration
            configuration.webhooks = webhookTo.flatMap(Self.destination)
            let signals = TerminationSignals()
            let simulator = try HordeSimulator(configuration)
            StandardError.write("listening on http://\(simulator.address)")
            await signals.next()
            await simulator.stop()
        }
    }

    @LoopActor private static func destination(_ url: String) -> WebhookDestination? {
        let client = HTTPClient()
        return WebhookDestination(url) { url, body, timeout in
            let fields: HTTPFields = [.contentType: "application/json"]
            let request = HTTPClient.Request(.post, url, fields: fields, body: body, timeout: timeout)
            do throws(TransferError) {
                return try await client.send(request).status
            } catch {
                return nil
            }
        }
    }

    private static func read(_ path: String) throws -> SimulatorScript {
        guard let data = try? Data(contentsOf: URL(filePath: path)) else {
            throw ValidationError("The script \(path) cannot be read.")
        }
        do throws(SimulatorScript.Invalid) {
            return try SimulatorScript(parsing: Array(data))
        } catch {
            throw ValidationError("\(path): \(error)")
        }
    }
}

extension ListenAddress: ExpressibleByArgument {
    public init?(argument: String) {
        do throws(ListenError) { try self.init(parsing: argument) } catch { return nil }
    }
}
