import EventLoop
import Glibc
package import Horde
package import OpenAI
package import Prompting

/// What Horde offers at one moment: its lists joined, one entry for each model.
package struct Catalog: Sendable {
    /// Every live model, sorted by name.
    package let entries: [Entry]
    /// The operator's own names for models.
    let aliases: ModelAliases
    /// The virtual models that have something to choose among, in the order shown.
    let virtualModels: [VirtualModel]
    /// Those by their names in lower case.
    private let virtualIndex: [String: VirtualModel]
    let formats: FormatTable
    let names: NameIndex
    /// What `created` of each model says, in Unix seconds.
    let created: Int
    /// The longest answer that needs no kudos in hand, as Horde computes it from its load.
    let upfrontFreeTokens: Int

    static let empty = Catalog(supply: Supply(), formats: .builtIn, created: 0)

    /// What was fetched, as it is kept on disk.
    struct Supply: Codable, Sendable {
        var workers: [Worker] = []
        var models: [ModelDemand] = []
        var load: Load?
    }

    /// - Parameters:
    ///   - supply: Horde's lists.
    ///   - formats: how each model is spoken to.
    ///   - aliases: the operator's own names for models.
    ///   - created: what `created` of each model says, in Unix seconds; Horde does not know.
    init(supply: Supply, formats: FormatTable, aliases: ModelAliases = ModelAliases(), created: Int) {
        upfrontFreeTokens = supply.load?.upfrontFreeTokens ?? JobSize.freeTokensMax
        var workers: [String: [Worker]] = [:]
        for worker in supply.workers where worker.isAvailable {
            for name in Set(worker.models) { workers[name, default: []].append(worker) }
        }
        let demand = Dictionary(supply.models.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let identities = workers.keys.sorted().map { ($0, formats.identity(ofModel: $0)) }
        var distinct: [PromptFormat] = []
        entries = identities.map { name, identity in
            let format = formats.format(forModel: name)
            let number = distinct.firstIndex { $0.name == format.format.name && $0 == format.format }
            if number == nil { distinct.append(format.format) }
            return Entry(
                name: name,
                identity: identity,
                workers: workers[name] ?? [],
                demand: demand[name],
                format: format,
                formatNumber: number ?? distinct.count - 1,
                created: created
            )
        }
        names = NameIndex(identities)
        virtualModels =
            entries.isEmpty ? [] : VirtualModel.standard + Set(distinct.map(\.name)).sorted().map { .format($0) }
        // A format that is called like one of the standard ones does not replace it.
        virtualIndex = Dictionary(
            virtualModels.map { ($0.name.lowercased(), $0) },
            uniquingKeysWith: { first, _ in first }
        )
        self.aliases = aliases
        self.formats = formats
        self.created = created
    }

    /// Asks Horde now.
    @LoopActor package static func fetch(
        from horde: Horde,
        formats: FormatTable,
        aliases: ModelAliases = ModelAliases()
    ) async throws(HordeError) -> Catalog {
        let supply = try await Supply(from: horde)
        return Catalog(supply: supply, formats: formats, aliases: aliases, created: Int(time(nil)))
    }

    /// The entry of a live model, by its exact name.
    package subscript(name: String) -> Entry? { names.exact[name].map { entries[$0] } }

    /// What an account gets without kudos in hand, as far as its key tells: the anonymous one has nothing to spend.
    package func freeTokens(for key: HordeKey) -> Int? { key.isAnonymous ? upfrontFreeTokens : nil }

    /// The error for a name that is neither live nor ours, with the names that may have been meant.
    package func unknownModel(_ name: String) -> APIError {
        let known = entries.map(\.name) + virtualModels.map(\.name) + aliases.all.map(\.name)
        return .modelNotFound(name, suggestions: NearestNames.of(name, among: known, atMost: Limits.suggestionsMax))
    }

    /// The virtual model of this name, given in lower case, as long as it has something to choose among.
    func virtual(_ lowercased: String) -> VirtualModel? { virtualIndex[lowercased] }
}

extension Catalog.Supply {
    /// The three lists that a catalog is made of; what waits and how busy Horde is may be missing.
    @LoopActor init(from horde: Horde) async throws(HordeError) {
        workers = try await horde.workers()
        do throws(HordeError) { models = try await horde.models() } catch { models = [] }
        do throws(HordeError) { load = try await horde.load() } catch { load = nil }
    }
}
