import ArgumentParser
import EventLoop
import FoundationEssentials
import HTTPServer
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

    @Flag(help: "Answer any number of requests a second.")
    var noLimits = false

    @Option(help: "How fast its workers write.")
    var tokensPerSecond = 40.0

    @Option(help: "A JSON file that says what workers there are and what they do.")
    var script: String?

    func validate() throws {
        guard tokensPerSecond > 0, tokensPerSecond <= 1_000_000 else {
            throw ValidationError("--tokens-per-second is a number above 0.")
        }
    }

    func run() throws {
        let configuration = HordeSimulator.Configuration(
            listen: listen,
            hasLimits: !noLimits,
            tokensPerSecond: tokensPerSecond,
            script: try script.map(Self.read)
        )
        try Program.run {
            let signals = TerminationSignals()
            let simulator = try HordeSimulator(configuration)
            StandardError.write("listening on http://\(simulator.address)")
            await signals.next()
            await simulator.stop()
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
