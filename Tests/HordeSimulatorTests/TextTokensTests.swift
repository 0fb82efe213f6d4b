import Testing

@testable import HordeSimulator

/// How the simulator divides text into tokens.
struct TextTokensTests {
    /// A page of prose of our own.
    static let prose = """
        The harbor had been quiet since the storm, and nobody on the long pier expected the ferry before evening. Marta \
        sat on an upturned crate with her notebook open, counting the boats that came back and the boats that did not. \
        Her brother said it was a waste of paper; she answered that paper was cheap and that people forget. Behind them \
        the clockmaker's shop rang the half hour, a little late as always.

        "Seventeen," she said. "There were nineteen this morning, if you trust the board outside the customs office." \
        He shrugged, took the last apple out of his pocket and cut it into uneven halves. They ate without talking. The \
        water moved against the stones, slow and grey, and somewhere below the wall a cat complained about the weather. \
        When the lamps were lit in 1923, the town had argued for months about who would pay for the oil; now the lamps \
        were electric, and the argument was about something else.
        """

    static func pieces(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        var pieces: [String] = []
        var start = 0
        while start < bytes.count {
            let end = TextTokens.end(in: bytes, from: start, limit: bytes.count)
            pieces.append(String(decoding: bytes[start..<end], as: UTF8.self))
            start = end
        }
        return pieces
    }

    @Test(arguments: [
        ("The cat sat.", ["The", " cat", " sat", "."]),
        ("extraordinarily so", ["extrao", "rdinar", "ily", " so"]),
        ("in 12345 days", ["in", " ", "123", "45", " days"]),
        ("call({\"a\": 1});", ["call", "({\"", "a", "\":", " ", "1", "});"]),
        ("if x:\n    y  # z", ["if", " x", ":", "\n", "   ", " y", " ", " #", " z"]),
        ("a\n\nb   ", ["a", "\n\n", "b", "   "]),
        ("日本 語。", ["日", "本", " ", "語", "。"]),
        ("Привет naïve 🙂!", ["При", "вет", " naïve", " ", "🙂", "!"]),
        ("", []),
    ])
    func `text is divided like a tokenizer would`(text: String, expected: [String]) {
        #expect(Self.pieces(text) == expected)
        #expect(TextTokens.count(text) == expected.count)
    }

    @Test func `English prose has about 4.2 characters a token`() {
        let rate = Double(Self.prose.count) / Double(TextTokens.count(Self.prose))
        #expect((4.0...4.4).contains(rate), "\(rate)")
    }

    @Test func `a text divided again from the end of any token is divided in the same places`() {
        let text = Self.prose + "\n\n    let x = \"1234567\";                              // 日本 Привет\t\tend"
        let pieces = Self.pieces(text)
        for index in pieces.indices {
            #expect(Self.pieces(pieces[index...].joined()) == Array(pieces[index...]))
        }
    }

    @Test func `a token ends at the limit at the latest`() {
        let bytes = Array("wonderful".utf8)
        #expect(TextTokens.end(in: bytes, from: 0, limit: 4) == 4)
        #expect(TextTokens.end(in: Array("     x".utf8), from: 0, limit: 3) == 3)
    }
}
