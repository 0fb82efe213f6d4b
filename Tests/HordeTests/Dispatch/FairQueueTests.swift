import Testing

@testable import Horde

struct FairQueueTests {
    private typealias Queue = FairQueue<String, Int>

    /// Everything that is in it, in its turn.
    private func drain(_ queue: inout Queue) -> [(key: String, element: Int)] {
        var turns: [(String, Int)] = []
        while let entry = queue.next(where: { _, _ in true }) { turns.append((entry.place.key, entry.element)) }
        return turns
    }

    @discardableResult
    private func add(
        _ queue: inout Queue,
        _ key: String,
        _ element: Int,
        cost: Int = 1,
        quick: Bool = false,
        front: Bool = false
    )
        -> Queue.Place
    {
        queue.add(element, key: key, cost: cost, isQuick: quick, atFront: front)
    }

    @Test func `one key is served in the order in which it came`() {
        var queue = Queue()
        for number in 0..<5 { add(&queue, "a", number) }
        #expect(drain(&queue).map(\.element) == [0, 1, 2, 3, 4])
        #expect(queue.isEmpty && queue.keyCount == 0)
    }

    @Test func `who has one waits for one turn of each other key, and not for a thousand`() {
        var queue = Queue()
        for number in 0..<1000 { add(&queue, "heavy", number) }
        for key in 0..<9 { add(&queue, "light \(key)", key) }
        let turns = drain(&queue)
        #expect(turns.count == 1009)
        let lights = turns.prefix(11).map(\.key).filter { $0.hasPrefix("light") }
        #expect(lights.count == 9)
    }

    @Test func `an order of many texts takes as many turns`() {
        var queue = Queue()
        for number in 0..<10 { add(&queue, "many", number, cost: 10) }
        for number in 0..<100 { add(&queue, "single", number) }
        let turns = drain(&queue)
        // In each stretch both keys get the same number of texts.
        var texts = ["many": 0, "single": 0]
        for turn in turns {
            texts[turn.key, default: 0] += turn.key == "many" ? 10 : 1
            #expect(abs((texts["many"] ?? 0) - (texts["single"] ?? 0)) <= 11)
        }
    }

    @Test func `the quick go first, but of five one is another`() {
        var queue = Queue()
        for number in 0..<4 { add(&queue, "a", number) }
        for number in 10..<20 { add(&queue, "a", number, quick: true) }
        #expect(drain(&queue).map(\.element) == [10, 11, 12, 13, 0, 14, 15, 16, 17, 1, 18, 19, 2, 3])
    }

    @Test func `what goes on stands before what is new`() {
        var queue = Queue()
        add(&queue, "a", 1)
        add(&queue, "a", 2)
        add(&queue, "a", 3, front: true)
        #expect(drain(&queue).map(\.element) == [3, 1, 2])
    }

    @Test func `who may not go is passed over and keeps its place`() {
        var queue = Queue()
        for number in 0..<3 { add(&queue, "full", number) }
        for number in 10..<13 { add(&queue, "free", number) }
        var turns: [Int] = []
        while let entry = queue.next(where: { key, _ in key != "full" }) { turns.append(entry.element) }
        #expect(turns == [10, 11, 12])
        #expect(queue.count == 3)
        #expect(drain(&queue).map(\.element) == [0, 1, 2])
    }

    @Test func `one that leaves is gone, and once`() {
        var queue = Queue()
        let places = (0..<4).map { add(&queue, "a", $0, quick: $0.isMultiple(of: 2)) }
        #expect(queue.remove(places[1]) == 1)
        #expect(queue.remove(places[1]) == nil)
        #expect(queue.remove(places[2]) == 2)
        #expect(drain(&queue).map(\.element) == [0, 3])
        #expect(queue.remove(places[0]) == nil)
    }

    @Test(arguments: 0..<UInt64(60)) func `whatever happens, nothing is lost, and the estimate is what comes`(
        seed: UInt64
    ) {
        var random = SeededGenerator(seed: seed)
        var queue = Queue()
        var inside: Set<Int> = []
        var places: [Int: Queue.Place] = [:]
        for number in 0..<300 {
            switch Int.random(in: 0..<5, using: &random) {
            case 0...2:
                let key = "\(Int.random(in: 0..<6, using: &random))"
                places[number] = add(
                    &queue,
                    key,
                    number,
                    cost: .random(in: 1...3, using: &random),
                    quick: .random(using: &random)
                )
                inside.insert(number)
            case 3:
                if let entry = queue.next(where: { _, _ in true }) {
                    #expect(inside.remove(entry.element) != nil)
                } else {
                    #expect(inside.isEmpty)
                }
            default:
                guard let victim = inside.randomElement(using: &random), let place = places[victim] else { continue }
                #expect(queue.remove(place) == victim)
                inside.remove(victim)
            }
            #expect(queue.count == inside.count)
        }
        var told = 0
        queue.forEach { element, ahead in
            told += 1
            #expect(inside.contains(element))
            #expect((0..<inside.count).contains(ahead))
        }
        #expect(told == inside.count)
        #expect(Set(drain(&queue).map(\.element)) == inside)
    }

    @Test func `of orders of one text, as many go before as is said`() {
        var queue = Queue()
        for number in 0..<20 { add(&queue, "a", number) }
        for number in 20..<25 { add(&queue, "b", number) }
        let promised = queue.ahead(ofNext: "c")
        add(&queue, "c", 99)
        let turns = drain(&queue).map(\.element)
        #expect(abs((turns.firstIndex(of: 99) ?? -9) - promised) <= 1)
    }
}
