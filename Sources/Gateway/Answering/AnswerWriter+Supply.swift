import Horde
import OpenAI

extension AnswerWriter {
    /// What the account gets without kudos in hand; a client that lets Horde shorten its answers is held to what Horde
    /// would not shorten, since Horde does not tell that it did.
    func freeTokens(_ assignment: Assignment, _ catalog: Catalog) -> Int? {
        let free = accounts.freeTokens(assignment.key, catalog)
        guard assignment.parameters.horde.allowDowngrade == true else { return free }
        return min(free ?? .max, catalog.upfrontFreeTokens)
    }

    /// The next job of a text, among what workers offer now; nil when the text has no room to go on.
    @inline(never)
    func order(for chain: Chain) throws(PartFailure) -> PendingOrder? {
        let supply = catalog.current
        return try chain.order(supply, freeTokens(chain.run.assignment, supply))
    }

    /// The workers that gave nothing, as far as can be told; further jobs of the run are kept from them.
    ///
    /// An empty text names its own, and of a job that was given up Horde only counts.
    func culprits(_ error: HordeError, _ texts: [Generation], _ chain: Chain) async -> Set<String> {
        let culprits = await workers(behind: error, texts, chain)
        chain.run.avoided.formUnion(culprits)
        return culprits
    }

    private func workers(behind error: HordeError, _ texts: [Generation], _ chain: Chain) async -> Set<String> {
        let silent = Set(texts.filter { $0.text.allSatisfy(\.isWhitespace) }.compactMap { $0.worker?.id })
        guard silent.isEmpty, error == .faulted else { return catalog.current.sparing(silent, of: chain.names) }
        // Three lists may take a minute, which an answer in one piece may not have.
        guard chain.run.audience.deadline - .now > Limits.refreshSecondsMax else { return [] }
        await catalog.refreshIfOld()
        let unreliable = catalog.current.unreliable(since: chain.supply, of: chain.names)
        return catalog.current.sparing(unreliable, of: chain.names)
    }
}
