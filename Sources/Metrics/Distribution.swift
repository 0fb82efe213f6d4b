/// How often values were no larger than each of some bounds: a histogram as Prometheus counts it.
///
/// This target counts, and writes counts in Prometheus' text form (`Exposition.swift`); it knows nothing of what is
/// counted. Whoever counts does so on the loop, so that nothing here is atomic.
package struct Distribution: Equatable, Sendable {
    /// Rising.
    package let bounds: [Double]
    /// How many lie between each bound and the one before it, and beyond the last one.
    private var counts: [Int]
    /// Of all values.
    package private(set) var sum = 0.0

    package init(_ bounds: [Double]) {
        self.bounds = bounds
        counts = [Int](repeating: 0, count: bounds.count + 1)
    }

    package mutating func add(_ value: Double) {
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
        sum += value
    }

    package mutating func add(_ duration: Duration) { add(duration / .seconds(1)) }

    /// Adds the values of another, with the same bounds.
    package static func += (left: inout Distribution, right: Distribution) {
        for place in left.counts.indices { left.counts[place] += right.counts[place] }
        left.sum += right.sum
    }

    /// How many values there were.
    package var count: Int { counts.reduce(0, +) }

    /// How many were no larger than each of the bounds.
    package var cumulative: [Int] {
        var total = 0
        return counts.dropLast().map { count in
            total += count
            return total
        }
    }
}
