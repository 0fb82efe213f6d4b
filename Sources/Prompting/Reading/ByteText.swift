/// Texts are cut and searched as UTF-8 bytes.
///
/// Swift's characters join what stands apart for a worker: `\r\n` is one, and a stop may begin within a joined emoji.
/// A place where the bytes of one valid string begin in another is never within a code point, so cutting there is safe.
extension [UInt8] {
    /// Whether a part stands at an index and ends no later than `end`.
    func holds(_ part: [UInt8], at index: Int, before end: Int) -> Bool {
        guard part.count <= end - index else { return false }
        for offset in part.indices where self[index + offset] != part[offset] {
            return false
        }
        return true
    }

    /// Where a part first stands within a range; for the few short texts that are known beforehand.
    func firstIndex(of part: [UInt8], in range: Range<Int>) -> Int? {
        guard let first = part.first, part.count <= range.count else { return nil }
        let last = range.upperBound - part.count
        return (range.lowerBound...last).first { self[$0] == first && holds(part, at: $0, before: range.upperBound) }
    }

    /// A range without the ASCII white space around it.
    func trimmed(_ range: Range<Int>, leading: Bool = true, trailing: Bool = true) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while leading, start < end, self[start].isSpace { start += 1 }
        while trailing, start < end, self[end - 1].isSpace { end -= 1 }
        return start..<end
    }

    /// Whether the text within a range is only the beginning of a part; nothing is the beginning of all.
    func isBeginning(_ range: Range<Int>, of part: [UInt8]) -> Bool {
        range.count < part.count && holds(Array(part[..<range.count]), at: range.lowerBound, before: range.upperBound)
    }

    /// Where the longest end of a range begins that may become a part, or the end of the range.
    ///
    /// Takes time in proportion to the part (Knuth, Morris and Pratt), as strangers choose the parts.
    func possibleStart(of part: [UInt8], in range: Range<Int>) -> Int {
        let length = Swift.min(part.count - 1, range.count)
        guard length > 0 else { return range.upperBound }
        // For each beginning of the part the longest shorter one that it ends with.
        var shorter = [Int](repeating: 0, count: length)
        var matched = 0
        for index in 1..<Swift.max(length, 1) {
            while matched > 0, part[index] != part[matched] { matched = shorter[matched - 1] }
            if part[index] == part[matched] { matched += 1 }
            shorter[index] = matched
        }
        matched = 0
        for index in range.upperBound - length..<range.upperBound {
            while matched > 0, self[index] != part[matched] { matched = shorter[matched - 1] }
            if self[index] == part[matched] { matched += 1 }
        }
        return range.upperBound - matched
    }

    /// Where the longest end of a range begins that may become any of a few parts, or the end of the range.
    func possibleStart(ofAny parts: [[UInt8]], in range: Range<Int>) -> Int {
        parts.map { possibleStart(of: $0, in: range) }.min() ?? range.upperBound
    }
}
