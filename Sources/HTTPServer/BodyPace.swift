/// Whether a body comes fast enough: by its deadline, and at the least at some rate after a while in which it may pause.
///
/// A deadline alone lets somebody who sends a byte a second hold a connection until then, and a thousand of those a thousand.
struct BodyPace: Equatable {
    let bytesPerSecondMin: Int
    /// What passes before the rate counts.
    let grace: Duration
    let deadline: Duration

    enum Verdict: Equatable {
        case tooSlow
        /// Nothing can be said before so long after the beginning.
        case lookAgain(after: Duration)
    }

    /// Judges a body of which so many bytes have come so long after its beginning.
    func judge(_ receivedBytes: Int, after elapsed: Duration) -> Verdict {
        guard elapsed < deadline else { return .tooSlow }
        guard bytesPerSecondMin > 0 else { return .lookAgain(after: deadline) }
        // Until when these bytes do, should no more come.
        let enough = max(grace, .seconds(receivedBytes) / bytesPerSecondMin)
        return enough <= elapsed ? .tooSlow : .lookAgain(after: min(enough, deadline))
    }
}
