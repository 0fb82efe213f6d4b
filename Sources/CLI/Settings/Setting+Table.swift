import EventLoop
import Gateway
import HTTPServer
import Horde
import Logging

extension Setting {
    /// All of them, in the order in which they are shown.
    static let all: [Setting] = general + horde + http + answers

    private static let general = [
        optional(
            "log.format",
            "'text', 'json' or 'journal'",
            usual: "text on a terminal, journal under systemd, else json",
            \.logForm
        ) {
            LogForm(rawValue: $0)
        },
        Setting(
            "log.level",
            "one of " + Logger.Level.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", "),
            isReloadable: true,
            show: { $0.logLevel.rawValue },
            set: { settings, texts in
                guard let level = texts.first.flatMap({ Logger.Level(rawValue: $0) }) else { return false }
                settings.logLevel = level
                return true
            }
        ),
        optional(
            "listen",
            "HOST:PORT or unix:/PATH",
            flag: "--listen",
            usual: ServeSettings.usualListen.description,
            \.listen
        ) {
            try? ListenAddress(parsing: $0)
        },
        Setting(
            "access",
            AccessPolicy.Mode.allCases.map { "'\($0.rawValue)'" }.joined(separator: " or "),
            flag: "--access",
            isReloadable: true,
            show: { $0.accessMode.rawValue },
            set: { settings, texts in
                guard let mode = texts.first.flatMap(AccessPolicy.Mode.init) else { return false }
                settings.accessMode = mode
                return true
            }
        ),
        optional("tls.certificate", "the path of a file", isReloadable: true, usual: "none", \.certificate) { $0 },
        optional("tls.key", "the path of a file", isReloadable: true, usual: "none", \.certificateKey) { $0 },
        Setting(
            "metrics.listen",
            "HOST:PORT, 'main' or 'off'",
            flag: "--metrics-listen",
            show: { "\($0.metrics)" },
            set: { settings, texts in
                guard let place = texts.first.flatMap(MetricsPlace.init) else { return false }
                settings.metrics = place
                return true
            }
        ),
        optional("formats", "the path of a file", isReloadable: true, usual: "built in", \.formats) { $0 },
        seconds("drain.timeout", 0...86_400, flag: "--drain-timeout", isReloadable: true, \.drainTimeout),
        seconds("drain.delay", 0...3600, flag: "--drain-delay", isReloadable: true, \.drainDelay),
    ]

    private static let horde = [
        Setting(
            "horde.url",
            "an http or https URL",
            flag: "--horde-url",
            otherVariables: ["AI_HORDE_URL"],
            show: { "\($0.hordeURL)" },
            set: { settings, texts in
                guard let url = texts.first.flatMap(HordeURL.init) else { return false }
                settings.hordeURL = url
                return true
            }
        ),
        Setting(
            "horde.api_key",
            "an AI Horde key",
            flag: "--api-key",
            otherVariables: ["AI_HORDE_API_KEY"],
            isSecret: true,
            isReloadable: true,
            show: {
                $0.hordeKey != nil ? "(secret)" : $0.hordeKeyFile != nil ? "(in horde.api_key_file)" : "anonymous"
            },
            set: { settings, texts in
                settings.hordeKey = texts.first.flatMap(HordeKey.init)
                return settings.hordeKey != nil
            }
        ),
        optional(
            "horde.api_key_file",
            "the path of a file",
            flag: "--api-key-file",
            otherVariables: ["AI_HORDE_API_KEY_FILE"],
            isReloadable: true,
            usual: "none",
            \.hordeKeyFile
        ) { $0 },
        optional(
            "horde.submits_per_minute",
            "a number from 0 to 100000",
            flag: "--submits-per-minute",
            usual: "as AI Horde allows",
            \.submitsPerMinute
        ) { text in Int(text).flatMap { (0...100_000).contains($0) ? $0 : nil } },
        optional(
            "horde.public_url",
            "an https URL",
            flag: "--public-url",
            usual: "none",
            \.publicURL
        ) { PublicURL($0) },
    ]

    private static let http = [
        list(
            "http.allowed_origins",
            "a list of origins",
            flag: "--allow-origin",
            isReloadable: true,
            usual: "every one"
        ) {
            $0.crossOrigin.origins
        } set: {
            $0.crossOrigin.origins = $1
            return true
        },
        list("http.allowed_hosts", "a list of hosts", flag: "--allow-host", isReloadable: true, usual: "every one") {
            $0.crossOrigin.hosts
        } set: {
            $0.crossOrigin.hosts = $1
            return true
        },
        list("http.trusted_proxies", "a list of addresses and ranges, as '10.0.0.0/8'", usual: "none") {
            $0.http.trustedProxies.isEmpty ? nil : $0.http.trustedProxies.map { "\($0)" }
        } set: { settings, texts in
            let ranges = texts.compactMap(AddressRange.init)
            settings.http.trustedProxies = ranges
            return ranges.count == texts.count
        },
        seconds("http.header_timeout", 1...3600, \.http.headSecondsMax),
        seconds("http.body_timeout", 1...3600, \.http.bodySecondsMax),
        number("http.body_bytes_per_second", 0...1_000_000_000, \.http.bodyBytesPerSecondMin),
        seconds("http.stall_timeout", 1...3600, \.http.stallSecondsMax),
        seconds("http.idle_timeout", 1...3600, \.http.idleSecondsMax),
        number("http.max_header_bytes", 1024...65_536, \.headBytesMax),
        number("http.max_fields", 10...1000, \.http.fieldsMax),
        number("http.max_body_bytes", 1024...1_073_741_824, \.http.bodyBytesMax),
        number("http.max_unsent_bytes", 16_384...1_073_741_824, \.http.outboxBytesMax),
        number("http.max_connections", 1...1_000_000, \.http.connectionsMax),
        number("http.max_connections_per_address", 0...1_000_000, \.http.connectionsPerAddressMax),
    ]

    private static let answers = [
        seconds("answers.timeout", 1...86_400, isReloadable: true, \.answerTimes.whole),
        seconds("answers.part_timeout", 1...86_400, isReloadable: true, \.answerTimes.part),
        optional(
            "answers.failover",
            "a number from 1 to 3600",
            flag: "--failover-seconds",
            isReloadable: true,
            usual: "by the models' queues",
            \.failoverSeconds
        ) { text in Int(text).flatMap { (1...3600).contains($0) ? $0 : nil } },
    ]
}

extension ServeSettings {
    /// A head's size goes with the memory that one needs.
    fileprivate var headBytesMax: Int {
        get { http.headBytesMax }
        set { http.setHeadBytesMax(newValue) }
    }

    fileprivate var failoverSeconds: Int? {
        get { failoverAfter.map { Int($0.components.seconds) } }
        set { failoverAfter = newValue.map { .seconds($0) } }
    }
}
