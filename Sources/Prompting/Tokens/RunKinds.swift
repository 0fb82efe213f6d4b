/// The kinds of run that a code point can go on, a bit each in the order in which a new run tries them.
///
/// Most code points have one kind. An accent goes on a Latin word as well as one of another script, and 〇 is both a
/// Han character and a number. White space, line ends aside, has none: it belongs to the token behind it.
struct RunKinds: OptionSet, Sendable {
    let rawValue: UInt16

    static let han = RunKinds(rawValue: 1 << 0)
    static let kana = RunKinds(rawValue: 1 << 1)
    static let hangul = RunKinds(rawValue: 1 << 2)
    static let cyrillic = RunKinds(rawValue: 1 << 3)
    static let latin = RunKinds(rawValue: 1 << 4)
    /// Letters and marks of any script.
    static let letters = RunKinds(rawValue: 1 << 5)
    static let number = RunKinds(rawValue: 1 << 6)
    static let lineEnds = RunKinds(rawValue: 1 << 7)
    static let symbols = RunKinds(rawValue: 1 << 8)

    /// The kind of the run that a code point of these kinds begins.
    var first: RunKinds { RunKinds(rawValue: rawValue & (~rawValue &+ 1)) }

    /// The kinds of a code point, from Unicode's tables.
    init(of scalar: Unicode.Scalar) {
        guard scalar != "\r", scalar != "\n" else {
            self = .lineEnds
            return
        }
        self = Self.script(of: scalar.value)
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: insert(.letters)
        case .nonspacingMark, .spacingMark, .enclosingMark: formUnion([.latin, .letters])
        case .decimalNumber, .letterNumber, .otherNumber: insert(.number)
        case _ where scalar.properties.isWhitespace: break
        default: insert(.symbols)
        }
    }

    init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// The script property of Unicode 17 where it makes a kind, without gaps of unassigned code points.
    private static func script(of value: UInt32) -> RunKinds {
        switch value {
        case 0x41...0x5A, 0x61...0x7A, 0xAA, 0xBA, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x2B8, 0x2E0...0x2E4,
            0x1D00...0x1D25, 0x1D2C...0x1D5C, 0x1D62...0x1D65, 0x1D6B...0x1D77, 0x1D79...0x1DBE, 0x1E00...0x1EFF,
            0x2071, 0x207F, 0x2090...0x209F, 0x212A...0x212B, 0x2132, 0x214E, 0x2160...0x2188, 0x2C60...0x2C7F,
            0xA722...0xA787, 0xA78B...0xA7FF, 0xAB30...0xAB5A, 0xAB5C...0xAB64, 0xAB66...0xAB69, 0xAB6C...0xAB6D,
            0xFB00...0xFB06, 0xFF21...0xFF3A, 0xFF41...0xFF5A, 0x10780...0x107BF, 0x1DF00...0x1DFF2,
            0x1DFF5...0x1DFFF:
            .latin
        case 0x400...0x484, 0x487...0x52F, 0x1C80...0x1C8A, 0x1D2B, 0x1D78, 0x2DE0...0x2DFF, 0xA640...0xA69F,
            0xFE2E...0xFE2F, 0x1E030...0x1E08F:
            .cyrillic
        case 0x1100...0x11FF, 0x302E...0x302F, 0x3131...0x318E, 0x3200...0x321E, 0x3260...0x327E, 0xA960...0xA97C,
            0xAC00...0xD7FB, 0xFFA0...0xFFDC:
            .hangul
        // With U+30FC, the mark of a long vowel, which both kana scripts share.
        case 0x3041...0x3096, 0x309D...0x309F, 0x30A1...0x30FA, 0x30FC...0x30FF, 0x31F0...0x31FF, 0x32D0...0x32FE,
            0x3300...0x3357, 0xFF66...0xFF6F, 0xFF71...0xFF9D, 0x1AFF0...0x1B168, 0x1F200:
            .kana
        case 0x2E80...0x2FD5, 0x3005, 0x3007, 0x3021...0x3029, 0x3038...0x303B, 0x3400...0x4DBF, 0x4E00...0x9FFF,
            0xF900...0xFAD9, 0x16FE2...0x16FE3, 0x16FF0...0x16FF6, 0x20000...0x2EE5D, 0x2F800...0x2FA1D,
            0x30000...0x33479:
            .han
        default: []
        }
    }
}
