import DequeModule

/// What waits, in fair turns: deficit round robin between keys, and quick before slow within a key.
///
/// Pure. Each key in turn may send what costs as much as it has saved up, one for each turn; so a key with a thousand
/// entries delays the others by one turn and not by a thousand.
struct FairQueue<Key: Hashable & Sendable, Element> {
    /// Names an entry, so that it can be taken out.
    struct Place: Hashable {
        let key: Key
        fileprivate let number: Int
        fileprivate let isQuick: Bool
    }

    /// What was put in.
    struct Entry {
        let place: Place
        /// What it costs of its key's turns.
        let cost: Int
        var element: Element
    }

    private struct Lane {
        var quick: Deque<Entry> = []
        var slow: Deque<Entry> = []
        var deficit = 0
        /// Quick entries that have gone since the last slow one.
        var quickInRow = 0

        var count: Int { quick.count + slow.count }

        var goesQuick: Bool { slow.isEmpty || !quick.isEmpty && quickInRow < Limits.quickInRowMax }

        var first: Entry? { goesQuick ? quick.first : slow.first }

        mutating func popFirst() -> Entry {
            let isQuick = goesQuick
            quickInRow = isQuick ? quickInRow + 1 : 0
            return isQuick ? quick.removeFirst() : slow.removeFirst()
        }
    }

    private var lanes: [Key: Lane] = [:]
    /// The keys that have something waiting, the next one first.
    private var round: Deque<Key> = []
    private var lastNumber = 0
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }
    var keyCount: Int { lanes.count }
    /// Of all keys.
    var quickCount: Int { lanes.values.reduce(0) { $0 + $1.quick.count } }

    func count(of key: Key) -> Int { lanes[key]?.count ?? 0 }

    /// Puts one at the end of its key's line; or at the front, where it was before or goes on with what has begun.
    mutating func add(_ element: Element, key: Key, cost: Int, isQuick: Bool, atFront: Bool) -> Place {
        lastNumber += 1
        let place = Place(key: key, number: lastNumber, isQuick: isQuick)
        let entry = Entry(place: place, cost: max(cost, 1), element: element)
        if lanes[key] == nil { round.append(key) }
        var lane = lanes[key] ?? Lane()
        switch (isQuick, atFront) {
        case (true, true): lane.quick.prepend(entry)
        case (true, false): lane.quick.append(entry)
        case (false, true): lane.slow.prepend(entry)
        case (false, false): lane.slow.append(entry)
        }
        lanes[key] = lane
        count += 1
        return place
    }

    /// Takes one out that does not want to wait any longer; nil when it has gone already.
    mutating func remove(_ place: Place) -> Element? {
        guard var lane = lanes[place.key] else { return nil }
        func index(in line: Deque<Entry>) -> Int? { line.firstIndex { $0.place == place } }
        let entry: Entry
        if place.isQuick, let index = index(in: lane.quick) {
            entry = lane.quick.remove(at: index)
        } else if !place.isQuick, let index = index(in: lane.slow) {
            entry = lane.slow.remove(at: index)
        } else {
            return nil
        }
        count -= 1
        keep(lane, of: place.key)
        return entry.element
    }

    /// Takes out the one whose turn it is, of those that may go now.
    mutating func next(where mayGo: (Key, _ cost: Int) -> Bool) -> Entry? {
        // Who may not go is passed over and saves nothing up meanwhile.
        var passedOver = 0
        while passedOver < round.count, let key = round.first {
            guard var lane = lanes[key], let first = lane.first else { preconditionFailure("a key in the round waits") }
            guard mayGo(key, first.cost) else {
                passedOver += 1
                advance()
                continue
            }
            passedOver = 0
            if lane.deficit < first.cost {
                lane.deficit += 1
                lanes[key] = lane
                if lane.deficit < first.cost {
                    advance()
                    continue
                }
            }
            let entry = lane.popFirst()
            lane.deficit -= entry.cost
            count -= 1
            advance()
            keep(lane, of: key)
            return entry
        }
        return nil
    }

    private mutating func advance() {
        guard let key = round.popFirst() else { return }
        round.append(key)
    }

    /// Keeps a lane as it is now, unless it is empty: savings end with the wait.
    private mutating func keep(_ lane: Lane, of key: Key) {
        if lane.count > 0 {
            lanes[key] = lane
        } else {
            lanes[key] = nil
            round.removeAll { $0 == key }
        }
    }

    // MARK: What waits

    /// How many go before the last of so many more of a key would, were all the others' turns one entry long.
    func ahead(ofNext key: Key) -> Int {
        let own = count(of: key)
        return own + lanes.reduce(0) { $0 + ($1.key == key ? 0 : min($1.value.count, own + 1)) }
    }

    /// Calls `body` with each entry and about how many go before it.
    func forEach(_ body: (Element, _ ahead: Int) -> Void) {
        // deeper[i]: how many keys have more than i waiting, so the entries of one round of turns.
        var deeper: [Int] = []
        for lane in lanes.values {
            while deeper.count < lane.count { deeper.append(0) }
            for index in 0..<lane.count { deeper[index] += 1 }
        }
        for lane in lanes.values {
            var ahead = 0
            for (index, entry) in (Array(lane.quick) + Array(lane.slow)).enumerated() {
                body(entry.element, ahead)
                ahead += deeper[index]
            }
        }
    }
}
