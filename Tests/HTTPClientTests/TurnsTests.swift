import Testing

@testable import HTTPClient

@Suite struct TurnsTests {
    private func entered(_ turns: inout Turns<Int>, slow: Range<Int>, quick: Range<Int>) -> [Int] {
        slow.filter { turns.enter($0, isSlow: true) } + quick.filter { turns.enter($0, isSlow: false) }
    }

    /// All that may go now.
    private func all(_ turns: inout Turns<Int>) -> [Int] {
        var gone: [Int] = []
        while let next = turns.next() { gone.append(next) }
        return gone
    }

    @Test func `slow ones leave places to quick ones, and not the other way round`() {
        var turns = Turns<Int>(placesMax: 4, reservedPlaces: 1)
        #expect(entered(&turns, slow: 0..<5, quick: 10..<12) == [0, 1, 2, 10])
        #expect(turns.runningCount == 4 && turns.waitingCount == 3)
        var others = Turns<Int>(placesMax: 4, reservedPlaces: 1)
        #expect(entered(&others, slow: 0..<0, quick: 10..<15) == [10, 11, 12, 13])
    }

    @Test func `who may go goes in the order in which they came, whatever they are`() {
        var turns = Turns<Int>(placesMax: 2, reservedPlaces: 1)
        _ = entered(&turns, slow: 0..<1, quick: 10..<11)
        for (element, isSlow) in [(1, true), (11, false), (2, true), (12, false)] {
            let isGoing = turns.enter(element, isSlow: isSlow)
            #expect(!isGoing)
        }
        #expect(all(&turns) == [])
        turns.leave(isSlow: false)
        #expect(all(&turns) == [11], "the slow one before it has to wait for the other slow one")
        turns.leave(isSlow: true)
        #expect(all(&turns) == [1])
        turns.leave(isSlow: false)
        turns.leave(isSlow: true)
        #expect(all(&turns) == [2, 12])
        #expect(turns.waitingCount == 0)
    }

    @Test func `one that waits can be taken out, and more places let more go`() {
        var turns = Turns<Int>(placesMax: 2, reservedPlaces: 1)
        _ = entered(&turns, slow: 0..<4, quick: 10..<11)
        let isFound = [(true, 1), (true, 1), (false, 2)].map { isSlow, wanted in
            turns.remove(isSlow: isSlow) { $0 == wanted }
        }
        #expect(isFound == [true, false, false])
        turns.placesMax = 4
        #expect(all(&turns) == [2, 3])
        #expect(turns.waitingCount == 0 && turns.runningCount == 4)
    }
}
