package import JSONText

/// The outcome of a load test, for people and for programs.
package struct LoadReport: Sendable {
    package let plan: LoadPlan
    /// The counted time.
    package let seconds: Double
    /// Successes that ended in it; latencies are of all, also of those that ended later.
    package let requestsInTime: Int
    package let tally: Tally
    /// Requests that were under way when the test was stopped.
    package let cutRequests: Int
    package let server: ProcessReading?
    /// CPU time in the counted time for each request that ended in it, failed ones too.
    package let serverMicroseconds: Double?
    package let ownMicroseconds: Double?
    /// CPU time over the counted time.
    package let serverCores: Double?

    /// Successes a second; 0 when no time was counted.
    package var throughput: Double { seconds > 0 ? Double(requestsInTime) / seconds : 0 }

    static let quantiles: [(name: String, value: Double)] = [
        ("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999), ("max", 1),
    ]

    static func microseconds(from start: ProcessReading?, to end: ProcessReading?, each count: Int) -> Double? {
        guard let start, let end, count > 0 else { return nil }
        return Double(end.cpuMicroseconds - start.cpuMicroseconds) / Double(count)
    }

    static func cores(from start: ProcessReading?, to end: ProcessReading?, seconds: Double) -> Double? {
        guard let start, let end, seconds > 0 else { return nil }
        return Double(end.cpuMicroseconds - start.cpuMicroseconds) / 1_000_000 / seconds
    }

    // MARK: For people

    static func progressLine(_ seconds: Double, rate: Double, _ tally: Tally, open: Int) -> String {
        "\(Int(seconds)) s: \(tally.successCount) answers, \(Int(rate))/s, \(open) open, \(tally.failureCount) failed"
    }

    /// Several lines, without an end of line at the end.
    package var text: String {
        var lines = [
            "requests    \(tally.successCount) in \(Self.decimal(seconds, 1)) s with \(plan.clients) clients",
            "throughput  \(Self.decimal(throughput, 1)) requests/s, \(tally.bytes) bytes",
            "latency     " + Self.quantiles.map { Self.right($0.name, 11) }.joined(),
        ]
        lines.append(Self.row("first byte", tally.firstByte))
        lines.append(Self.row("total", tally.total))
        if tally.refused.count > 0 { lines.append(Self.row("refusals", tally.refused)) }
        if tally.lateness.count > 0 { lines.append(Self.row("own delay", tally.lateness)) }
        if tally.failureCount == 0 { lines.append("errors      none") }
        for (failure, count) in sortedFailures { lines.append("error       \(count) x \(failure)") }
        if cutRequests > 0 { lines.append("cut         \(cutRequests) requests were under way at the end") }
        if let server {
            let each = serverMicroseconds.map { "\(Self.decimal($0, 1)) us CPU a request" } ?? "-"
            let cores = serverCores.map { ", \(Self.decimal($0, 2)) cores" } ?? ""
            lines.append("server      \(each)\(cores)")
            lines.append(
                "            \(server.residentKiB) KiB resident, \(server.residentKiBMax) at most; "
                    + "\(server.descriptors) descriptors, \(server.threads) threads"
            )
        }
        if let ownMicroseconds { lines.append("generator   \(Self.decimal(ownMicroseconds, 1)) us CPU a request") }
        return lines.joined(separator: "\n")
    }

    private static func row(_ name: String, _ histogram: Histogram) -> String {
        let cells = quantiles.map { right(decimal(Double(histogram.value(at: $0.value)) / 1000, 3), 8) + " ms" }
        return "  " + name + String(repeating: " ", count: 10 - name.count) + cells.joined()
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    /// A number that is not negative, with so many digits behind the point.
    static func decimal(_ value: Double, _ digits: Int) -> String {
        var scale = 1
        for _ in 0..<digits { scale *= 10 }
        let scaled = Int((value * Double(scale)).rounded())
        let fraction = String(scaled % scale)
        return digits == 0
            ? "\(scaled)" : "\(scaled / scale)." + String(repeating: "0", count: digits - fraction.count) + fraction
    }

    private var sortedFailures: [(Failure, Int)] {
        tally.failures.sorted { ($1.value, $0.key.description) < ($0.value, $1.key.description) }.map {
            ($0.key, $0.value)
        }
    }

    // MARK: For programs

    /// Times are in milliseconds unless their name says otherwise.
    package var json: JSON {
        var object: JSONObject = [
            "target": .string(plan.target), "path": .string(plan.path.rawValue), "clients": JSON(plan.clients),
            "seconds": JSON(seconds), "requests": JSON(tally.successCount), "requests_in_time": JSON(requestsInTime),
            "requests_per_second": JSON(throughput), "bytes": JSON(tally.bytes), "cut": JSON(cutRequests),
            "first_byte_ms": Self.json(tally.firstByte), "total_ms": Self.json(tally.total),
            "refusal_ms": Self.json(tally.refused), "own_delay_ms": Self.json(tally.lateness),
            "failed": JSON(tally.failureCount),
            "errors": .array(sortedFailures.map { ["error": .string($0.description), "count": JSON($1)] }),
            "generator_us_per_request": JSON(ownMicroseconds),
        ]
        if let server {
            object["server"] = [
                "us_per_request": JSON(serverMicroseconds), "cores": JSON(serverCores),
                "resident_kib": JSON(server.residentKiB), "resident_kib_max": JSON(server.residentKiBMax),
                "descriptors": JSON(server.descriptors), "threads": JSON(server.threads),
            ]
        }
        return .object(object)
    }

    private static func json(_ histogram: Histogram) -> JSON {
        var object: JSONObject = ["count": JSON(histogram.count), "mean": JSON(histogram.mean / 1000)]
        for (name, quantile) in quantiles { object[name] = JSON(Double(histogram.value(at: quantile)) / 1000) }
        object["curve"] = .array(curve(of: histogram))
        return .object(object)
    }

    /// Pairs of milliseconds and share, for plots: at most two hundred, evenly spread over the values.
    private static func curve(of histogram: Histogram) -> [JSON] {
        let all = histogram.cumulative
        let step = max(1, all.count / 200)
        return all.enumerated().filter { $0.offset % step == 0 || $0.offset == all.count - 1 }
            .map { [JSON(Double($0.element.value) / 1000), JSON(Double($0.element.count) / Double(histogram.count))] }
    }
}
