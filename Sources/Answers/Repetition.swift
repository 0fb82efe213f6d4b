/// Finds an answer that says again what it has said, in time that grows with the text alone.
///
/// Much that is right repeats itself: equal rows of a table or an array, closing brackets, refrains. So a repetition
/// counts only if it is long, and longer where it is no prose. See `Limits` for the bounds.
enum Repetition {
    /// Whether the part begins with what was said last, or begins the whole answer anew.
    static func isSaidAgain(_ text: PartText) -> Bool {
        let (said, part) = (text.saidWords, text.partWords)
        guard !said.isEmpty, !part.isEmpty else { return false }
        let beginning = PrefixTable(text.bytes[part.prefix(Limits.againBytesMax)])
        return isRestart(text.bytes, said: said, part: part, beginning)
            || isEndAgain(text.bytes, said: said, part: part, beginning)
    }

    /// Whether the part begins as the answer did.
    private static func isRestart(
        _ bytes: [UInt8],
        said: Range<Int>,
        part: Range<Int>,
        _ beginning: PrefixTable
    ) -> Bool {
        let bound = min(said.count, part.count)
        let equal = (0..<bound).first { bytes[said.lowerBound + $0] != bytes[part.lowerBound + $0] } ?? bound
        guard !beginning.isRows(min(equal, Limits.againBytesMax)) else { return false }
        return equal >= Limits.restartBytesMin || equal == part.count && isEnough(bytes[part])
    }

    /// Whether the part begins with the end of what was said, and that is long, or most of the part.
    private static func isEndAgain(
        _ bytes: [UInt8],
        said: Range<Int>,
        part: Range<Int>,
        _ beginning: PrefixTable
    ) -> Bool {
        let length = beginning.lengthAtEnd(of: bytes[said.suffix(Limits.againBytesMax)])
        let again = bytes[part.prefix(length)]
        guard isEnough(again), !beginning.isRows(length) else { return false }
        // Equal rows: what was said before goes on.
        let before = bytes[said.lowerBound..<(said.upperBound - length)].trimmedEnd
        guard !before.suffix(length).elementsEqual(again) else { return false }
        if length >= (again.isProse ? Limits.againProseBytesMin : Limits.againOtherBytesMin) { return true }
        return repeated(again, at: part.lowerBound, in: bytes) * 2 >= part.count
    }

    /// How many bytes from an index on are copies of a text, with white space between them.
    private static func repeated(_ copy: ArraySlice<UInt8>, at start: Int, in bytes: [UInt8]) -> Int {
        var end = start
        var next = start
        while bytes[next...].starts(with: copy) {
            end = next + copy.count
            next = bytes[end...].firstIndex { !$0.isWhite } ?? bytes.count
        }
        return end - start
    }

    private static func isEnough(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.count { !$0.isWhite } >= Limits.againBytesMin && bytes.hasWords(Limits.againWordsMin)
    }

    /// Where a loop that goes on to the end of the text has said all of its words once, as an offset in the part.
    ///
    /// - Returns: `nil` if the text does not end in a loop; 0 if the loop has begun in an earlier part.
    static func loop(_ text: PartText) -> Int? {
        let bytes = text.bytes
        let end = bytes.lastIndex { !$0.isWhite }.map { $0 + 1 } ?? 0
        let window = max(end - Limits.loopWindowBytes, 0)
        // How far the text, read from its end, equals itself so many bytes earlier.
        let equal = PrefixTable.equalities(
            Array(bytes[window..<end].reversed()),
            count: Limits.loopPeriodMax + 1
        )
        // Only the shortest period is what is repeated; its multiples would pass for longer sentences.
        let shortest = equal.indices.dropFirst().first { equal[$0] + $0 >= Limits.proseLoopBytesMin }
        guard let period = shortest, equal[period] + period >= loopBytesMin(bytes[(end - period)..<end]) else {
            return nil
        }
        var start = end - equal[period] - period
        while start > 0, bytes[start - 1] == bytes[start - 1 + period] { start -= 1 }
        return max(sentenceEnd(bytes, from: start + period, before: end) - text.partStart, 0)
    }

    /// How long a loop with this period must be, in bytes.
    private static func loopBytesMin(_ period: ArraySlice<UInt8>) -> Int {
        if period.count < Limits.loopPeriodMin { return Limits.shortLoopBytesMin }
        return period.isProse && period.hasWords(Limits.loopWordsMin)
            ? max(Limits.proseLoopBytesMin, Limits.proseLoopTimesMin * period.count)
            : max(Limits.otherLoopBytesMin, Limits.otherLoopTimesMin * period.count)
    }

    /// The end of the marks behind a word, where the last copy that is kept ends.
    ///
    /// Two sentences that end alike make a loop seem to begin with the full stop of the sentence before it.
    private static func sentenceEnd(_ bytes: [UInt8], from index: Int, before end: Int) -> Int {
        var start = index
        while start > 0, start < end, bytes[start] & 0xC0 == 0x80 { start -= 1 }
        let next = bytes[start..<min(start + Limits.marksBytesMax, end)]
        let marks = String(decoding: next, as: UTF8.self).unicodeScalars.prefix { scalar in
            !scalar.properties.isAlphabetic && scalar.properties.numericType == nil && scalar != "\u{FFFD}"
        }
        return start + String(marks).utf8.count
    }
}

extension ArraySlice<UInt8> {
    /// Whether nearly all of it is letters and blanks.
    var isProse: Bool {
        let marks = count { !$0.isLetter && !$0.isWhite }
        return marks * Limits.proseMarksDivisor <= count
    }

    /// Without the white space behind it.
    var trimmedEnd: ArraySlice<UInt8> {
        self[..<(lastIndex { !$0.isWhite }.map { $0 + 1 } ?? startIndex)]
    }

    /// Whether it has so many words.
    ///
    /// Of characters of three bytes, as Chinese and Japanese are written with, two count as a word.
    func hasWords(_ wanted: Int) -> Bool {
        var words = 0
        var far = 0
        var isInWord = false
        for byte in self {
            if byte.isLetter, !isInWord { words += 1 }
            isInWord = byte.isLetter
            if byte >= 0xE3 { far += 1 }
        }
        return words + far / 2 >= wanted
    }
}
