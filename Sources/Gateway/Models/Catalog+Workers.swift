import Horde
import OpenAI
import Prompting

extension Catalog {
    /// What those of the workers of some models take that a request allows; none of a model that is not live.
    func offers(of names: [String], for request: HordeParameters) -> Set<Offer> {
        names.reduce(into: []) { $0.formUnion(self[$1]?.offers(for: request) ?? []) }
    }

    /// How long a job takes that any of some models may do: as long as at the one that is through with its queue first.
    func forecast(of names: [String]) -> JobForecast {
        let supplies = names.compactMap { self[$0]?.listing.horde }
        guard let soonest = supplies.min(by: { $0.etaSeconds ?? .max < $1.etaSeconds ?? .max }) else {
            return JobForecast()
        }
        return JobForecast(
            tokensPerSecond: soonest.tokensPerSecond,
            queueSeconds: soonest.etaSeconds.map(Double.init)
        )
    }

    /// A model under every name that it has among some, its own first.
    func spellings(of model: String, among candidates: [String]) -> [String] {
        guard case .model(let places) = names.spellings(of: formats.identity(ofModel: model)) else { return [model] }
        let same = Set(places.map { entries[$0].name })
        return [model] + candidates.filter { $0 != model && same.contains($0) }
    }

    /// The workers of some models that have given up jobs since an earlier look.
    func unreliable(since earlier: Catalog, of names: [String]) -> Set<String> {
        let before = Dictionary(
            earlier.workers(of: names).map { ($0.id, $0.uncompletedJobs) },
            uniquingKeysWith: { first, _ in first }
        )
        return Set(workers(of: names).filter { $0.uncompletedJobs > before[$0.id] ?? .max }.map(\.id))
    }

    /// Those of the workers that can be spared: none, when no other is left of these models.
    func sparing(_ workers: Set<String>, of names: [String]) -> Set<String> {
        self.workers(of: names).contains { !workers.contains($0.id) } ? workers.subtracting([""]) : []
    }

    private func workers(of names: [String]) -> [Worker] { names.flatMap { self[$0]?.workers ?? [] } }
}
