import JSONText
import EventLoop
import FoundationEssentials
import Glibc
import Horde
import Logging
import OpenAI
import Prompting

/// The catalog, kept fresh in the background; every answer about models comes from memory.
///
/// What is old stays until something newer is there: Horde may be away for a while, its workers mostly are not.
@LoopActor
final class ModelCatalog {
    private(set) var current = Catalog.empty
    /// `GET /v1/models`, ready to send.
    private(set) var listBytes: [UInt8] = Array(Catalog.empty.list.compact.utf8)
    private var hasModels = false
    /// When the list was fetched; nil for one of the last process', or none.
    private var fetchedAt: ContinuousClock.Instant?
    /// Why the last look failed; nil when it did not.
    private var lastFailure: String?
    private let horde: Horde
    private let cache: CatalogCache?
    private var formats: FormatTable
    private var aliases: ModelAliases
    /// What the current catalog is made of.
    private var supply: Catalog.Supply?
    private let logger: Logger
    private let started = Int(time(nil))
    private var refreshing: Task<Void, Never>?
    /// When it was last looked, whatever came of it.
    private var lastLook: ContinuousClock.Instant?

    init(horde: Horde, cache: CatalogCache?, formats: FormatTable, aliases: ModelAliases, logger: Logger) {
        self.horde = horde
        self.cache = cache
        self.formats = formats
        self.aliases = aliases
        self.logger = logger
        if let supply = cache?.load() { show(supply) }
    }

    /// The live models that may answer a request for this name.
    ///
    /// - Throws: the error for a name that means none, or, while no list is held at all, the truth about that.
    func choice(for name: String, needs: ModelNeeds) throws(APIError) -> ModelChoice {
        try held.choice(for: name, needs: needs)
    }

    /// The model of this name as clients see it.
    ///
    /// - Throws: as for a choice.
    func listing(for name: String) throws(APIError) -> Model { try held.listing(for: name) }

    /// The current catalog, if there is one.
    private var held: Catalog {
        get throws(APIError) {
            guard hasModels else {
                throw .unavailable("The models of AI Horde are not known yet.", code: "not_ready", retryAfterSeconds: 5)
            }
            return current
        }
    }

    /// How the list stands.
    enum State: Equatable {
        /// There is none yet; why the last look failed, if one has.
        case none(why: String?)
        case fresh
        /// Newer models could not be had, or not yet; what is held is shown all the same.
        case stale
    }

    var state: State {
        guard hasModels else { return .none(why: lastFailure) }
        return lastFailure == nil && fetchedAt != nil ? .fresh : .stale
    }

    /// Since when the list has stood like that.
    private(set) var stateSince = ContinuousClock.now

    /// How old the list is, in seconds; nil where that is not known.
    var ageSeconds: Int? { fetchedAt.map { Int((.now - $0).components.seconds) } }

    /// Takes other formats and aliases, for what is held too.
    func change(formats: FormatTable, aliases: ModelAliases) {
        (self.formats, self.aliases) = (formats, aliases)
        if let supply { show(supply) }
    }

    func startRefreshing() {
        refreshing = EventLoop.task { [weak self] in
            var retry = Limits.refreshRetryMin
            while !Task.isCancelled {
                guard let isFresh = await self?.refresh() else { return }
                let pause = isFresh ? Limits.refreshInterval : retry
                retry = isFresh ? Limits.refreshRetryMin : min(retry * 2, Limits.refreshInterval)
                try? await EventLoop.sleep(for: pause)
            }
        }
    }

    func stopRefreshing() {
        refreshing?.cancel()
    }

    /// Looks now, unless that has just been done or is being done: many jobs may fail at once.
    func refreshIfOld() async {
        guard lastLook.map({ .now - $0 >= Limits.refreshAgeMin }) ?? true else { return }
        _ = await refresh()
    }

    /// Looks once; true when a list came back.
    private func refresh() async -> Bool {
        lastLook = .now
        do throws(HordeError) {
            let supply = try await Catalog.Supply(from: horde)
            // Nothing at all is more likely a fault of Horde's than the truth, and no list to replace one with.
            if supply.workers.isEmpty { return failed("AI Horde lists no workers") }
            if lastFailure != nil { logger.notice("horde is back", metadata: ["models": "\(supply.models.count)"]) }
            change {
                lastFailure = nil
                fetchedAt = .now
                show(supply)
            }
            cache?.save(supply)
            return true
        } catch {
            let message = APIError(error).message.withoutDot
            if case .unreachable(let reason) = error { return failed("\(message): \(reason)") }
            return failed(message)
        }
    }

    private func failed(_ failure: String) -> Bool {
        if lastFailure != failure { logger.warning("no model list from horde", metadata: ["reason": "\(failure)"]) }
        change { lastFailure = failure }
        return false
    }

    /// Changes what is known, and notes when the list has come to stand in another way.
    private func change(_ body: () -> Void) {
        let before = state
        body()
        if !state.isLike(before) { stateSince = .now }
    }

    private func show(_ supply: Catalog.Supply) {
        self.supply = supply
        current = Catalog(supply: supply, formats: formats, aliases: aliases, created: started)
        listBytes = Array(current.list.compact.utf8)
        hasModels = true
    }
}

extension ModelCatalog.State {
    /// The same, for whatever reason.
    fileprivate func isLike(_ other: Self) -> Bool {
        switch (self, other) {
        case (.none, .none), (.fresh, .fresh), (.stale, .stale): true
        default: false
        }
    }
}

extension String {
    fileprivate var withoutDot: String { hasSuffix(".") ? String(dropLast()) : self }
}
