/// A long known text that workers write piece by piece, each job going on from where its prompt ends.
///
/// What the text so far is, the prompt alone tells: the longest beginning of the text that the prompt ends with. So a
/// prompt whose text so far was altered starts again at the beginning.
struct LongText: Sendable, Equatable {
    private let bytes: [UInt8]
    private let hiding: HiddenTexts
    /// Where in `bytes` something stands that is not returned, in order.
    private let hidden: [Range<Int>]
    /// The text as it is returned; progress is counted in its bytes.
    private let visible: [UInt8]
    /// For each beginning of `visible`, how much of it is also its end (Knuth, Morris and Pratt).
    private let fallback: [Int]
    /// No job writes across one of these offsets in `bytes`, in order.
    private let cuts: [Int]
    /// The share of `max_length` by which jobs may be shorter.
    private let jitter: Double
    private let seed: UInt64

    /// What is wrong with the cuts of a text.
    enum Invalid: Error {
        case cuts
    }

    init(_ text: String, hides: [String] = [], cuts: [Int] = [], jitter: Double = 0, seed: UInt64 = 0) throws(Invalid) {
        bytes = Array(text.utf8)
        hiding = HiddenTexts(hides)
        let (visible, hidden) = hiding.strip(bytes)
        (self.visible, self.hidden) = (visible, hidden)
        fallback = Self.fallback(visible)
        self.cuts = Set(cuts).sorted()
        self.jitter = jitter
        self.seed = seed
        for cut in self.cuts where !isBorder(cut) { throw .cuts }
    }

    /// Whether a part may end at an offset: inside the text, not inside a character, not inside what is hidden.
    private func isBorder(_ offset: Int) -> Bool {
        guard offset > 0, offset < bytes.count, bytes[offset] & 0xC0 != 0x80 else { return false }
        return !hidden.contains { $0.lowerBound < offset && offset < $0.upperBound }
    }

    // MARK: Where a prompt ends

    /// How much of the text a prompt ends with, in bytes as returned: 0 to all of it.
    func progress(of prompt: String) -> Int {
        guard !visible.isEmpty else { return 0 }
        var ending = Array(prompt.utf8)
        if !hiding.isEmpty { ending = hiding.strip(ending).visible }
        var matched = 0
        for byte in ending.suffix(visible.count) {
            if matched == visible.count { matched = fallback[matched - 1] }
            while matched > 0, visible[matched] != byte { matched = fallback[matched - 1] }
            if visible[matched] == byte { matched += 1 }
        }
        return matched
    }

    private static func fallback(_ pattern: [UInt8]) -> [Int] {
        var table = Array(repeating: 0, count: pattern.count)
        var matched = 0
        for index in pattern.indices.dropFirst() {
            while matched > 0, pattern[matched] != pattern[index] { matched = table[matched - 1] }
            if pattern[matched] == pattern[index] { matched += 1 }
            table[index] = matched
        }
        return table
    }

    // MARK: What comes next

    /// What a job writes that goes on after `progress` bytes; empty behind the end.
    ///
    /// `tokensMax` is its `max_length`. With a `share` below 1 it gives up that early, never at the end of a sentence.
    func piece(from progress: Int, tokensMax: Int, share: Double = 1) -> String {
        let start = offset(progress)
        let ends = tokenEnds(from: start, tokensMax: length(tokensMax, at: start))
        guard let last = ends.indices.last else { return "" }
        var chosen = min(last, max(0, Int(Double(ends.count) * share) - 1))
        if share < 1 {
            while chosen + 1 < last, isSentenceEnd(ends[chosen]) { chosen += 1 }
        }
        return returned(start..<ends[chosen])
    }

    /// The offset in `bytes` after so many returned bytes, and after what is hidden there, so that no job can be spent
    /// on hidden text alone.
    private func offset(_ progress: Int) -> Int {
        var offset = progress
        for range in hidden {
            guard range.lowerBound <= offset else { break }
            offset += range.count
        }
        return offset
    }

    /// The length of the job that begins at `start`: the same whenever it is submitted again.
    private func length(_ tokensMax: Int, at start: Int) -> Int {
        guard jitter > 0 else { return tokensMax }
        var random = SplitMix(seed: seed &+ UInt64(start) &* 0x9E37_79B9_7F4A_7C15)
        let fraction = Double(random.next() >> 11) / Double(1 << 53)
        return max(1, Int((Double(tokensMax) * (1 - jitter * fraction)).rounded()))
    }

    /// Where the next tokens end; a hidden text is one token.
    private func tokenEnds(from start: Int, tokensMax: Int) -> [Int] {
        let limit = cuts.first { $0 > start } ?? bytes.count
        var ranges = hidden.drop { $0.upperBound <= start }
        var ends: [Int] = []
        var index = start
        while index < limit, ends.count < tokensMax {
            if let range = ranges.first, range.lowerBound == index {
                index = range.upperBound
                ranges.removeFirst()
            } else {
                index = TextTokens.end(in: bytes, from: index, limit: min(limit, ranges.first?.lowerBound ?? limit))
            }
            ends.append(index)
        }
        return ends
    }

    private func isSentenceEnd(_ offset: Int) -> Bool {
        guard let last = bytes[..<offset].last(where: { $0 != UInt8(ascii: " ") }) else { return false }
        return ".!?\n".utf8.contains(last)
    }

    private func returned(_ range: Range<Int>) -> String {
        var output: [UInt8] = []
        var index = range.lowerBound
        for gap in hidden where gap.lowerBound >= range.lowerBound && gap.upperBound <= range.upperBound {
            output += bytes[index..<gap.lowerBound]
            index = gap.upperBound
        }
        output += bytes[index..<range.upperBound]
        return String(decoding: output, as: UTF8.self)
    }
}

/// Texts that a worker writes but does not return, such as `<|channel|>`.
struct HiddenTexts: Sendable, Equatable {
    /// The longest first, so that none hides a longer one.
    private let texts: [[UInt8]]
    private let isFirst: [Bool]

    init(_ texts: [String]) {
        self.texts = Set(texts).map { Array($0.utf8) }.filter { !$0.isEmpty }.sorted { $0.count > $1.count }
        var isFirst = Array(repeating: false, count: 256)
        for text in self.texts { isFirst[Int(text[0])] = true }
        self.isFirst = isFirst
    }

    var isEmpty: Bool { texts.isEmpty }

    /// The bytes without the hidden texts, and where those were.
    func strip(_ bytes: [UInt8]) -> (visible: [UInt8], hidden: [Range<Int>]) {
        guard !isEmpty else { return (bytes, []) }
        var visible: [UInt8] = []
        visible.reserveCapacity(bytes.count)
        var hidden: [Range<Int>] = []
        var index = 0
        while index < bytes.count {
            if isFirst[Int(bytes[index])], let text = texts.first(where: { bytes[index...].starts(with: $0) }) {
                hidden.append(index..<(index + text.count))
                index += text.count
            } else {
                visible.append(bytes[index])
                index += 1
            }
        }
        return (visible, hidden)
    }
}
