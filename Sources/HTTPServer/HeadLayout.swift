/// Whether the parts of a head, where libmicrohttpd 0.9.75 found them, lie side by side with nothing unreported between.
///
/// libmicrohttpd takes a head apart in the memory it was received in. What it reads otherwise than others leaves a gap
/// there: an LF without its CR, a line folded into another, what stands behind a NUL, and what follows a line that begins
/// with a colon or a NUL, which ends the head for libmicrohttpd. Offsets count from the first byte of the request line.
struct HeadLayout {
    private var isSeamless: Bool
    /// Where the next field has to begin.
    private var next: Int

    /// The request line: a method, a blank, a target, a blank, and the version at its offset.
    init(methodBytes: Int, targetBytes: Int, versionOffset: Int, versionBytes: Int) {
        isSeamless = versionOffset == methodBytes + 1 + targetBytes + 1
        next = versionOffset + versionBytes + Self.lineEndBytes
    }

    /// The next field; blanks between its colon and its value are passed over by everybody.
    mutating func add(nameOffset: Int, nameBytes: Int, valueOffset: Int, valueBytes: Int) {
        if nameOffset != next || valueOffset <= nameOffset + nameBytes { isSeamless = false }
        next = valueOffset + valueBytes + Self.lineEndBytes
    }

    /// Whether the fields and the empty line behind them fill the head.
    func fills(_ headBytes: Int) -> Bool {
        isSeamless && next + Self.lineEndBytes == headBytes
    }

    private static let lineEndBytes = 2
}
