/// How many there are of everything in a text that tokens are estimated by.
struct TokenCounts: Equatable, Sendable {
    /// Control markers, each one token to a model that knows it.
    var markers = 0
    /// Runs of ASCII letters, their letters beyond the sixth, and the letters beyond the first of all-capital ones.
    var words = 0
    var lettersBeyond6 = 0
    var capitalsBeyond1 = 0
    /// Runs of Latin letters that are not all ASCII, and their letters beyond the third.
    var latinWords = 0
    var latinLettersBeyond3 = 0
    var han = 0
    var kana = 0
    var hangul = 0
    var cyrillicWords = 0
    var cyrillicLettersBeyond3 = 0
    /// Letters and marks of all other scripts.
    var otherLetters = 0
    /// Digits one by one, and in groups of up to three.
    var digits = 0
    var threeDigits = 0
    /// Runs of line ends.
    var lineEnds = 0
    /// Runs of symbols with ASCII ones in them, and their ASCII ones beyond the first.
    var symbols = 0
    var symbolsBeyond1 = 0
    var foreignSymbols = 0

    /// Counts in a run of one kind.
    ///
    /// - Parameters:
    ///   - kind: the one kind of the run; white space has none and counts nothing.
    ///   - length: in code points, as are the others.
    ///   - ascii: how many of them are ASCII.
    ///   - capitals: how many of them are ASCII capitals.
    @inline(__always)
    mutating func add(_ kind: RunKinds, length: Int, ascii: Int, capitals: Int) {
        switch kind {
        case .latin where ascii == length:
            words += 1
            lettersBeyond6 += max(length - 6, 0)
            capitalsBeyond1 += capitals == length ? length - 1 : 0
        case .latin:
            latinWords += 1
            latinLettersBeyond3 += max(length - 3, 0)
        case .symbols:
            symbols += min(ascii, 1)
            symbolsBeyond1 += max(ascii - 1, 0)
            foreignSymbols += length - ascii
        case .number:
            digits += length
            threeDigits += (length + 2) / 3
        case .lineEnds: lineEnds += 1
        case .han: han += length
        case .kana: kana += length
        case .hangul: hangul += length
        case .cyrillic:
            cyrillicWords += 1
            cyrillicLettersBeyond3 += max(length - 3, 0)
        case .letters: otherLetters += length
        default: break
        }
    }
}
