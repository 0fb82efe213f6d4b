import Prompting

/// The names of the live models, to be found by what clients write; places are those of the sorted names.
struct NameIndex: Sendable {
    /// By the name itself, which Horde matches exactly.
    let exact: [String: Int]
    /// By the name in lower case.
    private let lowercased: [String: [Int]]
    /// By the last component of what is left of a name, and by all of it in one component.
    private let last: [String: [Int]]
    private let dashed: [String: [Int]]
    private let identities: [ModelIdentity]
    /// The names in lower case, for patterns.
    private let scalars: [[Unicode.Scalar]]

    /// What a name may mean.
    enum Finding: Equatable, Sendable {
        /// These are spellings of one model.
        case model([Int])
        /// Models of several makers have this name.
        case several([Int])
        case nothing
    }

    /// - Parameter names: each live name once, with what it means.
    init(_ names: [(name: String, identity: ModelIdentity)]) {
        func places(by key: (Int) -> String) -> [String: [Int]] { Dictionary(grouping: names.indices, by: key) }
        exact = Dictionary(uniqueKeysWithValues: names.indices.map { (names[$0].name, $0) })
        lowercased = places { names[$0].name.lowercased() }
        last = places { names[$0].identity.last }
        dashed = places { names[$0].identity.dashed }
        identities = names.map(\.identity)
        scalars = names.map { Array($0.name.lowercased().unicodeScalars) }
    }

    /// The place of this very name, or the places of those that differ from it by upper and lower case alone.
    func same(as name: String, lowercased lower: String) -> [Int] {
        exact[name].map { [$0] } ?? lowercased[lower] ?? []
    }

    /// The places of the names that a pattern matches.
    func matches(_ pattern: ShellPattern) -> [Int] { scalars.indices.filter { pattern.matches(scalars[$0]) } }

    /// The live spellings of the model that a name means.
    ///
    /// A name without a maker means the model of that name of whatever maker, if there is but one. A name with a maker
    /// means that maker's, and spellings that tell no maker, unless another maker's model of that name is live.
    func spellings(of wanted: ModelIdentity) -> Finding {
        guard !wanted.last.isEmpty else { return .nothing }
        // `maker_model` and `maker/model` are the same.
        let whole = (dashed[wanted.dashed] ?? []).filter { identities[$0].owner == wanted.owner }
        let wanted = whole.map { identities[$0] }.first { !$0.maker.isEmpty } ?? wanted
        let named = (last[wanted.last] ?? []).filter { identities[$0].owner == wanted.owner }
        let makers = Set(named.map { identities[$0].maker }).subtracting([""])
        var found = Set(whole)
        if wanted.maker.isEmpty {
            guard makers.count < 2 else {
                // What is spelt as the client does, without a maker, is meant; else it cannot be told.
                return whole.isEmpty ? .several(named) : .model(whole)
            }
            found.formUnion(named)
            // And the same maker's, written in one word.
            if let maker = makers.first {
                let joined = dashed["\(maker)-\(wanted.last)".replacing("/", with: "-")] ?? []
                found.formUnion(joined.filter { identities[$0].owner == wanted.owner })
            }
        } else if makers.subtracting([wanted.maker]).isEmpty {
            found.formUnion(named)
        }
        return found.isEmpty ? .nothing : .model(found.sorted())
    }
}
