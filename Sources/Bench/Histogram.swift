/// Counts of durations in microseconds, to three significant digits, in memory that does not grow.
///
/// Log-linear, as an HdrHistogram is: values below 2048 are counted exactly, and each doubling above has 1024 buckets of
/// equal width, so that a bucket is never wider than a thousandth of what it holds. Pure.
package struct Histogram: Sendable {
    /// How many values were recorded.
    package private(set) var count = 0
    /// The largest value, exact; 0 when there is none.
    package private(set) var max = 0
    private var sum = 0
    private var buckets = [Int](repeating: 0, count: Self.bucketCount)

    /// Bits of a value that decide its bucket; the highest of them is always set, beyond the exact values.
    private static let precisionBits = 11
    private static let halfBuckets = 1 << (precisionBits - 1)
    /// A little over an hour, in microseconds; larger values count as this.
    package static let valueMax = 1 << 32 - 1
    private static let bucketCount = index(of: valueMax) + 1

    package init() {}

    /// Adds one value, in microseconds; a negative one counts as 0.
    package mutating func record(_ value: Int) {
        let value = Swift.min(Swift.max(value, 0), Self.valueMax)
        buckets[Self.index(of: value)] += 1
        count += 1
        sum += value
        max = Swift.max(max, value)
    }

    /// The mean, in microseconds; 0 when there is no value.
    package var mean: Double { count == 0 ? 0 : Double(sum) / Double(count) }

    /// The least value, to three digits and never too small, that is not exceeded by the share `quantile` of the values.
    ///
    /// `quantile` is from 0 to 1; the answer is in microseconds, and 0 when there is no value.
    package func value(at quantile: Double) -> Int {
        let wanted = Swift.max(1, Int((quantile * Double(count)).rounded(.up)))
        var seen = 0
        for (index, bucket) in buckets.enumerated() where bucket > 0 {
            seen += bucket
            if seen >= wanted { return Swift.min(Self.largest(in: index), max) }
        }
        return max
    }

    /// Each bucket that is not empty: its largest value in microseconds, and the count of all values up to it.
    package var cumulative: [(value: Int, count: Int)] {
        var seen = 0
        return buckets.enumerated().compactMap { index, bucket in
            guard bucket > 0 else { return nil }
            seen += bucket
            return (Swift.min(Self.largest(in: index), max), seen)
        }
    }

    private static func index(of value: Int) -> Int {
        let shift = Swift.max(0, Int.bitWidth - value.leadingZeroBitCount - precisionBits)
        return shift * halfBuckets + value >> shift
    }

    private static func largest(in index: Int) -> Int {
        let shift = Swift.max(0, index / halfBuckets - 1)
        return (index - shift * halfBuckets + 1) << shift - 1
    }
}
