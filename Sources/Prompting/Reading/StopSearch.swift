/// Finds the earliest of many stop strings in a text.
///
/// A client may name any number of stops of any length, and a text may hold the beginnings of all of them at every place.
/// Comparing each stop at each place would take minutes then. So this is done only while it takes few steps; from then on
/// a place costs one look-up for each bit of the longest stop's length, however many stops there are, and the whole search
/// grows with the text and the stops' own size alone.
struct StopSearch: Sendable {
    /// The stops, the shorter ones first.
    private let stops: [[UInt8]]
    /// For each byte whether a stop begins with it: most places of a text are passed over by this alone.
    private var begins = [Bool](repeating: false, count: 256)

    /// - Parameter stops: in any order; empty ones and repetitions do nothing.
    init(_ stops: [String]) {
        self.stops = stops.filter { !$0.isEmpty }.map { Array($0.utf8) }.sorted { $0.count < $1.count }
        for stop in self.stops { begins[Int(stop[0])] = true }
    }

    /// Where the earliest stop within a range begins.
    func firstIndex(in bytes: [UInt8], _ range: Range<Int>) -> Int? {
        guard !stops.isEmpty else { return nil }
        var stepsLeft = range.count
        let (text, begins) = (bytes.span, begins.span)
        var start = range.lowerBound
        while start < range.upperBound {
            if begins[Int(text[start])] {
                if isStop(at: start, in: text, before: range.upperBound, &stepsLeft) { return start }
                if stepsLeft < 0 {
                    return HashedStops(stops).firstIndex(in: HashedBytes(bytes, start..<range.upperBound))
                }
            }
            start += 1
        }
        return nil
    }

    private func isStop(at start: Int, in text: Span<UInt8>, before end: Int, _ stepsLeft: inout Int) -> Bool {
        for stop in stops {
            var length = 0
            while length < stop.count, length < end - start, stop[length] == text[start + length] { length += 1 }
            if length == stop.count { return true }
            stepsLeft -= length + 1
            if stepsLeft < 0 { return false }
        }
        return false
    }

    /// Up to where a text that may go on behind a range is certain to hold no stop, and whether one stands there.
    ///
    /// A stop that has only begun at the end of the range counts, as it may begin before one that is there already.
    func certainEnd(in bytes: [UInt8], _ range: Range<Int>) -> (index: Int, isStop: Bool) {
        let possible = bytes.possibleStart(ofAny: stops, in: range)
        guard let found = firstIndex(in: bytes, range), found <= possible else { return (possible, false) }
        return (found, true)
    }

    /// Where the earliest stop in a text begins, or else the text's certain part ends.
    func settledEnd(in text: [UInt8], isWhole: Bool) -> (index: Int, isStop: Bool) {
        guard isWhole else { return certainEnd(in: text, text.indices) }
        let found = firstIndex(in: text, text.indices)
        return (found ?? text.endIndex, found != nil)
    }
}

/// Many stops, prepared for a search whose time does not grow with their number.
///
/// A stop of 13 bytes is reached by steps of 8, 4 and 1 bytes, and the beginnings of 8, 12 and 13 bytes are kept by their
/// hashes. A search tries the steps from the largest to the smallest and takes each that leads to a kept beginning. It
/// cannot go astray, as no kept stop begins with another: such a one would never be cut at later than the other, and is
/// left out.
private struct HashedStops {
    /// The beginning of a stop.
    private struct Beginning: Hashable {
        let length: Int
        let hash: UInt64
    }

    /// The kept beginnings, each with the stop that it is the whole of.
    private var beginnings: [Beginning: [UInt8]?] = [:]
    /// The largest step, as a power of two; -1 without any stop.
    private var largestStep = -1

    /// - Parameter stops: the shorter ones first.
    init(_ stops: [[UInt8]]) {
        for stop in stops { insert(stop) }
    }

    /// Where the earliest stop in a text begins.
    func firstIndex(in text: HashedBytes) -> Int? {
        text.range.first { hasStop(at: $0, in: text) }
    }

    private mutating func insert(_ stop: [UInt8]) {
        let text = HashedBytes(stop, stop.indices)
        guard !hasStop(at: 0, in: text) else { return }
        largestStep = max(largestStep, Int.bitWidth - 1 - stop.count.leadingZeroBitCount)
        var length = 0
        for step in stride(from: largestStep, through: 0, by: -1) where stop.count & (1 << step) != 0 {
            length += 1 << step
            let beginning = Beginning(length: length, hash: text.hash(0..<length))
            beginnings.updateValue(length == stop.count ? stop : nil, forKey: beginning)
        }
    }

    private func hasStop(at start: Int, in text: HashedBytes) -> Bool {
        var end = start
        for step in stride(from: largestStep, through: 0, by: -1) {
            let next = end + (1 << step)
            guard next <= text.range.upperBound else { continue }
            let beginning = Beginning(length: next - start, hash: text.hash(start..<next))
            guard let whole = beginnings[beginning] else { continue }
            // The bytes decide: two texts may have one hash.
            if let whole { return text.bytes.holds(whole, at: start, before: text.range.upperBound) }
            end = next
        }
        return false
    }
}
