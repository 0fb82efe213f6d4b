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

    /// The workers that gave nothing, as far as can be told: an empty text names its own, and of a job that was given up
    /// Horde only counts.
    func culprits(
        _ error: HordeError,
        _ texts: [Generation],
        _ names: [String],
        since supply: Catalog,
        _ audience: Audience
    ) async -> Set<String> {
        let silent = Set(texts.filter { $0.text.allSatisfy(\.isWhitespace) }.compactMap { $0.worker?.id })
        guard silent.isEmpty, error == .faulted else { return catalog.current.sparing(silent, of: names) }
        // Three lists may take a minute, which an answer in one piece may not have.
        guard audience.deadline - .now > Limits.refreshSecondsMax else { return [] }
        await catalog.refreshIfOld()
        return catalog.current.sparing(catalog.current.unreliable(since: supply, of: names), of: names)
    }
}
