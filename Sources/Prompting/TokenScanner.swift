/// Adds up the weights of a text, one code point or control marker at a time.
struct TokenScanner {
    /// What a run of neighbouring code points of one kind is made of.
    private enum Kind {
        case none, word, cyrillic, symbols, lineEnds
    }

    /// Hundredths of a token: the weights `fallback_one_digit` of the prompting notes, fitted to eight tokenizers.
    private enum Weight {
        static let word = 96
        static let letterBeyond6 = 26
        static let capital = 18
        static let latinWord = 107
        static let latinLetterBeyond3 = 37
        static let han = 75
        static let kana = 52
        static let hangul = 78
        static let cyrillicWord = 105
        static let cyrillicLetterBeyond3 = 31
        static let otherLetter = 40
        static let digit = 127
        static let lineEnds = 138
        static let symbols = 77
        static let symbolBeyond1 = 27
        static let foreignSymbol = 70
        static let marker = 100
    }

    private var finished = 0
    private var kind = Kind.none
    private var length = 0
    private var isASCII = true
    private var isCapitals = true

    /// The tokens taken so far, rounded up.
    var tokens: Int { (finished + run + 99) / 100 }

    /// The weight of the run that is still growing.
    private var run: Int {
        switch kind {
        case .none: 0
        case .word where isASCII:
            Weight.word + max(length - 6, 0) * Weight.letterBeyond6 + (isCapitals ? (length - 1) * Weight.capital : 0)
        case .word: Weight.latinWord + max(length - 3, 0) * Weight.latinLetterBeyond3
        case .cyrillic: Weight.cyrillicWord + max(length - 3, 0) * Weight.cyrillicLetterBeyond3
        case .symbols: length == 0 ? 0 : Weight.symbols + (length - 1) * Weight.symbolBeyond1
        case .lineEnds: Weight.lineEnds
        }
    }

    /// Takes what begins at an index and returns its length in bytes.
    mutating func take(_ bytes: [UInt8], at index: Int) -> Int {
        let byte = bytes[index]
        guard byte < 0x80 else { return takeForeign(CodePoint(bytes, at: index)) }
        if byte == UInt8(ascii: "<") || byte == UInt8(ascii: "["), let length = ControlMarker.length(bytes, at: index) {
            add(Weight.marker)
            return length
        }
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"):
            extend(.word)
            isCapitals = false
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): extend(.word)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): add(Weight.digit)
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"): extend(.lineEnds)
        case _ where byte.isSpace: add(0)
        default: extend(.symbols)
        }
        return 1
    }

    private mutating func takeForeign(_ point: CodePoint) -> Int {
        switch point.script {
        case .latin:
            extend(.word)
            isASCII = false
        case .cyrillic: extend(.cyrillic)
        case .mark: extendMark()
        case .han: add(Weight.han)
        case .kana: add(Weight.kana)
        case .hangul: add(Weight.hangul)
        case .letter: add(Weight.otherLetter)
        case .number: add(Weight.digit)
        case .space: add(0)
        case .symbol:
            // A run of symbols goes on, but only its ASCII part is weighed as one.
            if kind != .symbols { begin(.symbols) }
            finished += Weight.foreignSymbol
        }
        return point.length
    }

    /// An accent belongs to the word it stands in.
    private mutating func extendMark() {
        guard kind == .word || kind == .cyrillic else { return add(Weight.otherLetter) }
        length += 1
        isASCII = false
    }

    private mutating func extend(_ next: Kind) {
        if kind != next { begin(next) }
        length += 1
    }

    private mutating func begin(_ next: Kind) {
        finished += run
        kind = next
        length = 0
        isASCII = true
        isCapitals = true
    }

    /// Ends the run and adds something that stands alone.
    private mutating func add(_ weight: Int) {
        begin(.none)
        finished += weight
    }
}
