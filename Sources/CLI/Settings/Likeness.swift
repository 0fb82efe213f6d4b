/// Which of several names somebody meant who has written another one.
enum Likeness {
    /// The closest, if it is close enough for a slip: about a third of its letters at most are others.
    static func closest(to text: String, of names: [String]) -> String? {
        let text = String(text.prefix(lettersMax))
        let found = names.map { (name: $0, distance: distance(text, $0)) }.min { $0.distance < $1.distance }
        guard let found, found.distance <= (found.name.count + 1) / 3 else { return nil }
        return found.name
    }

    private static let lettersMax = 100

    /// Letters to add, drop or change to make one of the other (Levenshtein's distance).
    private static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right)
        var row = Array(0...right.count)
        for (index, letter) in left.enumerated() {
            var corner = row[0]
            row[0] = index + 1
            for (column, other) in right.enumerated() {
                let changed = corner + (letter == other ? 0 : 1)
                corner = row[column + 1]
                row[column + 1] = min(changed, row[column] + 1, corner + 1)
            }
        }
        return row[right.count]
    }
}
