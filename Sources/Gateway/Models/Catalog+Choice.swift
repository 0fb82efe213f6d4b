package import OpenAI
import Prompting

extension Catalog {
    /// The models that may answer a request for this name.
    ///
    /// Models are left out that have no worker which the request allows, or whose context is too small. When all are
    /// too small, the ones with the largest context are the choice, so that the caller can tell how large that is.
    ///
    /// - Throws: the error for a name that means nothing, that means several models, or whose models are all gone or
    ///   out of the request's reach.
    package func choice(for name: String, needs: ModelNeeds) throws(APIError) -> ModelChoice {
        let reading = try reading(of: name)
        let room = Room(entries, needs)
        var groups = groups(reading, needs) { room.has($0, tokens: needs.tokens) }
        if groups.isEmpty {
            // The largest context of those whose worker may be asked.
            let largest = places(reading).compactMap { room.tokens($0) }.max()
            guard let largest else { throw places(reading).isEmpty ? .noModel(name) : .noAllowedWorker }
            groups = Array(self.groups(reading, needs) { room.has($0, tokens: largest) }.prefix(1))
        }
        return ModelChoice(
            requested: name,
            groups: groups.map { $0.map { entries[$0] } },
            listedName: listedName(reading, name)
        )
    }

    /// What each model has room for, as far as a request allows its workers.
    private struct Room {
        private let contexts: [Int?]

        init(_ entries: [Entry], _ needs: ModelNeeds) {
            let allowsAll = needs.horde.workers == nil && needs.horde.trustedWorkers != true
            contexts = entries.map { entry in
                // The usual case, without a look at each worker.
                if allowsAll { return entry.listing.contextLength }
                return entry.offers(for: needs.horde).map(\.contextTokens).max()
            }
        }

        /// The largest context, in tokens; nil where no worker may be asked.
        func tokens(_ place: Int) -> Int? { contexts[place] }

        func has(_ place: Int, tokens: Int) -> Bool { contexts[place].map { $0 >= tokens } ?? false }
    }

    /// A model that may be chosen; those of one tier may share a job.
    private struct Candidate {
        let place: Int
        let tier: Int
    }

    private func groups(_ reading: NameReading, _ needs: ModelNeeds, where isUsable: (Int) -> Bool) -> [[Int]] {
        switch reading {
        case .model(let places):
            let spellings = ranked(places.filter(isUsable))
            let group = ModelGroups.of(spellings, namesMax: Limits.spellingsMax) {
                entries[$0].format.format.name == entries[$1].format.format.name
            }
            // One model, one try.
            return Array(group.prefix(1))
        case .virtual(let virtual):
            return virtual.groups(among: entries.indices.filter(isUsable), of: entries, needsTools: needs.tools)
        case .alias, .list:
            var tier = 0
            var taken: Set<Int> = []
            var candidates: [Candidate] = []
            for candidate in self.candidates(reading, needs, &tier, isUsable)
            where taken.insert(candidate.place).inserted { candidates.append(candidate) }
            if needs.tools {
                candidates =
                    candidates.filter { entries[$0.place].hasTools }
                    + candidates.filter { !entries[$0.place].hasTools }
            }
            let groups = ModelGroups.of(candidates, namesMax: Limits.namesPerGroupMax) {
                $0.tier == $1.tier && entries[$0.place].formatNumber == entries[$1.place].formatNumber
            }
            return groups.map { $0.map(\.place) }
        }
    }

    /// The models of an alias or of a list, in the order written; those of a virtual model among them keep its groups.
    private func candidates(
        _ reading: NameReading,
        _ needs: ModelNeeds,
        _ tier: inout Int,
        _ isUsable: (Int) -> Bool
    ) -> [Candidate] {
        switch reading {
        case .model(let places): return ranked(places.filter(isUsable)).map { Candidate(place: $0, tier: 0) }
        case .virtual(let virtual):
            var candidates: [Candidate] = []
            for group in virtual.groups(among: entries.indices.filter(isUsable), of: entries, needsTools: needs.tools) {
                tier += 1
                candidates += group.map { Candidate(place: $0, tier: tier) }
            }
            return candidates
        case .alias(let alias):
            return alias.entries.flatMap { entry in
                self.reading(of: entry).map { candidates($0, needs, &tier, isUsable) } ?? []
            }
        case .list(let readings): return readings.flatMap { candidates($0, needs, &tier, isUsable) }
        }
    }

    /// What an entry of an alias means, nil where nothing of it is live; aliases in aliases are not looked for.
    private func reading(of entry: ModelAliases.Entry) -> NameReading? {
        switch certainReading(of: entry.text, lowercased: entry.lowercased) {
        case .model(let places): return .model(places)
        case .virtual(let virtual): return .virtual(virtual)
        case .alias, .list, nil: break
        }
        if let pattern = entry.pattern { return .model(names.matches(pattern)) }
        // An alias may well mean several models.
        return switch names.spellings(of: entry.identity) {
        case .model(let places), .several(let places): .model(places)
        case .nothing: nil
        }
    }

    /// The soonest first.
    private func ranked(_ places: [Int]) -> [Int] {
        places.sorted { left, right in
            let (leftSeconds, rightSeconds) = (entries[left].rank.seconds, entries[right].rank.seconds)
            return leftSeconds == rightSeconds ? left < right : leftSeconds < rightSeconds
        }
    }

    /// Every live model that a reading means, whatever is needed.
    private func places(_ reading: NameReading) -> [Int] {
        switch reading {
        case .model(let places): places
        case .virtual(.format(let name)): entries.indices.filter { entries[$0].format.format.name == name }
        case .virtual: Array(entries.indices)
        case .alias(let alias): alias.entries.flatMap { self.reading(of: $0).map(places) ?? [] }
        case .list(let readings): readings.flatMap(places)
        }
    }

    private func listedName(_ reading: NameReading, _ name: String) -> String? {
        switch reading {
        case .model: nil
        case .virtual(let virtual): virtual.name
        case .alias(let alias): alias.name
        case .list: name
        }
    }
}

extension APIError {
    /// 503: the name is known, and no model of it is live.
    fileprivate static func noModel(_ name: String) -> APIError {
        let shown = name.count > 200 ? name.prefix(200) + "…" : name[...]
        return .unavailable("None of the models of `\(shown)` is live now.", code: "no_worker", retryAfterSeconds: 60)
    }

    fileprivate static let noAllowedWorker = APIError.invalidValue(
        "horde",
        expected: "a choice that leaves a worker which serves this model now"
    )
}
