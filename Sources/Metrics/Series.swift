/// Figures that are told apart by labels: the series of one name.
///
/// Of those that go by names from outside, as models do, only so many are kept; where one more comes, the one goes that
/// was counted longest ago.
package struct Series<Labels: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry {
        var value: Value
        var lastChange: Int
    }

    private var entries: [Labels: Entry] = [:]
    private var changes = 0
    private let initial: Value
    private let countMax: Int

    /// - Parameters:
    ///   - initial: what each begins with.
    ///   - countMax: how many there may be.
    package init(of initial: Value, countMax: Int = .max) {
        self.initial = initial
        self.countMax = countMax
    }

    /// Changes the figure with these labels, which begins with that.
    package mutating func count(_ labels: Labels, _ change: (inout Value) -> Void) {
        changes += 1
        if let place = entries.index(forKey: labels) {
            change(&entries.values[place].value)
            entries.values[place].lastChange = changes
            return
        }
        if entries.count >= countMax,
            let oldest = entries.min(by: { $0.value.lastChange < $1.value.lastChange })
        {
            entries[oldest.key] = nil
        }
        var entry = Entry(value: initial, lastChange: changes)
        change(&entry.value)
        entries[labels] = entry
    }

    /// All of them.
    package var all: [(labels: Labels, value: Value)] { entries.map { ($0.key, $0.value.value) } }
}
