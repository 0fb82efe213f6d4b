/// Where a tokenizer would divide a text: the simulator's own measure of `max_length`, which owes nothing to the
/// estimates of the program that it tests.
///
/// A token is a word or a part of one with the space before it, up to three digits, a short run of punctuation, a run
/// of blanks, or one character of a script without spaces. English prose comes to about 4.2 characters a token. A text
/// that is divided again from the end of any of its tokens is divided in the same places.
enum TextTokens {
    /// Longer words are several tokens; in bytes, so that a Cyrillic token has three letters.
    static let wordBytesMax = 6
    static let digitsMax = 3
    static let punctuationMax = 4
    static let blanksMax = 16

    /// How many tokens a text has.
    static func count(_ text: String) -> Int {
        let bytes = Array(text.utf8)
        var count = 0
        var index = 0
        while index < bytes.count {
            index = end(in: bytes, from: index, limit: bytes.count)
            count += 1
        }
        return count
    }

    /// Where the token that begins at `start` ends: behind `start`, at `limit` at the latest.
    ///
    /// Both have to be at the bounds of characters, with `start` before `limit`.
    static func end(in bytes: [UInt8], from start: Int, limit: Int) -> Int {
        let first = Character(in: bytes, at: start, limit: limit)
        guard first.kind == .space else { return runEnd(in: bytes, from: start, limit: limit) }
        var end = start
        while end < limit, end - start < blanksMax, bytes[end] == UInt8(ascii: " ") { end += 1 }
        guard end < limit else { return end }
        let kind = Character(in: bytes, at: end, limit: limit).kind
        guard kind == .letter || kind == .punctuation else { return end }
        // The last blank belongs to what follows it.
        return end - start > 1 ? end - 1 : runEnd(in: bytes, from: end, limit: limit)
    }

    /// The end of a run of one kind.
    private static func runEnd(in bytes: [UInt8], from start: Int, limit: Int) -> Int {
        let first = Character(in: bytes, at: start, limit: limit)
        var end = start + first.length
        guard let longest = first.kind.longest else { return end }
        while end < limit {
            let next = Character(in: bytes, at: end, limit: limit)
            guard next.kind == first.kind, end + next.length - start <= longest else { return end }
            end += next.length
        }
        return end
    }

    private enum Kind {
        case letter, digit, space, lineEnd, punctuation, alone

        /// The longest run in bytes; nil: one character by itself.
        var longest: Int? {
            switch self {
            case .letter: wordBytesMax
            case .digit: digitsMax
            case .punctuation, .lineEnd: punctuationMax
            case .space, .alone: nil
            }
        }
    }

    /// One Unicode scalar as far as it matters here.
    private struct Character {
        let kind: Kind
        let length: Int

        init(in bytes: [UInt8], at index: Int, limit: Int) {
            let byte = bytes[index]
            guard byte >= 0x80 else {
                (kind, length) = (Self.kind(ascii: byte), 1)
                return
            }
            let wanted = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2
            length = min(wanted, limit - index)
            // Up to U+1FFF there are letters of alphabets; then come punctuation and symbols, ideographs, emoji.
            kind = byte <= 0xE1 ? .letter : .alone
        }

        private static func kind(ascii byte: UInt8) -> Kind {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): .letter
            case UInt8(ascii: "0")...UInt8(ascii: "9"): .digit
            case UInt8(ascii: " "): .space
            case 0x09...0x0D: .lineEnd
            default: .punctuation
            }
        }
    }
}
