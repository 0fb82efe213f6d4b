package import OpenAI
package import Prompting

/// The live models that may answer a request, in the order in which they are tried.
package struct ModelChoice: Sendable {
    /// Models that are tried together.
    package struct Group: Sendable {
        /// In rank order, the best first; never empty.
        package let entries: [Catalog.Entry]

        /// How all of them are spoken to.
        package var format: FormatChoice { entries[0].format }

        /// The names as Horde has them, in rank order.
        package var names: [String] { entries.map(\.name) }

        /// What those of their workers take that a request allows.
        package func offers(for request: HordeParameters = HordeParameters()) -> Set<Offer> {
            entries.reduce(into: []) { $0.formUnion($1.offers(for: request)) }
        }

        init(_ entries: [Catalog.Entry]) {
            precondition(!entries.isEmpty, "A group has models.")
            self.entries = entries
        }
    }

    /// As the client named it.
    package let requested: String
    /// Each is one try: live models of one prompt format, which are listed in a job together; never empty.
    ///
    /// The spellings of one model are an exception where the operator's configuration or a rule tells their formats
    /// apart in detail: they are spoken to as the best of them.
    package let groups: [Group]
    /// The name under which ours list it, as `horde/auto`; nil for a plain name.
    let listedName: String?

    /// Whether a further group may be tried when one does not start: never for a plain name, which is never replaced.
    package var canMoveOn: Bool { groups.count > 1 }

    init(requested: String, groups: [[Catalog.Entry]], listedName: String?) {
        precondition(!groups.isEmpty, "A choice has groups.")
        self.requested = requested
        self.groups = groups.map(Group.init)
        self.listedName = listedName
    }
}

/// What a request needs of the models that answer it.
package struct ModelNeeds: Sendable {
    /// Estimate of the prompt and a first part of the answer, in tokens, at least 0.
    package var tokens: Int
    /// Whether the models are to call tools.
    package var tools: Bool
    /// Which workers the request allows.
    package var horde: HordeParameters

    /// Nothing in particular, unless told.
    package init(tokens: Int = 0, tools: Bool = false, horde: HordeParameters = HordeParameters()) {
        self.tokens = tokens
        self.tools = tools
        self.horde = horde
    }
}
