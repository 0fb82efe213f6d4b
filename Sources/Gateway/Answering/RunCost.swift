import EventLoop

/// What an answer has cost so far, and whose local key is charged with it.
///
/// It outlives the answer where Horde tells of kudos later, as of a job that is deleted.
@LoopActor
final class RunCost {
    /// What Horde has told; nil where it has told nothing.
    private(set) var kudos: Double?
    /// Who is charged; nil where no local key was asked for.
    var payer: Payer?
    private var chargedTokens = 0

    nonisolated init() {}

    func spent(kudos: Double) {
        self.kudos = (self.kudos ?? 0) + kudos
        payer?.spent(kudos: kudos)
    }

    /// So many tokens have been read and written by now; those that were not charged before are.
    func used(tokens: Int) {
        guard tokens > chargedTokens else { return }
        payer?.used(tokens: tokens - chargedTokens)
        chargedTokens = tokens
    }
}

/// Charges a local key.
@LoopActor
struct Payer {
    let key: LocalKey
    let gate: Gate

    func spent(kudos: Double) { gate.spent(key, kudos: kudos) }
    func used(tokens: Int) { gate.used(key, tokens: tokens) }
}
