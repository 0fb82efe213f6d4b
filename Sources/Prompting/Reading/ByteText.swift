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
}
