/// 64 bytes of ASCII, counted all at once: a word of 64 bits for each kind tells which of the bytes are of it.
///
/// Runs are a few bytes long, so that whoever goes from one to the next guesses wrong at each where it ends. Here nothing
/// depends on a guess.
struct ASCIIBlock {
    static let length = 64

    private var letters: UInt64 = 0
    private var capitals: UInt64 = 0
    private var digits: UInt64 = 0
    private var lineEnds: UInt64 = 0
    private var symbols: UInt64 = 0
    /// `<` and `[`, with which control markers begin.
    private(set) var brackets: UInt64 = 0

    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highs: UInt64 = 0x8080_8080_8080_8080

    /// Looks at 64 bytes; nil if one of them is beyond ASCII, whose place `beyond` is then the last of.
    @inline(__always)
    init?(_ bytes: UnsafeRawBufferPointer, at start: Int, beyond: inout Int) {
        for part in stride(from: Self.length - 8, through: 0, by: -8) {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: start + part, as: UInt64.self))
            guard word & Self.highs == 0 else {
                beyond = start + part + 7 - (word & Self.highs).leadingZeroBitCount / 8
                return nil
            }
            sort(word, into: UInt64(part))
        }
    }

    /// Eight bytes below 0x80: a sum with one of them never carries over into the next.
    @inline(__always)
    private mutating func sort(_ word: UInt64, into place: UInt64) {
        @inline(__always) func from(_ byte: UInt8, _ word: UInt64) -> UInt64 {
            word &+ Self.ones &* UInt64(0x80 - byte)
        }
        @inline(__always) func not(_ byte: UInt8) -> UInt64 { (word ^ Self.ones &* UInt64(byte)) &+ Self.ones &* 0x7F }
        // The high bits of eight bytes as the bits of one.
        @inline(__always) func bits(_ word: UInt64) -> UInt64 {
            (((word & Self.highs) &* 0x0002_0408_1020_4081) &>> 56) &<< place
        }
        let small = word | Self.ones &* 0x20
        let letter = from(UInt8(ascii: "a"), small) & ~from(UInt8(ascii: "z") + 1, small)
        let digit = from(UInt8(ascii: "0"), word) & ~from(UInt8(ascii: "9") + 1, word)
        let lineEnd = ~(not(0x0A) & not(0x0D))
        let space = (from(0x09, word) & ~from(0x0E, word)) | ~not(0x20)
        letters |= bits(letter)
        // The bit that a small letter has and its capital has not, moved to the highest.
        capitals |= bits(letter & ~word << 2)
        digits |= bits(digit)
        lineEnds |= bits(lineEnd)
        symbols |= bits(~(letter | digit | space))
        brackets |= bits(~(not(UInt8(ascii: "<")) & not(UInt8(ascii: "["))))
    }

    /// Up to where runs are whole, whatever follows, among the first `count` bytes: 0 if one run takes all of them.
    func wholeRuns(_ count: Int) -> Int {
        let last = UInt64(1) &<< UInt64(count - 1)
        guard (letters | digits | lineEnds | symbols) & last != 0 else { return count }
        let run =
            letters & last != 0 ? letters : digits & last != 0 ? digits : lineEnds & last != 0 ? lineEnds : symbols
        // The run at the end goes back to the last byte that is not of it.
        let others = ~run & (last &- 1)
        return others == 0 ? 0 : 64 - others.leadingZeroBitCount
    }

    /// Counts in the first bytes, which end where a run does.
    func add(_ count: Int, to counts: inout TokenCounts) {
        let those = UInt64.max &>> UInt64(64 - count)
        add(letters: letters & those, capitals: capitals & those, to: &counts)
        let (digits, symbols) = (digits & those, symbols & those)
        let symbolRuns = Self.starts(symbols).nonzeroBitCount
        counts.symbols += symbolRuns
        counts.symbolsBeyond1 += symbols.nonzeroBitCount - symbolRuns
        counts.lineEnds += Self.starts(lineEnds & those).nonzeroBitCount
        guard digits != 0 else { return }
        counts.digits += digits.nonzeroBitCount
        counts.threeDigits += Self.starts(digits).nonzeroBitCount
        // The fourth and the seventh of a longer number begin groups, too.
        let fourth = digits & digits << 1 & digits << 2 & digits << 3
        guard fourth != 0 else { return }
        Self.forEachRun(of: digits, at: Self.starts(digits)) { length, _ in
            counts.threeDigits += (length + 2) / 3 - 1
        }
    }

    private func add(letters: UInt64, capitals: UInt64, to counts: inout TokenCounts) {
        let starts = Self.starts(letters)
        counts.words += starts.nonzeroBitCount
        // Letters with six others before them.
        let two = letters & letters << 1
        counts.lettersBeyond6 += (two & two << 2 & two << 4 & letters << 6).nonzeroBitCount
        Self.forEachRun(of: letters, at: starts & capitals & capitals >> 1) { length, start in
            let run = ~(UInt64.max << UInt64(length)) &<< UInt64(start)
            if capitals & run == run { counts.capitalsBeyond1 += length - 1 }
        }
    }

    private static func starts(_ bits: UInt64) -> UInt64 { bits & ~(bits << 1) }

    @inline(__always)
    private static func forEachRun(of bits: UInt64, at starts: UInt64, _ body: (_ length: Int, _ start: Int) -> Void) {
        var rest = starts
        while rest != 0 {
            let start = rest.trailingZeroBitCount
            body((~(bits &>> UInt64(start))).trailingZeroBitCount, start)
            rest &= rest - 1
        }
    }
}
