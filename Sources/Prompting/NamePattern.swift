/// A pattern on a normalised model name, as the rules of `chat-formats.json` write it.
///
/// Text matches itself anywhere in the name; `*` is any text; `_` is the edge of a word (an end of the name, or next to
/// a character that is neither letter nor digit; a dot before a digit is no edge, so `_2b_` is not found in `1.2b`);
/// `^` and `$` at the ends of the pattern tie it to the ends of the name. Made for names, not for power: it cannot
/// backtrack, so no name makes it slow.
struct NamePattern: Decodable, Sendable {
    private let pieces: [[UInt8]]
    private let isAtStart: Bool
    private let isAtEnd: Bool

    init(_ text: String) {
        var text = text[...]
        isAtStart = text.first == "^"
        if isAtStart { text.removeFirst() }
        isAtEnd = text.last == "$"
        if isAtEnd { text.removeLast() }
        pieces = text.split(separator: "*").map { Array($0.utf8) }
    }

    init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }

    func matches(_ name: String) -> Bool {
        let name = Array(name.utf8)
        var start = 0
        for (index, piece) in pieces.enumerated() {
            let isLast = index == pieces.count - 1
            let places = index == 0 && isAtStart ? 0...0 : start...name.count
            let end = places.lazy.compactMap { Self.end(of: piece, in: name, at: $0) }
                .first { !isLast || !isAtEnd || $0 == name.count }
            guard let end else { return false }
            start = end
        }
        return true
    }

    /// Where a piece that begins at an index ends, `nil` if it does not stand there.
    private static func end(of piece: [UInt8], in name: [UInt8], at index: Int) -> Int? {
        var index = index
        for byte in piece {
            if byte == UInt8(ascii: "_") {
                guard isEdge(index, in: name) else { return nil }
            } else {
                guard index < name.count, name[index] == byte else { return nil }
                index += 1
            }
        }
        return index
    }

    private static func isEdge(_ index: Int, in name: [UInt8]) -> Bool {
        guard index > 0, index < name.count else { return true }
        let before = name[index - 1]
        return !(before.isNamePart || before == UInt8(ascii: ".")) || !name[index].isNamePart
    }
}

extension UInt8 {
    /// A letter or a digit of a normalised name.
    fileprivate var isNamePart: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) || isDigit
    }

    /// An ASCII digit.
    var isDigit: Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
    }
}
