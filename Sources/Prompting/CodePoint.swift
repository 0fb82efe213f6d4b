/// One code point beyond ASCII, as far as counting tokens needs to know it.
struct CodePoint {
    enum Script {
        case latin, cyrillic, mark, han, kana, hangul, letter, number, space, symbol
    }

    /// Its length in UTF-8, in bytes.
    let length: Int
    let script: Script

    /// Reads the code point at an index of valid UTF-8, such as a `String` gives.
    init(_ bytes: [UInt8], at index: Int) {
        let lead = bytes[index]
        length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
        var value = UInt32(lead) & (lead >= 0xF0 ? 0x07 : lead >= 0xE0 ? 0x0F : 0x1F)
        for byte in bytes[(index + 1)..<(index + length)] {
            value = value << 6 | UInt32(byte & 0x3F)
        }
        script = Self.script(of: value)
    }

    private static func script(of value: UInt32) -> Script {
        switch value {
        case 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x24F, 0x1E00...0x1EFF: .latin
        case 0x300...0x36F: .mark
        case 0x400...0x52F: .cyrillic
        case 0x1100...0x11FF, 0x3130...0x318F, 0xAC00...0xD7AF: .hangul
        case 0x3040...0x30FF, 0x31F0...0x31FF, 0xFF66...0xFF9D: .kana
        case 0x3005, 0x3007, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x323AF: .han
        case 0x2000...0x2BFF, 0x3000...0x303F, 0xFE00...0xFE0F, 0x1F000...0x1FAFF: symbolOrSpace(value)
        default: other(value)
        }
    }

    private static func symbolOrSpace(_ value: UInt32) -> Script {
        (0x2000...0x200A).contains(value) || value == 0x2028 || value == 0x2029 || value == 0x3000 ? .space : .symbol
    }

    /// Asks the Unicode tables, which is slower, for what the ranges above do not settle.
    private static func other(_ value: UInt32) -> Script {
        guard let properties = Unicode.Scalar(value)?.properties else { return .symbol }
        if properties.isWhitespace { return .space }
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .nonspacingMark, .spacingMark, .enclosingMark:
            return .letter
        case .decimalNumber, .letterNumber, .otherNumber: return .number
        default: return .symbol
        }
    }
}
