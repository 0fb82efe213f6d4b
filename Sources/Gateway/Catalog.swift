import EventLoop
import Glibc
package import Horde
package import OpenAI
package import Prompting

/// What Horde offers at one moment: its lists joined, one entry for each model.
package struct Catalog: Sendable {
    /// One live model.
    package struct Entry: Sendable {
        package let name: String
        private let workers: [Worker]
        package let format: FormatChoice
        package let listing: Model
    }

    package let entries: [Entry]
    private let index: [String: Int]
    /// The longest answer that needs no kudos in hand, as Horde computes it from its load.
    private let upfrontFreeTokens: Int

    static let empty = Catalog(supply: Supply(), formats: .builtIn, serverKey: .anonymous, created: 0)

    /// What was fetched, as it is kept on disk.
    struct Supply: Codable, Sendable {
        var workers: [Worker] = []
        var models: [ModelDemand] = []
        var load: Load?
    }

    /// - Parameters:
    ///   - supply: Horde's lists.
    ///   - formats: how each model is spoken to.
    ///   - serverKey: whose limits the list tells: the anonymous account is held to what is free.
    ///   - created: what `created` of each model says, in Unix seconds; Horde does not know.
    init(supply: Supply, formats: FormatTable, serverKey: HordeKey, created: Int) {
        upfrontFreeTokens = supply.load?.upfrontFreeTokens ?? JobSize.answerTokensDefault
        var workers: [String: [Worker]] = [:]
        for worker in supply.workers where worker.isAvailable {
            for name in Set(worker.models) { workers[name, default: []].append(worker) }
        }
        let demand = Dictionary(supply.models.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let answerTokensMax = serverKey.isAnonymous ? upfrontFreeTokens : .max
        entries = workers.keys.sorted().map { name in
            Entry(
                name: name,
                workers: workers[name] ?? [],
                demand: demand[name],
                format: formats.format(forModel: name),
                answerTokensMax: answerTokensMax,
                created: created
            )
        }
        index = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
    }

    /// Asks Horde now.
    @LoopActor package static func fetch(
        from horde: Horde,
        formats: FormatTable,
        serverKey: HordeKey
    ) async throws(HordeError) -> Catalog {
        Catalog(supply: try await Supply(from: horde), formats: formats, serverKey: serverKey, created: Int(time(nil)))
    }

    /// The entry of a live model, by its exact name.
    package subscript(name: String) -> Entry? { index[name].map { entries[$0] } }

    /// The body of `GET /v1/models`.
    package var list: JSON { ModelList(entries.map(\.listing)).json }

    /// What an account gets without kudos in hand, as far as its key tells: the anonymous one has nothing to spend.
    package func freeTokens(for key: HordeKey) -> Int? { key.isAnonymous ? upfrontFreeTokens : nil }

    /// The error for a name that is not live, with the names that may have been meant.
    package func unknownModel(_ name: String) -> APIError {
        let names = entries.lazy.map(\.name)
        return .modelNotFound(name, suggestions: NearestNames.of(name, among: names, atMost: Limits.suggestionsMax))
    }
}

extension Catalog.Entry {
    fileprivate init(
        name: String,
        workers: [Worker],
        demand: ModelDemand?,
        format: FormatChoice,
        answerTokensMax: Int,
        created: Int
    ) {
        self.name = name
        self.workers = workers
        self.format = format
        let offers = Self.offers(of: workers)
        let threads = workers.reduce(0) { $0 + Self.count(Double($1.threads)) }
        // Weighted by threads: what the next job will most likely see.
        let speed = workers.reduce(0) { $0 + $1.tokensPerSecond * Double($1.threads) } / Double(max(threads, 1))
        listing = Model(
            id: name,
            created: created,
            ownedBy: "ai-horde",
            contextLength: offers.map(\.contextTokens).max() ?? 0,
            maxCompletionTokens: min(offers.map(\.answerTokens).max() ?? 0, answerTokensMax),
            horde: Model.Supply(
                workers: workers.count,
                threads: threads,
                tokensPerSecond: (speed * 10).rounded() / 10,
                queuedTokens: demand.map { Self.count($0.queued) },
                queuedJobs: demand.map { Self.count($0.jobs) },
                // 10000 is Horde's way of saying that it does not know.
                etaSeconds: demand.flatMap { $0.eta < 10_000 ? $0.eta : nil },
                format: format.format.name,
                formatSource: "\(format.source)"
            )
        )
    }
}

extension Catalog.Entry {
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

    private static func offers(of workers: [Worker]) -> Set<Offer> {
        Set(workers.map { Offer(contextTokens: $0.maxContextLength, answerTokens: $0.maxLength) })
    }

    /// A number of Horde's as a count; one that is absurd must not stop the server.
    private static func count(_ value: Double) -> Int { Int(min(max(value, 0), 1e12)) }
}

extension Catalog.Supply {
    /// The three lists that a catalog is made of; what waits and how busy Horde is may be missing.
    @LoopActor init(from horde: Horde) async throws(HordeError) {
        workers = try await horde.workers()
        do throws(HordeError) { models = try await horde.models() } catch { models = [] }
        do throws(HordeError) { load = try await horde.load() } catch { load = nil }
    }
}
