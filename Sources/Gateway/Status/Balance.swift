import EventLoop
import Horde

/// What the account of the server's own key holds, looked at when somebody looks at the page.
@LoopActor
final class Balance {
    /// As it was told last; nil where nobody has an account, or nothing was told yet.
    private(set) var account: Account?
    private var key: HordeKey?
    private var asked: ContinuousClock.Instant?

    nonisolated init() {}

    /// Asks for it, where it was not asked for a while ago; what comes is there the next time.
    func look(at horde: Horde, _ key: HordeKey) {
        if key != self.key { (self.key, account, asked) = (key, nil, nil) }
        guard !key.isAnonymous, asked.map({ .now - $0 > Limits.balanceAgeMax }) ?? true else { return }
        asked = .now
        EventLoop.task { [self] in
            guard let told = try? await horde.account(of: key), key == self.key else { return }
            account = told
        }
    }
}
