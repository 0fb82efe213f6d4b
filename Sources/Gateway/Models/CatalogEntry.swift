import Horde
package import OpenAI
package import Prompting

extension Catalog {
    /// One live model.
    package struct Entry: Sendable {
        package let name: String
        let workers: [Worker]
        package let format: FormatChoice
        /// The same for those models of a catalog for which one and the same prompt is right, thinking and tools
        /// included.
        let formatNumber: Int
        package let listing: Model
        let rank: ModelRank
    }
}

extension Catalog.Entry {
    init(
        name: String,
        identity: ModelIdentity,
        workers: [Worker],
        demand: ModelDemand?,
        format: FormatChoice,
        formatNumber: Int,
        created: Int
    ) {
        self.name = name
        self.workers = workers
        self.format = format
        self.formatNumber = formatNumber
        let contextLength = Self.offers(of: workers).map(\.contextTokens).max() ?? 0
        let threads = workers.reduce(0) { $0 + Self.count(Double($1.threads)) }
        // Weighted by threads: what the next job will most likely see.
        let speed = workers.reduce(0) { $0 + $1.tokensPerSecond * Double($1.threads) } / Double(max(threads, 1))
        rank = ModelRank(name: identity.full, speed: speed, threads: threads, demand: demand)
        listing = Model(
            id: name,
            created: created,
            ownedBy: "ai-horde",
            contextLength: contextLength,
            // A chain of jobs goes on where one ends; half of the context is left to the prompt.
            maxCompletionTokens: min(max(contextLength / 2, 0), Limits.chainedTokensMax),
            horde: Model.Supply(
                workers: workers.count,
                threads: threads,
                tokensPerSecond: (speed * 10).rounded() / 10,
                queuedTokens: demand.map { Self.count($0.queued) },
                queuedJobs: demand.map { Self.count($0.jobs) },
                // 10000 is Horde's way of saying that it does not know.
                etaSeconds: demand.flatMap { (0..<10_000).contains($0.eta) ? $0.eta : nil },
                format: format.format.name,
                formatSource: "\(format.source)"
            )
        )
    }

    /// What those of its workers take that a request allows: each pair is one worker's, since a job must fit one worker
    /// in both.
    package func offers(for request: HordeParameters = HordeParameters()) -> Set<Offer> {
        let named = request.workers.map(Set.init)
        let isBlocklist = request.workerBlacklist ?? false
        return Self.offers(
            of: workers.filter { worker in
                if request.trustedWorkers == true, !worker.isTrusted { return false }
                return named.map { $0.contains(worker.id) != isBlocklist } ?? true
            }
        )
    }

    /// Whether it can be told of tools.
    var hasTools: Bool { format.format.tools != "none" }

    private static func offers(of workers: [Worker]) -> Set<Offer> {
        Set(
            workers.map { worker in
                Offer(
                    contextTokens: worker.maxContextLength,
                    answerTokens: worker.maxLength,
                    // Horde says 1 of a worker that has not written yet.
                    tokensPerSecond: [0, 1].contains(worker.tokensPerSecond) ? nil : worker.tokensPerSecond
                )
            }
        )
    }

    /// A number of Horde's as a count; one that is absurd must not stop the server.
    private static func count(_ value: Double) -> Int { Int(min(max(value, 0), 1e12)) }
}
