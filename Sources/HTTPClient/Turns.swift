import DequeModule

/// Who may go now, and who next: as many at a time as there are places, in the order in which they came.
///
/// What may take long leaves some places to the rest, so that calls that a server leaves hanging do not hold up those
/// that end what is under way.
struct Turns<Element> {
    private struct Lane {
        var runningCount = 0
        /// With the number of its arrival.
        var waiting: Deque<(number: Int, element: Element)> = []
    }

    /// How many may go at a time.
    var placesMax: Int
    /// Of these, how many what may take long leaves to the rest.
    private let reservedPlaces: Int
    private var slow = Lane()
    private var quick = Lane()
    private var arrivals = 0

    /// - Parameters:
    ///   - placesMax: 1 or more.
    ///   - reservedPlaces: fewer than those.
    init(placesMax: Int, reservedPlaces: Int) {
        self.placesMax = placesMax
        self.reservedPlaces = reservedPlaces
    }

    var waitingCount: Int { slow.waiting.count + quick.waiting.count }
    var runningCount: Int { slow.runningCount + quick.runningCount }

    /// Whether it may go at once; otherwise it waits.
    mutating func enter(_ element: Element, isSlow: Bool) -> Bool {
        // Nobody waits who could go: `next` is asked after each that has left.
        if hasPlace(isSlow: isSlow) {
            self[isSlow].runningCount += 1
            return true
        }
        arrivals += 1
        self[isSlow].waiting.append((arrivals, element))
        return false
    }

    /// One of those that went has ended.
    mutating func leave(isSlow: Bool) {
        self[isSlow].runningCount -= 1
    }

    /// The one that may go now, taken out of the line; nil when none may, or none waits.
    mutating func next() -> Element? {
        let first = [true, false].filter { hasPlace(isSlow: $0) && !self[$0].waiting.isEmpty }
            .min { self[$0].waiting[0].number < self[$1].waiting[0].number }
        guard let first else { return nil }
        self[first].runningCount += 1
        return self[first].waiting.popFirst()?.element
    }

    /// Takes one out of the line; whether it was there.
    mutating func remove(isSlow: Bool, where isWanted: (Element) -> Bool) -> Bool {
        guard let index = self[isSlow].waiting.firstIndex(where: { isWanted($0.element) }) else { return false }
        self[isSlow].waiting.remove(at: index)
        return true
    }

    private func hasPlace(isSlow: Bool) -> Bool {
        runningCount < placesMax && !(isSlow && slow.runningCount >= placesMax - reservedPlaces)
    }

    private subscript(isSlow: Bool) -> Lane {
        get { isSlow ? slow : quick }
        _modify {
            if isSlow { yield &slow } else { yield &quick }
        }
    }
}
