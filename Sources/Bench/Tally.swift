/// What a load test has counted.
///
/// Pure: durations come in as microseconds.
package struct Tally: Sendable {
    /// From the intended start of a request to the first byte of its answer's body, and to its last; successes alone.
    package private(set) var firstByte = Histogram()
    package private(set) var total = Histogram()
    /// To the end of an answer with another status than 200.
    package private(set) var refused = Histogram()
    /// How late requests began for want of the load generator itself, not of an answer.
    package private(set) var lateness = Histogram()
    package private(set) var failures: [Failure: Int] = [:]
    /// Bodies of successes.
    package private(set) var bytes = 0

    package init() {}

    package var successCount: Int { total.count }
    package var failureCount: Int { failures.values.reduce(0, +) }

    mutating func began(late microseconds: Int) { lateness.record(microseconds) }

    mutating func succeeded(firstByte: Int, total: Int, bytes: Int) {
        self.firstByte.record(firstByte)
        self.total.record(total)
        self.bytes += bytes
    }

    mutating func failed(_ failure: Failure, after microseconds: Int) {
        if case .status = failure { refused.record(microseconds) }
        let isKnown = failures[failure] != nil || failures.count < Limits.failureKindsMax
        failures[isKnown ? failure : .other, default: 0] += 1
    }
}
