/// Randomness that is the same in every run (SplitMix64).
struct RandomAnswers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func letters(_ letters: String, count: Int) -> String {
        String((0..<count).compactMap { _ in letters.randomElement(using: &self) })
    }

    mutating func element(_ elements: [String], fallback: String) -> String {
        elements.randomElement(using: &self) ?? fallback
    }

    /// A text of random pieces that holds none of the markers, and does not begin as a thought does.
    mutating func text(pieces: Int = 30, without markers: [String]) -> String {
        let markers = markers.map { Array($0.utf8) }
        var text: [UInt8] = []
        for _ in 0..<Int.random(in: 0...pieces, using: &self) {
            let piece = Array(element(ReadingPropertyTests.pieces, fallback: "").utf8)
            // Several pieces may make up a marker, none of which is longer than this.
            let end = text.suffix(60) + piece
            let isMarked = end.indices.contains { index in markers.contains { end[index...].starts(with: $0) } }
            if !isMarked { text += piece }
        }
        let result = String(decoding: text, as: UTF8.self)
        return result.contains("<think>") ? "It: " + result : result
    }

    /// Bytes among which some make up markers, and some are no valid UTF-8.
    mutating func bytes() -> [UInt8] {
        (0..<Int.random(in: 0...20, using: &self)).flatMap { _ -> [UInt8] in
            if Bool.random(using: &self) { return [UInt8.random(in: 0...255, using: &self)] }
            return Array(element(ReadingPropertyTests.pieces, fallback: "").utf8)
        }
    }
}
