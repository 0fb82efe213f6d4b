/// Cuts a text into control markers and runs of one kind, and counts what they are made of.
struct TokenScanner {
    /// What has been counted without the run that is still growing.
    private(set) var settled = TokenCounts()

    private let table = CodePoint.table
    private var kind: RunKinds = []
    private var length = 0
    private var ascii = 0
    private var capitals = 0
    /// Up to where a byte beyond ASCII has been seen, so that it is not looked for again.
    private var beyond = -1

    /// What has been counted so far.
    var counts: TokenCounts {
        var counts = settled
        counts.add(kind, length: length, ascii: ascii, capitals: capitals)
        return counts
    }

    /// Whether the last code point taken is white space, but no line end.
    var isAtSpace: Bool { kind.isEmpty && length > 0 }

    /// Takes a whole text.
    mutating func take(all bytes: Span<UInt8>) {
        var index = 0
        while index < bytes.count {
            let count = takeBlock(bytes, at: index)
            index += count > 0 ? count : takeRun(bytes, at: index)
        }
    }

    /// Takes the marker or code point that begins at an index, and returns its length in bytes.
    ///
    /// The whole text is given each time, as whether a marker begins depends on what follows.
    @inline(__always)
    mutating func take(_ bytes: Span<UInt8>, at index: Int) -> Int {
        let byte = bytes[index]
        guard byte < 0x80 else {
            let point = CodePoint(bytes, at: index)
            extend(point.kinds(table))
            return point.length
        }
        if byte == UInt8(ascii: "<") || byte == UInt8(ascii: "["), let length = ControlMarker.length(bytes, at: index) {
            begin([])
            settled.markers += 1
            return length
        }
        extend(table[Int(byte)])
        ascii += 1
        capitals += (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? 1 : 0
        return 1
    }

    /// Takes what `take` does, and the spaces or ASCII letters after it that change nothing but the length of the run.
    ///
    /// Most of most texts are these two, so that they have the tightest loops.
    @inline(__always)
    private mutating func takeRun(_ bytes: Span<UInt8>, at start: Int) -> Int {
        var index = start + take(bytes, at: start)
        if kind.isEmpty {
            while index < bytes.count, bytes[index] == UInt8(ascii: " ") { index += 1 }
        }
        guard kind == .latin else { return index - start }
        let first = index
        while index < bytes.count {
            let byte = bytes[index]
            // The bit that a small letter has and its capital has not.
            guard (byte | 0x20) &- UInt8(ascii: "a") < 26 else { break }
            capitals += Int(~byte >> 5 & 1)
            index += 1
        }
        length += index - first
        ascii += index - first
        return index - start
    }

    /// Takes whole runs of ASCII out of the next 64 bytes, and returns their length in bytes; 0 if there are none.
    private mutating func takeBlock(_ bytes: Span<UInt8>, at start: Int) -> Int {
        guard start > beyond, bytes.count - start >= ASCIIBlock.length, bytes[start] < 0x80,
            table[Int(bytes[start])].isDisjoint(with: kind)
        else { return 0 }
        let block = bytes.withUnsafeBytes { ASCIIBlock($0, at: start, beyond: &beyond) }
        guard let block else { return 0 }
        var count = ASCIIBlock.length
        var brackets = block.brackets
        var isAtMarker = false
        while brackets != 0, !isAtMarker {
            let place = brackets.trailingZeroBitCount
            isAtMarker = ControlMarker.length(bytes, at: start + place) != nil
            if isAtMarker { count = place }
            brackets &= brackets - 1
        }
        // A marker ends every run.
        if !isAtMarker { count = block.wholeRuns(count) }
        guard count > 0 else { return 0 }
        begin([])
        block.add(count, to: &settled)
        return count
    }

    @inline(__always)
    private mutating func extend(_ kinds: RunKinds) {
        if kinds.isDisjoint(with: kind) { begin(kinds.first) }
        length += 1
    }

    @inline(__always)
    private mutating func begin(_ next: RunKinds) {
        if !kind.isEmpty { settled.add(kind, length: length, ascii: ascii, capitals: capitals) }
        kind = next
        length = 0
        ascii = 0
        capitals = 0
    }
}
