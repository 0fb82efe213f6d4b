/// What is counted, and can be added up.
package protocol Countable: Sendable {
    static func += (left: inout Self, right: Self)
}

extension Int: Countable {}
extension Distribution: Countable {}

/// Figures that are told apart by labels: the series of one name.
///
/// Of those that go by names from outside, as models do, only so many are kept; where one more comes, that which was counted
/// longest ago becomes part of the rest, so that sums never fall.
package struct Series<Labels: Hashable & Sendable, Value: Countable>: Sendable {
    private struct Entry {
        var value: Value
        var lastChange: Int
    }

    private var entries: [Labels: Entry] = [:]
    private var changes = 0
    private let initial: Value
    private let countMax: Int
    private let rest: @Sendable (Labels) -> Labels

    /// A series for each combination of labels, of which there are few by their nature.
    ///
    /// - Parameter initial: what each begins with.
    package init(of initial: Value) {
        self.init(of: initial, countMax: .max) { $0 }
    }

    /// - Parameters:
    ///   - initial: what each begins with.
    ///   - countMax: how many there may be, beside those of the rest.
    ///   - rest: what labels become of which there are too many; of few kinds, and the same for what it has made.
    package init(of initial: Value, countMax: Int, rest: @escaping @Sendable (Labels) -> Labels) {
        self.initial = initial
        self.countMax = countMax
        self.rest = rest
    }

    /// Changes the figure with these labels, which begins with that.
    package mutating func count(_ labels: Labels, _ change: (inout Value) -> Void) {
        changes += 1
        if let place = entries.index(forKey: labels) {
            change(&entries.values[place].value)
            entries.values[place].lastChange = changes
            return
        }
        if entries.count >= countMax { makeRoom() }
        var entry = Entry(value: initial, lastChange: changes)
        change(&entry.value)
        entries[labels] = entry
    }

    private mutating func makeRoom() {
        let oldest = entries.filter { rest($0.key) != $0.key }.min { $0.value.lastChange < $1.value.lastChange }
        guard let oldest else { return }
        entries[oldest.key] = nil
        let label = rest(oldest.key)
        var entry = entries[label] ?? Entry(value: initial, lastChange: 0)
        entry.value += oldest.value.value
        entries[label] = entry
    }

    /// All of them.
    package var all: [(labels: Labels, value: Value)] { entries.map { ($0.key, $0.value.value) } }
}
