/// What a rule looks for in a normalised model name: any one of several expressions.
///
/// Expressions without special characters are most of them and are searched for as bytes: `Regex` takes some 20 ns at
/// each place of a name to find that a rule does not begin there, and there are 150 rules.
struct NamePattern: Decodable, Sendable {
    private let words: [[UInt8]]
    private let expression: NameExpression?

    /// - Throws: the error of the parser of regular expressions.
    init(_ alternatives: [String], ignoresCase: Bool = false) throws {
        words = alternatives.filter(Self.isPlain).map { Array((ignoresCase ? $0.lowercased() : $0).utf8) }
        let others = alternatives.filter { !Self.isPlain($0) }
        // A single one stays as it is, for the sake of its comments and of the place in an error.
        let joined = others.count == 1 ? others[0] : others.map { "(?:\($0))" }.joined(separator: "|")
        expression = others.isEmpty ? nil : try NameExpression(joined, ignoresCase: ignoresCase)
    }

    /// Reads one expression or an array of them.
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let one = try? container.decode(String.self) {
            try self.init([one])
        } else {
            try self.init(try container.decode([String].self))
        }
    }

    /// Whether one of the expressions matches anywhere in the name.
    func matches(_ name: String) -> Bool {
        if !words.isEmpty {
            let bytes = Array(name.utf8)
            if words.contains(where: { Self.contains($0, in: bytes) }) { return true }
        }
        return expression?.matches(name) ?? false
    }

    private static func isPlain(_ expression: String) -> Bool {
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        return expression.utf8.allSatisfy { byte in
            letters.contains(byte | 0x20) || digits.contains(byte) || byte == UInt8(ascii: "-")
        }
    }

    private static func contains(_ word: [UInt8], in text: [UInt8]) -> Bool {
        guard let first = word.first else { return true }
        guard word.count <= text.count else { return false }
        return (0...(text.count - word.count)).contains { start in
            text[start] == first && text[start..<(start + word.count)].elementsEqual(word)
        }
    }
}
