package import JSONText
package import OpenAI
import Prompting

extension Catalog {
    /// The body of `GET /v1/models`: the live models, then the virtual ones and the aliases that have live models.
    package var list: JSON {
        ModelList(entries.filter { !isOurs($0.name) }.map(\.listing) + collections()).json
    }

    /// Whether a live model is called like a virtual one or an alias, so that nobody can ask for it by this name.
    func isOurs(_ name: String) -> Bool {
        virtual(name.lowercased()) != nil || aliases[lowercased: name.lowercased()] != nil
    }

    /// What the virtual models and the aliases would choose now for a request with these needs.
    package func collections(needs: ModelNeeds = ModelNeeds()) -> [Model] {
        (virtualModels.map(\.name) + aliases.all.map(\.name)).compactMap { name in
            do throws(APIError) {
                return try listing(for: name, needs: needs)
            } catch {
                // An alias whose models are all gone is not there at the moment.
                return nil
            }
        }
    }

    /// The body of `GET /v1/models/{name}`.
    ///
    /// - Throws: the error for a name that means no model or several.
    package func listing(for name: String, needs: ModelNeeds = ModelNeeds()) throws(APIError) -> Model {
        let choice = try choice(for: name, needs: needs)
        let group = choice.groups[0]
        let best = group.entries[0].listing
        guard let listedName = choice.listedName else { return best }
        return Model(
            id: listedName,
            created: created,
            ownedBy: "interposer",
            contextLength: best.contextLength,
            maxCompletionTokens: best.maxCompletionTokens,
            horde: Model.Supply(
                workers: group.entries.reduce(0) { $0 + $1.listing.horde.workers },
                threads: group.entries.reduce(0) { $0 + $1.listing.horde.threads },
                tokensPerSecond: best.horde.tokensPerSecond,
                queuedTokens: best.horde.queuedTokens,
                queuedJobs: best.horde.queuedJobs,
                etaSeconds: best.horde.etaSeconds,
                format: group.format.format.name,
                models: group.names
            )
        )
    }
}
