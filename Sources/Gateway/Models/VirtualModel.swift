import Prompting

/// A name of ours for whichever live models are the best by some measure.
enum VirtualModel: Equatable, Sendable {
    /// The best balance of size and time.
    case auto
    /// The shortest time.
    case fast
    /// The most parameters.
    case large
    /// Coding models, else large ones that can be told of tools.
    case coder
    /// The best balance among the models of one format, by its name.
    case format(String)

    /// What all their names begin with; no alias may.
    static let prefix = "horde/"

    /// Those that there always are, in the order shown.
    static let standard: [VirtualModel] = [.auto, .fast, .large, .coder]

    /// As clients ask for it.
    var name: String {
        Self.prefix
            + {
                switch self {
                case .auto: "auto"
                case .fast: "fast"
                case .large: "large"
                case .coder: "coder"
                case .format(let name): name
                }
            }()
    }

    /// What it chooses among some of the entries, the best first: groups of models that are nearly as good as their
    /// first.
    ///
    /// The order of the places does not matter. Places stand for entries, since an entry takes long to copy.
    func groups(among places: [Int], of entries: [Catalog.Entry], needsTools: Bool) -> [[Int]] {
        var candidates = places
        if case .format(let name) = self {
            candidates.removeAll { entries[$0].format.format.name != name }
        } else {
            // Base models only go on with a text.
            candidates = candidates.preferring { entries[$0].format.format.name != "raw" }
        }
        if needsTools { candidates = candidates.preferring { entries[$0].hasTools } }
        let ranked = candidates.map { (key: key(entries[$0]), place: $0) }.sorted { left, right in
            // Entries are sorted by their names.
            left.key == right.key ? left.place < right.place : left.key < right.key
        }
        return ModelGroups.of(ranked.map(\.place), namesMax: Limits.namesPerGroupMax) { candidate, best in
            entries[candidate].formatNumber == entries[best].formatNumber && isNear(entries[candidate], entries[best])
        }
    }

    /// Smaller is better; the first difference decides.
    private func key(_ entry: Catalog.Entry) -> (Double, Double, Double) {
        let rank = entry.rank
        return switch self {
        case .auto, .format: (-rank.balance, 0, 0)
        case .fast: (rank.seconds, 0, 0)
        case .large: (-rank.size, rank.seconds, 0)
        case .coder: (rank.isCapableCoder ? 0 : entry.hasTools ? 1 : 2, -rank.size, rank.seconds)
        }
    }

    /// Whether a model is nearly as good as the best of its group.
    private func isNear(_ entry: Catalog.Entry, _ best: Catalog.Entry) -> Bool {
        let (rank, bestRank) = (entry.rank, best.rank)
        return switch self {
        case .auto, .format: rank.balance >= bestRank.balance * RankingRule.shareMin
        case .fast: rank.seconds <= bestRank.seconds * RankingRule.slownessMax
        case .large: rank.size >= bestRank.size * RankingRule.shareMin
        case .coder:
            key(entry).0 == key(best).0 && rank.size >= bestRank.size * RankingRule.shareMin
        }
    }
}

extension Array {
    /// Those that fulfil the condition, or all where none does.
    fileprivate func preferring(_ condition: (Element) -> Bool) -> [Element] {
        let preferred = filter(condition)
        return preferred.isEmpty ? self : preferred
    }
}
