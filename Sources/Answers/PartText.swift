/// An answer so far as bytes, with the place where its last part begins.
struct PartText {
    let bytes: [UInt8]
    /// Where the part begins: the length of what was said before.
    let partStart: Int

    init(said: String, part: String) {
        partStart = said.utf8.count
        bytes = Array(said.utf8) + part.utf8
    }

    /// The part without the white space before it.
    var partWords: Range<Int> {
        (bytes[partStart...].firstIndex { !$0.isWhite } ?? bytes.count)..<bytes.count
    }

    /// What was said without the white space around it.
    var saidWords: Range<Int> {
        let start = bytes[..<partStart].firstIndex { !$0.isWhite } ?? partStart
        let end = bytes[start..<partStart].lastIndex { !$0.isWhite }.map { $0 + 1 } ?? start
        return start..<end
    }

    var isPartBlank: Bool { partWords.isEmpty }

    /// Whether the part is in another language than English, as far as its letters beyond ASCII tell.
    ///
    /// Typographic marks and emoji, which begin with the bytes left out here, are in English texts too.
    var isAccented: Bool {
        let letters = bytes[partStart...].count { $0 >= 0xC3 && $0 != 0xE2 && $0 != 0xEF && $0 != 0xF0 }
        return letters * Limits.bytesPerAccentMax >= bytes.count - partStart
    }
}

extension UInt8 {
    /// ASCII white space, line ends included.
    var isWhite: Bool { self == UInt8(ascii: " ") || (9...13).contains(self) }

    /// A letter of ASCII, or any byte of a character beyond it, most of which are letters.
    var isLetter: Bool { self >= 0x80 || (self | 0x20) &- UInt8(ascii: "a") < 26 }

    var isDigit: Bool { self &- UInt8(ascii: "0") < 10 }
}
