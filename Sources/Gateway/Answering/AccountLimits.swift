import EventLoop
import Horde

/// How long an answer each account gets without kudos in hand, as far as it is known.
///
/// Horde never says beforehand: the anonymous account has nothing to spend and gets what Horde's load allows; of any
/// other account the first refusal tells, and is remembered for a while.
@LoopActor
final class AccountLimits {
    private struct Lesson {
        let tokens: Int
        let until: ContinuousClock.Instant
    }
    private var lessons: [HordeKey: Lesson] = [:]

    /// Horde's rule never lets the free length fall below this.
    static let alwaysFreeTokens = 256

    nonisolated init() {}

    /// The smaller of what the catalog says and what was learned; nil when nothing is known against a longer answer.
    func freeTokens(_ key: HordeKey, _ catalog: Catalog) -> Int? {
        let computed = catalog.freeTokens(for: key)
        guard let lesson = lessons[key] else { return computed }
        guard lesson.until > .now else {
            lessons[key] = nil
            return computed
        }
        return min(lesson.tokens, computed ?? lesson.tokens)
    }

    func learn(_ key: HordeKey, freeTokens: Int) {
        if lessons.count >= Limits.accountsMax { lessons.removeAll() }
        lessons[key] = Lesson(tokens: max(freeTokens, Self.alwaysFreeTokens), until: .now + Limits.accountMemory)
    }
}
