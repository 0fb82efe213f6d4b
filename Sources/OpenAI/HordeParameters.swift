import JSONText

// The object `horde` of a request: what Horde lets a client choose and OpenAI has no word for.

/// Which workers may take a job, and on what terms; nil leaves a choice to Horde.
package struct HordeParameters: Equatable, Sendable {
    /// The most workers that a list may name: Horde drops the rest of a longer one and does not say so.
    package static let workersMax = 5

    /// Whether only workers of trusted owners may take it; Horde's own choice is no.
    package var trustedWorkers: Bool?
    /// Whether slow workers may take it; Horde's own choice is yes, and no always needs kudos in hand.
    package var slowWorkers: Bool?
    /// Whether only workers with a backend that Horde has validated may take it; Horde's own choice is no.
    package var validatedBackends: Bool?
    /// Whether Horde may shorten an answer that needs more kudos than there are; it does not tell that it did.
    package var allowDowngrade: Bool?
    /// The ids of the workers that may take it, one to `workersMax`, none empty.
    package var workers: [String]?
    /// Whether `workers` are the ones that may not.
    package var workerBlacklist: Bool?

    /// Nothing that differs from Horde's own choice.
    package init() {}
}

extension HordeParameters {
    /// Reads `horde` of a request.
    init(_ request: FieldReader) throws(APIError) {
        guard let fields = try request.fields("horde") else { return }
        trustedWorkers = try fields.bool("trusted_workers")
        slowWorkers = try fields.bool("slow_workers")
        validatedBackends = try fields.bool("validated_backends")
        allowDowngrade = try fields.bool("allow_downgrade")
        workers = try Self.workers(fields)
        workerBlacklist = try fields.bool("worker_blacklist")
    }

    private static func workers(_ fields: FieldReader) throws(APIError) -> [String]? {
        let key = "workers"
        guard let workers = try fields.list(key, of: FieldReader.name), !workers.isEmpty else { return nil }
        guard workers.count <= workersMax else {
            throw .invalidValue(fields.path(of: key), expected: "at most \(workersMax) ids, as Horde takes no more")
        }
        return workers
    }
}
