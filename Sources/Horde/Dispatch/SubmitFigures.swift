package import Metrics

/// What has been counted of submissions since the start, for the metrics and the status page.
package struct SubmitFigures: Sendable {
    /// How submissions are told apart in the line.
    package enum Lane: String, CaseIterable, Sendable {
        case quick, slow
    }

    /// Submissions that Horde took.
    package internal(set) var accepted = 0
    /// Those that Horde refused for their rate.
    package internal(set) var rateLimited = 0
    /// Requests that were not let into the line.
    package internal(set) var refusals = 0
    /// How long submissions waited for their turn.
    package private(set) var waits = Series<Lane, Distribution>(of: Distribution(waitBounds))
    /// Submissions of the last minute, by the second.
    private var recent = [Int](repeating: 0, count: 60)
    private var newest = 0

    private static let waitBounds = [0.005, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600]

    /// One had its turn after so long, at so many seconds of any clock that does not go back.
    mutating func admitted(_ lane: Lane, after wait: Duration, at second: Int) {
        waits.count(lane) { $0.add(wait) }
        forget(before: second)
        recent[second % 60] += 1
    }

    /// How many had their turn within the last minute.
    package func lastMinute(at second: Int) -> Int {
        var figures = self
        figures.forget(before: second)
        return figures.recent.reduce(0, +)
    }

    private mutating func forget(before second: Int) {
        guard second > newest else { return }
        for passed in max(newest + 1, second - 59)...second { recent[passed % 60] = 0 }
        newest = second
    }
}
