import ArgumentParser
import Gateway
import HTTPServer

/// The flags of `serve`, which `check` and `config show` take too: to see what a server with them would do.
struct ServeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            The address to listen on, HOST:PORT, where port 0 picks a free one, or unix:/PATH. (default: the socket that systemd hands over, or \
            127.0.0.1:8080)
            """,
            valueName: "address"
        )
    )
    var listen: String?

    @Option(
        help: ArgumentHelp(
            """
            Who may use the server: open is everybody on this machine, passthrough who brings an AI Horde key, keys who has a \
            key of the file. (default: open)
            """,
            valueName: "mode"
        )
    )
    var access: String?

    @Option(
        help: ArgumentHelp(
            """
            Where Prometheus finds the metrics, HOST:PORT; main is the server's own address, off is nowhere. (default: \
            127.0.0.1:9464)
            """,
            valueName: "address"
        )
    )
    var metricsListen: String?

    @OptionGroup var hordeOptions: HordeOptions

    @Option(
        help: ArgumentHelp(
            """
            Submissions a minute to AI Horde, spread evenly; 0 is no limit of the address or of a key. (default: 87, or 285 \
            where AI Horde says that it takes more from this address)
            """,
            valueName: "number"
        )
    )
    var submitsPerMinute: String?

    @Option(
        help: ArgumentHelp(
            """
            Where AI Horde can call this server when a text is there, an https URL whose /hooks/ leads here; answers then \
            arrive sooner with fewer questions. (default: AI Horde is asked)
            """,
            valueName: "url"
        )
    )
    var publicURL: String?

    @Option(
        help: ArgumentHelp(
            "A web origin that may call the server; repeat for more. (default: every origin)",
            valueName: "origin"
        )
    )
    var allowOrigin: [String] = []

    @Option(
        help: ArgumentHelp(
            "A Host that the server answers to; repeat for more. (default: every host)",
            valueName: "host"
        )
    )
    var allowHost: [String] = []

    @Option(
        help: ArgumentHelp(
            """
            Seconds that a worker may take to begin before other models are tried, where the request names more than one. \
            (default: by the models' queues)
            """,
            valueName: "seconds"
        )
    )
    var failoverSeconds: String?

    @Option(
        help: ArgumentHelp(
            "Seconds that running answers get when the server stops; then they end with an error. (default: 300)",
            valueName: "seconds"
        )
    )
    var drainTimeout: String?

    @Option(
        help: ArgumentHelp(
            "Seconds that a stopping server still takes requests, while /readyz says that it goes. (default: 0)",
            valueName: "seconds"
        )
    )
    var drainDelay: String?

    /// Decides all settings from these flags, the environment and the file.
    func settle() throws(ConfigurationError) -> SettledSettings {
        let single = [
            "listen": listen, "access": access, "metrics.listen": metricsListen,
            "horde.submits_per_minute": submitsPerMinute,
            "horde.public_url": publicURL,
            "answers.failover": failoverSeconds, "drain.timeout": drainTimeout, "drain.delay": drainDelay,
        ]
        var flags = single.compactMapValues { $0.map { [$0] } }
        if !allowOrigin.isEmpty { flags["http.allowed_origins"] = allowOrigin }
        if !allowHost.isEmpty { flags["http.allowed_hosts"] = allowHost }
        return try hordeOptions.settle(flags)
    }
}

extension SettledSettings {
    /// Refuses to let everybody in whom an address lets through.
    func checkAccess(listeningOn address: ListenAddress) throws(ConfigurationError) {
        guard settings.accessMode == .open, !address.isLoopback else { return }
        throw ConfigurationError(
            sources["access"] ?? sources["listen"] ?? "access",
            "With access: open the server listens on this machine's own addresses only, and not on \(address); choose "
                + "access: passthrough or access: keys."
        )
    }

    /// What the server is told; its place to listen aside, all of it has been read and found right then.
    func gateway(listeningOn place: ListenPlace) throws(ConfigurationError) -> Gateway.Configuration {
        var configuration = Gateway.Configuration(
            listen: place,
            horde: horde,
            access: AccessPolicy(settings.accessMode, localKeys: settings.localKeys, serverKey: try key()),
            cacheDirectory: Environment.cacheDirectory,
            stateDirectory: Environment.stateDirectory,
            crossOrigin: settings.crossOrigin,
            formats: try formats(),
            aliases: settings.aliases,
            failoverAfter: settings.failoverAfter,
            drainDelay: settings.drainDelay,
            drainTimeout: settings.drainTimeout
        )
        configuration.access.trustedProxies = settings.http.trustedProxies
        configuration.http = settings.http
        configuration.metrics = settings.metrics
        configuration.tls = try tls()
        configuration.answerTimes = settings.answerTimes
        return configuration
    }
}
