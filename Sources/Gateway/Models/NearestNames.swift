/// The names that somebody may have meant.
enum NearestNames {
    /// Those that are closest to `name`, the closest first; none when nothing is close.
    ///
    /// A name that contains the other, without regard to case, is as close as a few typing errors.
    static func of(_ name: String, among known: some Sequence<String>, atMost count: Int) -> [String] {
        let wanted = Array(name.lowercased().utf8.prefix(lengthMax))
        guard !wanted.isEmpty else { return [] }
        let distanceMax = max(2, wanted.count / 3)
        return
            known
            .compactMap { known -> (name: String, distance: Int)? in
                let candidate = Array(known.lowercased().utf8.prefix(lengthMax))
                if candidate.contains(wanted) || wanted.contains(candidate) { return (known, 1) }
                // One edit changes the length by one: most names need no closer look.
                guard abs(candidate.count - wanted.count) <= distanceMax else { return nil }
                let distance = self.distance(wanted, candidate)
                return distance <= distanceMax ? (known, distance) : nil
            }
            .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
            .prefix(count)
            .map(\.name)
    }

    /// Names are stored in 255 characters by Horde; a longer one is nobody's.
    private static let lengthMax = 255

    /// The edits that turn one into the other (Levenshtein).
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (leftIndex, leftByte) in left.enumerated() {
            var diagonal = leftIndex
            row[0] = leftIndex + 1
            for (rightIndex, rightByte) in right.enumerated() {
                let substituted = diagonal + (leftByte == rightByte ? 0 : 1)
                diagonal = row[rightIndex + 1]
                row[rightIndex + 1] = min(substituted, diagonal + 1, row[rightIndex] + 1)
            }
        }
        return row[right.count]
    }
}
