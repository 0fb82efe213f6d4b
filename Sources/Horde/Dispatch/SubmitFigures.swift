/// What has been counted of submissions since the start, for the metrics.
package struct SubmitFigures: Equatable, Sendable {
    /// Submissions that Horde took.
    package internal(set) var accepted = 0
    /// Those that Horde refused for their rate.
    package internal(set) var rateLimited = 0
    /// Requests that were not let into the line.
    package internal(set) var refusals = 0
    /// How many waited for their turn no longer than each of `waitBounds`, and how many in all.
    package private(set) var waits = [Int](repeating: 0, count: waitBounds.count)
    package private(set) var waitCount = 0
    /// All their waits together.
    package private(set) var waitSum = Duration.zero

    /// The bounds of the histogram of waits.
    package static let waitBounds: [Duration] = [
        .milliseconds(5), .milliseconds(100), .milliseconds(500), .seconds(1), .seconds(2), .seconds(5), .seconds(10),
        .seconds(30), .seconds(60), .seconds(120), .seconds(300), .seconds(600),
    ]

    /// One had its turn after so long.
    mutating func admitted(after wait: Duration) {
        waitCount += 1
        waitSum += wait
        for index in Self.waitBounds.indices where wait <= Self.waitBounds[index] { waits[index] += 1 }
    }
}
