import Horde
import JSONText
import OpenAI
import Prompting
import Testing

@testable import Gateway

@Suite struct CatalogTests {
    private static let tiny = "koboldcpp/tiny-chat"
    private static let large = "koboldcpp/large-chat"

    private let supply = Catalog.Supply(
        workers: [
            Worker(models: [tiny, tiny], maxLength: 512, maxContextLength: 8192, threads: 3, tokensPerSecond: 10),
            Worker(models: [tiny, large], maxLength: 1024, maxContextLength: 4096, threads: 1, tokensPerSecond: 31),
            Worker(models: [tiny, "hidden"], maxLength: 4096, maxContextLength: 65_536, isAvailable: false),
        ],
        models: [
            ModelDemand(name: tiny, count: 4, queued: 1234.9, jobs: 7, eta: 42),
            ModelDemand(name: large, count: 1, queued: 1, jobs: 1, eta: 10_000),
            ModelDemand(name: "nobody's", count: 0),
        ],
        load: Load(queuedTextRequests: 200, textThreadCount: 0)
    )

    private var catalog: Catalog { Catalog(supply: supply, formats: .builtIn, created: 1_700_000_000) }

    private func registered() throws -> HordeKey { try #require(HordeKey("abcdefghijklmnopqrstuv")) }

    @Test func `a request that chooses among workers is sized for those that it leaves`() throws {
        let workers = [
            Worker(id: "a", isTrusted: true, models: ["m"], maxLength: 512, maxContextLength: 4096),
            Worker(id: "b", models: ["m"], maxLength: 256, maxContextLength: 8192),
        ]
        let catalog = Catalog(
            supply: Catalog.Supply(workers: workers),
            formats: .builtIn,
            created: 0
        )
        let entry = try #require(catalog["m"])
        func contexts(_ choose: (inout HordeParameters) -> Void) -> [Int] {
            var request = HordeParameters()
            choose(&request)
            return entry.offers(for: request).map(\.contextTokens).sorted()
        }
        #expect(contexts { _ in } == [4096, 8192])
        #expect(contexts { $0.trustedWorkers = true } == [4096])
        #expect(contexts { $0.trustedWorkers = false } == [4096, 8192])
        #expect(contexts { $0.workers = ["b", "gone"] } == [8192])
        #expect(contexts { ($0.workers, $0.workerBlacklist) = (["b"], true) } == [4096])
        #expect(contexts { $0.workers = ["gone"] } == [])
    }

    @Test func `absurd numbers from Horde are no reason to end`() throws {
        let workers = (0..<3).map { _ in
            Worker(models: [Self.tiny], maxLength: .max, maxContextLength: .max, threads: .max, tokensPerSecond: 1e300)
        }
        let models = [ModelDemand(name: Self.tiny, count: .max, queued: 1e300, jobs: -1e300, eta: .max)]
        let supply = Catalog.Supply(workers: workers, models: models)
        let catalog = Catalog(supply: supply, formats: .builtIn, created: 0)
        let entry = try #require(catalog[Self.tiny])
        #expect(entry.listing.horde.queuedJobs == 0)
        _ = try JobSize.choose(promptTokens: 10, wantedTokens: 20, offers: entry.offers(), upfrontFreeTokens: nil)
        #expect(!catalog.list.compact.isEmpty)
    }

    @Test func `workers and models are joined by name`() throws {
        #expect(catalog.entries.map(\.name) == [Self.large, Self.tiny])
        let entry = try #require(catalog[Self.tiny])
        #expect(
            entry.offers() == [
                Offer(contextTokens: 8192, answerTokens: 512, tokensPerSecond: 10),
                Offer(contextTokens: 4096, answerTokens: 1024, tokensPerSecond: 31),
            ]
        )
        let listing = entry.listing
        #expect(listing.created == 1_700_000_000)
        #expect(listing.contextLength == 8192)
        #expect(listing.maxCompletionTokens == 4096)
        #expect(listing.horde.workers == 2)
        #expect(listing.horde.threads == 4)
        // (3 × 10 + 31) / 4 = 15.25
        #expect(listing.horde.tokensPerSecond == 15.3)
        #expect(listing.horde.queuedTokens == 1234)
        #expect(listing.horde.queuedJobs == 7)
        #expect(listing.horde.etaSeconds == 42)
        #expect(listing.horde.format == entry.format.format.name)
    }

    @Test func `an estimate that Horde does not know is absent`() throws {
        let horde = try #require(catalog[Self.large]).listing.horde
        #expect(horde.etaSeconds == nil)
        #expect(horde.json["eta_seconds"] == nil)
        #expect(horde.json["queued_jobs"]?.int == 1)
    }

    @Test(arguments: ["hidden", "nobody's", "KOBOLDCPP/TINY-CHAT", ""])
    func `a name that no available worker has is not live`(name: String) {
        #expect(catalog[name] == nil)
    }

    @Test func `a worker without threads does not divide by none`() throws {
        let worker = Worker(models: ["idle"], maxLength: 80, maxContextLength: 1024, threads: 0)
        let catalog = Catalog(
            supply: Catalog.Supply(workers: [worker]),
            formats: .builtIn,
            created: 0
        )
        let listing = try #require(catalog["idle"]).listing
        #expect(listing.horde.tokensPerSecond == 0)
        #expect(listing.horde.queuedTokens == nil)
    }

    @Test func `the anonymous account is held to what is free`() throws {
        // 512 − 0.9 × 200
        #expect(catalog.freeTokens(for: .anonymous) == 332)
        #expect(catalog.freeTokens(for: try registered()) == nil)
    }

    @Test(arguments: [(8192, 4096), (65_536, 32_768), (1_048_576, 32_768), (1, 0), (-5, 0)])
    func `an answer has half of the context, up to what a chain of jobs gives`(context: Int, length: Int) {
        let worker = Worker(models: ["m"], maxLength: 80, maxContextLength: context)
        let catalog = Catalog(supply: Catalog.Supply(workers: [worker]), formats: .builtIn, created: 0)
        #expect(catalog["m"]?.listing.maxCompletionTokens == length)
    }

    @Test func `without Horde's load the default is free`() {
        #expect(Catalog.empty.freeTokens(for: .anonymous) == JobSize.freeTokensMax)
    }

    @Test func `an unknown model is not found, and the near ones are named`() {
        let error = catalog.unknownModel("koboldcpp/tiny-chaat")
        #expect(error.status == 404)
        #expect(error.code == "model_not_found")
        #expect(error.message.contains("Did you mean `\(Self.tiny)`"))
        #expect(!catalog.unknownModel("gpt-4o").message.contains("Did you mean"))
    }

    @Test func `the list has every entry, in order`() {
        let data = catalog.list["data"]?.array
        #expect(data?.prefix(2).compactMap { $0["id"]?.string } == [Self.large, Self.tiny])
        #expect(Catalog.empty.list["data"]?.array == [])
    }
}

extension JSON {
    fileprivate subscript(key: String) -> JSON? {
        if case .object(let object) = self { object[key] } else { nil }
    }
}
