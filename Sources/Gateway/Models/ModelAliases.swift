import Prompting

/// The names that the operator's configuration gives to lists of models.
package struct ModelAliases: Equatable, Sendable {
    /// One of them.
    struct Alias: Equatable, Sendable {
        /// As it is written in the configuration.
        let name: String
        let entries: [Entry]
    }

    /// A model's name in any of its spellings, or a pattern of live names.
    struct Entry: Equatable, Sendable {
        let text: String
        let lowercased: String
        /// Nil for what is no pattern.
        let pattern: ShellPattern?
        /// Which model is meant, unless it is a pattern.
        let identity: ModelIdentity

        /// Whether it takes a look at every live model.
        var isSearch: Bool { pattern != nil || lowercased.hasPrefix(VirtualModel.prefix) }

        init(_ text: String) {
            self.text = text
            lowercased = text.lowercased()
            pattern = ShellPattern.isPattern(text) ? ShellPattern(text) : nil
            // What is taken off a name is the same in every table.
            identity = FormatTable.builtIn.identity(ofModel: pattern == nil ? text : "")
        }

        /// All follows from the text.
        static func == (left: Entry, right: Entry) -> Bool { left.text == right.text }
    }

    /// All of them, in the order in which they were added.
    private(set) var all: [Alias] = []
    private var index: [String: Int] = [:]
    private var searchCount = 0

    /// No aliases.
    package init() {}

    /// Adds a name for these models, which are tried in this order.
    ///
    /// - Throws: what is wrong with the name or with an entry.
    package mutating func add(_ name: String, _ entries: [String]) throws(ModelAliasProblem) {
        guard !name.isEmpty, name.unicodeScalars.count <= Limits.nameScalarsMax else { throw .length }
        guard !name.contains(",") else { throw .comma }
        let key = name.lowercased()
        guard !key.hasPrefix(VirtualModel.prefix) else { throw .reserved }
        guard index[key] == nil else { throw .duplicate }
        guard all.count < Limits.aliasesMax else { throw .tooMany }
        guard !entries.isEmpty else { throw .noEntries }
        guard entries.count <= Limits.aliasEntriesMax else { throw .tooManyEntries }
        for (place, entry) in entries.enumerated() {
            guard !entry.isEmpty, entry.unicodeScalars.count <= Limits.nameScalarsMax else {
                throw .entryLength(place)
            }
        }
        let alias = Alias(name: name, entries: entries.map(Entry.init))
        let searches = alias.entries.count { $0.isSearch }
        guard searchCount + searches <= Limits.aliasSearchesMax else { throw .tooManySearches }
        searchCount += searches
        index[key] = all.count
        all.append(alias)
    }

    /// The alias of this name, given in lower case.
    subscript(lowercased name: String) -> Alias? { index[name].map { all[$0] } }
}

/// Why a name cannot be an alias.
package enum ModelAliasProblem: Error, Equatable, Sendable, CustomStringConvertible {
    /// The name is empty or longer than Horde's own.
    case length
    /// The name has a comma, which separates names in a request.
    case comma
    /// The name begins like those of virtual models.
    case reserved
    /// There is one of this name, upper and lower case being the same.
    case duplicate
    /// There are as many as there may be.
    case tooMany
    case noEntries
    case tooManyEntries
    /// All aliases together have as many patterns and virtual models as there may be.
    case tooManySearches
    /// The entry at this place is empty or longer than Horde's own names.
    case entryLength(Int)

    package var description: String {
        switch self {
        case .length: "an alias has 1 to \(Limits.nameScalarsMax) characters"
        case .comma: "an alias has no comma, since a comma separates the names in a request"
        case .reserved: "an alias does not begin with '\(VirtualModel.prefix)', since virtual models do"
        case .duplicate: "there is an alias of this name, upper and lower case being the same"
        case .tooMany: "there are more than \(Limits.aliasesMax) aliases"
        case .noEntries: "an alias names at least one model"
        case .tooManyEntries: "an alias names at most \(Limits.aliasEntriesMax) models"
        case .tooManySearches:
            "there are more than \(Limits.aliasSearchesMax) patterns and virtual models in all aliases"
        case .entryLength: "a model's name or pattern has 1 to \(Limits.nameScalarsMax) characters"
        }
    }
}
