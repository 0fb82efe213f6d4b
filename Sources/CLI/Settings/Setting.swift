import Gateway
import HTTPServer
import Yams

/// The parts `http` and `answers` of a configuration file: what a server lets clients hold and wait for.
struct ConfiguredLimits {
    var http = HTTPServer.Limits()
    var answerTimes = AnswerTimes()

    static let sections = ["http", "answers"]

    /// A whole number of the file, and where it goes.
    private struct Key: Sendable {
        let name: String
        let range: ClosedRange<Int>
        let set: @Sendable (inout ConfiguredLimits, Int) -> Void
    }

    private static let proxies = "trusted_proxies"

    private static let httpKeys = [
        Key(name: "header_timeout", range: 1...3600) { $0.http.headSecondsMax = .seconds($1) },
        Key(name: "body_timeout", range: 1...3600) { $0.http.bodySecondsMax = .seconds($1) },
        Key(name: "body_bytes_per_second", range: 0...1_000_000_000) { $0.http.bodyBytesPerSecondMin = $1 },
        Key(name: "stall_timeout", range: 1...3600) { $0.http.stallSecondsMax = .seconds($1) },
        Key(name: "idle_timeout", range: 1...3600) { $0.http.idleSecondsMax = .seconds($1) },
        Key(name: "max_header_bytes", range: 1024...65_536) { $0.http.setHeadBytesMax($1) },
        Key(name: "max_fields", range: 10...1000) { $0.http.fieldsMax = $1 },
        Key(name: "max_body_bytes", range: 1024...1_073_741_824) { $0.http.bodyBytesMax = $1 },
        Key(name: "max_unsent_bytes", range: 16_384...1_073_741_824) { $0.http.outboxBytesMax = $1 },
        Key(name: "max_connections", range: 1...1_000_000) { $0.http.connectionsMax = $1 },
        Key(name: "max_connections_per_address", range: 0...1_000_000) { $0.http.connectionsPerAddressMax = $1 },
    ]

    private static let answerKeys = [
        Key(name: "timeout", range: 1...86_400) { $0.answerTimes.whole = .seconds($1) },
        Key(name: "part_timeout", range: 1...86_400) { $0.answerTimes.part = .seconds($1) },
    ]

    /// Reads one of the parts.
    ///
    /// - Throws: what is wrong, with the line.
    mutating func read(_ section: String, _ node: Node, path: String) throws(ConfigurationError) {
        let keys = section == "http" ? Self.httpKeys : Self.answerKeys
        let known = (keys.map(\.name) + (section == "http" ? [Self.proxies] : [])).map { "'\($0)'" }
        guard let mapping = node.mapping else {
            throw ConfigurationError(path, "\(node.linePrefix)'\(section)' has keys: \(known.joined(separator: ", ")).")
        }
        for (name, value) in mapping {
            if section == "http", name.string == Self.proxies {
                http.trustedProxies = try Self.ranges(name, value, path: path)
                continue
            }
            guard let key = keys.first(where: { $0.name == name.string }) else {
                let problem = "'\(name.string ?? "")' is no key of '\(section)'; known are "
                throw ConfigurationError(path, "\(name.linePrefix)\(problem)\(known.joined(separator: ", ")).")
            }
            guard let number = value.int, key.range.contains(number) else {
                let range = "\(key.range.lowerBound) to \(key.range.upperBound)"
                throw ConfigurationError(path, "\(name.linePrefix)'\(section).\(key.name)' is a number from \(range).")
            }
            key.set(&self, number)
        }
    }

    private static func ranges(_ name: Node, _ value: Node, path: String) throws(ConfigurationError) -> [AddressRange] {
        var ranges: [AddressRange] = []
        for node in value.sequence.map(Array.init) ?? [value] {
            guard let range = node.text.flatMap(AddressRange.init) else {
                let problem = "'http.\(proxies)' is a list of addresses and ranges, as '10.0.0.0/8'."
                throw ConfigurationError(path, name.linePrefix + problem)
            }
            ranges.append(range)
        }
        return ranges
    }
}
