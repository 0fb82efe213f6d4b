import OpenAI

/// How long models are given to begin before others are tried in their place.
enum StartLimit {
    static let secondsMin = 20
    static let secondsMax = 120

    /// Twice what the shortest queue among them takes, and a few seconds; between 20 and 120 seconds.
    static func of(_ group: ModelChoice.Group) -> Duration {
        .seconds(seconds(etas: group.entries.map { $0.listing.horde.etaSeconds }))
    }

    /// Of queues, in seconds; nil is one of which Horde does not know.
    static func seconds(etas: [Int?]) -> Int {
        let shortest = etas.compactMap(\.self).min() ?? secondsMin
        return min(max(2 * min(max(shortest, 0), secondsMax) + 10, secondsMin), secondsMax)
    }
}
