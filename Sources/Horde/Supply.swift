/// A worker that writes text: an element of `GET /api/v2/workers?type=text`, as far as it matters here.
package struct Worker: Codable, Equatable, Sendable {
    /// What a request names it by; empty when Horde did not tell.
    package let id: String
    /// Its owner has Horde's trust.
    package let isTrusted: Bool
    package let models: [String]
    package let maxLength: Int
    package let maxContextLength: Int
    package let threads: Int
    /// Tokens a second, mean of its last twenty jobs.
    package let tokensPerSecond: Double
    /// Jobs that it took and gave no text for, ever.
    package let uncompletedJobs: Int
    /// It takes jobs of strangers: online, neither flagged nor in maintenance.
    package let isAvailable: Bool

    enum CodingKeys: String, CodingKey {
        case id, models, threads, performance, flagged, online
        case isTrusted = "trusted"
        case maxLength = "max_length"
        case maxContextLength = "max_context_length"
        case maintenanceMode = "maintenance_mode"
        case uncompletedJobs = "uncompleted_jobs"
    }

    package init(
        id: String = "",
        isTrusted: Bool = false,
        models: [String],
        maxLength: Int,
        maxContextLength: Int,
        threads: Int = 1,
        tokensPerSecond: Double = 1,
        uncompletedJobs: Int = 0,
        isAvailable: Bool = true
    ) {
        self.id = id
        self.isTrusted = isTrusted
        self.models = models
        self.maxLength = maxLength
        self.maxContextLength = maxContextLength
        self.threads = threads
        self.tokensPerSecond = tokensPerSecond
        self.uncompletedJobs = uncompletedJobs
        self.isAvailable = isAvailable
    }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        id = try fields.decodeIfPresent(String.self, forKey: .id) ?? ""
        isTrusted = try fields.decodeIfPresent(Bool.self, forKey: .isTrusted) ?? false
        models = try fields.decode([String].self, forKey: .models)
        maxLength = try fields.decode(Int.self, forKey: .maxLength)
        maxContextLength = try fields.decode(Int.self, forKey: .maxContextLength)
        threads = try fields.decodeIfPresent(Int.self, forKey: .threads) ?? 1
        // "48.4 tokens per second"
        let performance = try fields.decodeIfPresent(String.self, forKey: .performance)
        tokensPerSecond = Self.speed(performance ?? "")
        uncompletedJobs = (try? fields.decodeIfPresent(Int.self, forKey: .uncompletedJobs)) ?? 0
        let isOnline = try fields.decodeIfPresent(Bool.self, forKey: .online) ?? true
        let isFlagged = try fields.decodeIfPresent(Bool.self, forKey: .flagged) ?? false
        let isInMaintenance = try fields.decodeIfPresent(Bool.self, forKey: .maintenanceMode) ?? false
        isAvailable = isOnline && !isFlagged && !isInMaintenance
    }

    /// What stands before the first blank, where it can be a speed: Swift reads "nan" and "inf" as numbers too.
    private static func speed(_ performance: String) -> Double {
        let speed = performance.split(separator: " ").first.flatMap { Double($0) } ?? 0
        return (0...1e6).contains(speed) ? speed : 0
    }

    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(id, forKey: .id)
        try fields.encode(isTrusted, forKey: .isTrusted)
        try fields.encode(models, forKey: .models)
        try fields.encode(maxLength, forKey: .maxLength)
        try fields.encode(maxContextLength, forKey: .maxContextLength)
        try fields.encode(threads, forKey: .threads)
        try fields.encode("\(tokensPerSecond) tokens per second", forKey: .performance)
        try fields.encode(uncompletedJobs, forKey: .uncompletedJobs)
        try fields.encode(isAvailable, forKey: .online)
    }
}

/// What waits for a model: an element of `GET /api/v2/status/models?type=text`.
package struct ModelDemand: Codable, Equatable, Sendable {
    package let name: String
    /// Threads, not workers, that serve it.
    package let count: Int
    /// Mean tokens a second of a job, over the last hour; 0 when none ran.
    package let performance: Double
    /// Tokens that were asked for and are not written.
    package let queued: Double
    package let jobs: Double
    /// Seconds until the queue is through; 10000 when Horde does not know.
    package let eta: Int

    package init(name: String, count: Int, performance: Double = 0, queued: Double = 0, jobs: Double = 0, eta: Int = 0)
    {
        self.name = name
        self.count = count
        self.performance = performance
        self.queued = queued
        self.jobs = jobs
        self.eta = eta
    }
}

/// How busy Horde is as a whole: `GET /api/v2/status/performance`.
package struct Load: Codable, Equatable, Sendable {
    package let queuedTextRequests: Int
    package let textThreadCount: Int

    package init(queuedTextRequests: Int, textThreadCount: Int) {
        self.queuedTextRequests = queuedTextRequests
        self.textThreadCount = textThreadCount
    }

    enum CodingKeys: String, CodingKey {
        case queuedTextRequests = "queued_text_requests"
        case textThreadCount = "text_thread_count"
    }

    /// The longest answer, in tokens, for which an account without kudos need not pay up front.
    ///
    /// Horde's own rule: 512 and five more for each thread, less nine tenths of a token for each request that waits, kept
    /// between 256 and 512.
    package var upfrontFreeTokens: Int {
        // Python rounds halves to even; in Double no number that Horde tells can overflow.
        let queued = (0.9 * Double(queuedTextRequests)).rounded(.toNearestOrEven)
        return Int(min(max(512 + 5 * Double(textThreadCount) - queued, 256), 512))
    }
}

/// A list whose unreadable elements are left out: one odd worker must not hide all the others.
struct Lenient<Element: Decodable & Sendable>: Decodable, Sendable {
    let elements: [Element]

    init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        var elements: [Element] = []
        while !list.isAtEnd {
            elements += try list.decode(Slot.self).element
        }
        self.elements = elements
    }

    /// Decodes in every case, because an element that throws would leave the list where it stands.
    private struct Slot: Decodable {
        let element: [Element]
        init(from decoder: any Decoder) throws {
            element = (try? Element(from: decoder)).map { [$0] } ?? []
        }
    }
}
