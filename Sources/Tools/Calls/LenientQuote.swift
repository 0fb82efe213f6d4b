/// The quotes that a string stands in.
struct LenientQuote {
    /// The texts of which any ends the string.
    private let closers: [[UInt8]]
    /// Whether a backslash means something.
    private let hasEscapes: Bool

    private static let double = UInt8(ascii: "\"")
    private static let single = UInt8(ascii: "'")
    private static let backslash = UInt8(ascii: "\\")
    private static let replacement = Array("\u{FFFD}".utf8)
    /// Typographic quotes: any of a kind opens, and any of it closes.
    private static let curly = [["\u{201C}", "\u{201D}", "\u{201E}"], ["\u{2018}", "\u{2019}", "\u{201A}"]]
        .map { $0.map { Array($0.utf8) } }
    /// What Gemma 4 writes for a quote.
    private static let gemma = Array("<|\"|>".utf8)

    /// The quotes that open at a cursor, which goes behind them; `nil` if none do.
    init?(at cursor: inout ByteCursor) {
        switch cursor.byte {
        case Self.double, Self.single:
            let quote = cursor.bytes[cursor.position]
            let tripled = [quote, quote, quote]
            closers = [cursor.holds(tripled) ? tripled : [quote]]
            hasEscapes = true
            cursor.position += closers[0].count
        case Self.gemma[0] where cursor.take(Self.gemma):
            closers = [Self.gemma]
            hasEscapes = false
        case 0xE2:
            guard let kind = Self.curly.first(where: { cursor.takeAny($0) }) else { return nil }
            closers = kind
            hasEscapes = true
        default: return nil
        }
    }

    /// The string up to the closing quote, behind which the cursor goes; `nil` if the text ends before.
    func content(_ cursor: inout ByteCursor) -> String? {
        var content: [UInt8] = []
        let first = closers[0][0]
        while true {
            let run = cursor.run { $0 != first && $0 != Self.backslash && $0 != 0 }
            content += cursor.bytes[run]
            guard let byte = cursor.byte else { return nil }
            if cursor.takeAny(closers) { return String(decoding: content, as: UTF8.self) }
            cursor.position += 1
            switch byte {
            case 0: content += Self.replacement
            case Self.backslash where hasEscapes:
                guard Self.escape(&cursor, into: &content) else { return nil }
            default: content.append(byte)
            }
        }
    }

    /// Reads an escape behind its backslash; one that JSON does not know keeps the backslash, as a regular expression or
    /// a shell command needs it.
    private static func escape(_ cursor: inout ByteCursor, into content: inout [UInt8]) -> Bool {
        guard let letter = cursor.byte else { return false }
        cursor.position += 1
        switch letter {
        case double, single, backslash, UInt8(ascii: "/"): content.append(letter)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "u"):
            if let unit = codeUnit(&cursor) {
                content += scalar(unit, &cursor)
            } else {
                content += [backslash, letter]
            }
        default:
            // The letter itself may be the first byte of several.
            cursor.position -= 1
            content.append(backslash)
            if letter != 0 {
                content.append(letter)
                cursor.position += 1
            }
        }
        return true
    }

    private static func scalar(_ unit: UInt32, _ cursor: inout ByteCursor) -> [UInt8] {
        if unit == 0 { return replacement }
        if let scalar = Unicode.Scalar(unit) { return Array(String(scalar).utf8) }
        let start = cursor.position
        if unit < 0xDC00, cursor.take("\\u"), let low = codeUnit(&cursor), (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x10000 + ((unit & 0x3FF) << 10 | (low & 0x3FF)))
        {
            return Array(String(scalar).utf8)
        }
        cursor.position = start
        return replacement
    }

    /// Four hexadecimal digits; the cursor stays where there are fewer.
    private static func codeUnit(_ cursor: inout ByteCursor) -> UInt32? {
        let start = cursor.position
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = cursor.byte, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                cursor.position = start
                return nil
            }
            unit = unit << 4 | UInt32(digit)
            cursor.position += 1
        }
        return unit
    }
}
