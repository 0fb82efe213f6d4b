/// A place in a model's text, which is read as UTF-8 bytes: `\r\n` is one character to Swift, and two to a model.
struct ByteCursor {
    let bytes: [UInt8]
    /// Where the text ends, which may be a part of all the bytes.
    let end: Int
    var position: Int
    /// What is told of every look at the end of the text.
    let watch: EndWatch?

    init(_ bytes: [UInt8], at position: Int = 0, end: Int? = nil, watch: EndWatch? = nil) {
        self.bytes = bytes
        self.position = position
        self.end = end ?? bytes.count
        self.watch = watch
    }

    /// The byte here, `nil` at the end of the text.
    var byte: UInt8? {
        byte(at: position)
    }

    /// The byte at a place, `nil` at the end of the text.
    func byte(at index: Int) -> UInt8? {
        if index < end { return bytes[index] }
        watch?.hasSeenEnd = true
        return nil
    }

    var isAtEnd: Bool {
        byte == nil
    }

    /// The byte before a place, `nil` at the start of the text.
    func byte(before index: Int) -> UInt8? {
        index > 0 && index <= end ? bytes[index - 1] : nil
    }

    /// Whether a text stands here.
    func holds(_ text: [UInt8]) -> Bool {
        holds(text, at: position)
    }

    /// Whether a text stands at a place.
    func holds(_ text: [UInt8], at index: Int) -> Bool {
        for offset in text.indices {
            guard let byte = byte(at: index + offset), byte == text[offset] else { return false }
        }
        return true
    }

    /// Whether a text stands here.
    func holds(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { text in
            for offset in text.indices {
                guard let byte = byte(at: position + offset), byte == text[offset] else { return false }
            }
            return true
        }
    }

    /// Goes behind a text, if it stands here.
    mutating func take(_ text: [UInt8]) -> Bool {
        guard holds(text) else { return false }
        position += text.count
        return true
    }

    /// Goes behind a text, if it stands here.
    mutating func take(_ text: StaticString) -> Bool {
        guard holds(text) else { return false }
        position += text.utf8CodeUnitCount
        return true
    }

    /// Goes behind the first of some texts that stands here.
    mutating func takeAny(_ texts: [[UInt8]]) -> Bool {
        guard let found = texts.first(where: holds) else { return false }
        position += found.count
        return true
    }

    mutating func skipSpace() {
        while let byte, byte.isSpace {
            position += 1
        }
    }

    /// Goes to the first byte that a test refuses, and returns what was passed.
    mutating func run(while isWanted: (UInt8) -> Bool) -> Range<Int> {
        let start = position
        while let byte, isWanted(byte) {
            position += 1
        }
        return start..<position
    }

    /// A part of the text as a string, with U+FFFD for U+0000, which Horde cannot take.
    func text(_ range: Range<Int>) -> String {
        let text = String(decoding: bytes[range], as: UTF8.self)
        return bytes[range].contains(0) ? text.replacing("\0", with: "\u{FFFD}") : text
    }
}

extension UInt8 {
    /// ASCII white space, line ends included.
    var isSpace: Bool {
        self == UInt8(ascii: " ") || (9...13).contains(self)
    }

    var isLineEnd: Bool {
        self == UInt8(ascii: "\n") || self == UInt8(ascii: "\r")
    }

    var isDigit: Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
    }

    /// What a word of a programming language is made of; every letter that is not ASCII counts as one.
    var isWord: Bool {
        isDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) || self == UInt8(ascii: "_")
            || self >= 0x80
    }

    /// What a tool's name may be made of, with the prefixes and suffixes that models add.
    var isToolName: Bool {
        (isWord && self < 0x80) || [0x2D, 0x2E, 0x2F, 0x3A, 0x40].contains(self)
    }
}
