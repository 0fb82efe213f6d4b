import ArgumentParser
import EventLoop
import FoundationEssentials
import Gateway
import HTTPServer
import Horde
import Logging

/// `interposer serve`.
struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve OpenAI's API from AI Horde.",
        discussion: """
            Clients use http://HOST:PORT/v1 as their base URL. A client's own AI Horde key, sent as its API key, is used \
            for its requests; any other key means the server's.
            """
    )

    @Option(
        help: """
            The address to listen on; port 0 picks a free one. (default: the socket that systemd hands over, or \
            127.0.0.1:8080)
            """
    )
    var listen: ListenAddress?

    @OptionGroup var hordeOptions: HordeOptions

    @OptionGroup var configurationOptions: ConfigurationOptions

    @Option(
        help: """
            Submissions a minute to AI Horde, spread evenly; 0 is no limit of the address or of a key. (default: 87, or 285 \
            where AI Horde says that it takes more from this address)
            """
    )
    var submitsPerMinute: Int?

    @Option(
        help: """
            Where AI Horde can call this server when a text is there, an https URL whose /hooks/ leads here; answers then \
            arrive sooner with fewer questions. (default: AI Horde is asked)
            """
    )
    var publicURL: PublicURL?

    @Option(help: "A web origin that may call the server; repeat for more. (default: every origin)")
    var allowOrigin: [String] = []

    @Option(help: "A Host that the server answers to; repeat for more. (default: every host)")
    var allowHost: [String] = []

    @Option(
        help: """
            Seconds that a worker may take to begin before other models are tried, where the request names more than one. \
            (default: by the models' queues)
            """
    )
    var failoverSeconds: Int?

    @Option(help: "Seconds that running answers get when the server stops; then they end with an error.")
    var drainTimeout = 300

    @Option(help: "Seconds that a stopping server still takes requests, while /readyz says that it goes.")
    var drainDelay = 0

    func validate() throws {
        guard (0...86_400).contains(drainTimeout) else {
            throw ValidationError("--drain-timeout is a number from 0 to 86400.")
        }
        guard (0...3600).contains(drainDelay) else {
            throw ValidationError("--drain-delay is a number from 0 to 3600.")
        }
        guard failoverSeconds.map({ (1...3600).contains($0) }) ?? true else {
            throw ValidationError("--failover-seconds is a number from 1 to 3600.")
        }
        guard submitsPerMinute.map({ (0...100_000).contains($0) }) ?? true else {
            throw ValidationError("--submits-per-minute is a number from 0 to 100000.")
        }
    }

    func run() throws {
        let configuration = Gateway.Configuration(
            listen: try place(),
            horde: try hordeOptions.horde(submitsPerMinute: submitsPerMinute, publicURL: publicURL),
            serverKey: try hordeOptions.key(),
            cacheDirectory: Environment.cacheDirectory,
            stateDirectory: Environment.stateDirectory,
            crossOrigin: CrossOriginPolicy(
                origins: allowOrigin.isEmpty ? nil : allowOrigin,
                hosts: allowHost.isEmpty ? nil : allowHost
            ),
            failoverAfter: failoverSeconds.map { .seconds($0) },
            drainDelay: .seconds(drainDelay),
            drainTimeout: .seconds(drainTimeout)
        )
        try Program.run { [configurationOptions] in
            var configuration = configuration
            let (models, limits) = try await configurationOptions.readServer()
            (configuration.http, configuration.answerTimes) = (limits.http, limits.answerTimes)
            (configuration.formats, configuration.aliases) = (models.formats, models.aliases)
            DescriptorLimit.raise()
            let signals = TerminationSignals()
            let logger = Logger(label: "interposer") { _ in LoopLogHandler() }
            let gateway = try Gateway(configuration, logger: logger, output: .standardError)
            StandardError.write("listening on http://\(gateway.address)")
            await gateway.run { await signals.next() }
        }
    }

    /// Where an operator wants it to listen, else on what systemd hands over.
    private func place() throws -> ListenPlace {
        let descriptors = HandedOver.descriptors(
            Environment["LISTEN_FDS"],
            of: Environment["LISTEN_PID"],
            process: ProcessInfo.processInfo.processIdentifier
        )
        switch (listen, descriptors.count) {
        case (let listen?, 0): return .address(listen)
        case (nil, 0): return .address(ListenAddress(host: "127.0.0.1", port: 8080))
        case (nil, 1): return .handedOver(descriptors[0])
        case (nil, let count): throw ValidationError("\(count) sockets were handed over; the server listens on one.")
        case (_?, _): throw ValidationError("A socket was handed over, so that --listen has no meaning.")
        }
    }
}
