import Testing

@testable import HordeSimulator

/// A long text written piece by piece.
struct LongTextTests {
    private static let prose = TextTokensTests.prose

    /// What a chain of jobs makes of a text: each goes on behind all that the ones before it wrote.
    private static func chain(_ text: LongText, after prompt: String = "Go on:\n", tokensMax: Int = 16) -> [String] {
        var pieces: [String] = []
        var soFar = ""
        while pieces.count < 1000 {
            let piece = text.piece(from: text.progress(of: prompt + soFar), tokensMax: tokensMax)
            if piece.isEmpty { break }
            pieces.append(piece)
            soFar += piece
        }
        return pieces
    }

    @Test func `jobs that go on from each other write the whole text, each as long as it may be`() throws {
        let pieces = Self.chain(try LongText(Self.prose))
        #expect(pieces.joined() == Self.prose)
        #expect(pieces.dropLast().allSatisfy { TextTokens.count($0) == 16 })
        #expect(try #require(pieces.last).isEmpty == false)
    }

    @Test(arguments: [
        ("What?\nHello ", 6), ("What?\nHello \n", 7), ("What?\n", 0), ("Hello \n\nHel", 11), ("Hello, \n", 0),
        ("Hello \n\nHello", 13), ("Hello \n\nHello Hello", 5), ("", 0),
    ])
    func `the longest beginning of the text that ends the prompt is the text so far`(
        prompt: String,
        progress: Int
    ) throws {
        // With a beginning that comes again, and white space at which a part can end.
        let text = try LongText("Hello \n\nHello there")
        #expect(text.progress(of: prompt) == progress)
    }

    @Test func `a beginning of white space counts as text so far`() throws {
        let text = try LongText("\n\n  Then")
        #expect(text.progress(of: "Question:\n") == 1)
        #expect(text.progress(of: "Question:\n\n  ") == 4)
    }

    @Test func `a prompt whose text so far was altered starts again at the beginning`() throws {
        let text = try LongText(Self.prose)
        let first = text.piece(from: 0, tokensMax: 32)
        #expect(text.progress(of: first) == first.utf8.count)
        #expect(text.progress(of: first + "!") == 0)
        #expect(text.progress(of: String(first.dropFirst())) == 0)
        #expect(text.piece(from: text.progress(of: first + "!"), tokensMax: 32) == first)
    }

    @Test func `behind the end there is nothing`() throws {
        let text = try LongText("All of it.")
        #expect(text.piece(from: text.progress(of: "Q: All of it."), tokensMax: 16) == "")
        #expect(try LongText("").piece(from: 0, tokensMax: 16) == "")
    }

    @Test func `no job writes across a cut`() throws {
        let prose = "One two <tool_call>{\"name\"} three </tool_call> four"
        let cuts = [13, 4, 30]
        let pieces = Self.chain(try LongText(prose, cuts: cuts), tokensMax: 500)
        #expect(pieces == ["One ", "two <tool", "_call>{\"name\"} th", "ree </tool_call> four"])
    }

    @Test(arguments: [[0], [100], [2], [8]])
    func `a cut inside a character, inside what is hidden or outside the text is refused`(cuts: [Int]) {
        #expect(throws: LongText.Invalid.cuts) { try LongText("aé日<|x|>b", hides: ["<|x|>"], cuts: cuts + [1]) }
        #expect(throws: Never.self) { try LongText("aé日<|x|>b", hides: ["<|x|>"], cuts: [3]) }
    }

    @Test(arguments: [true, false])
    func `what is hidden is not returned, and is not missed in the text so far`(keepsHidden: Bool) throws {
        let whole = "<|channel|>analysis<|message|>Think. <|end|><|channel|>final<|message|>The answer is 42."
        let text = try LongText(whole, hides: ["<|channel|>", "<|message|>", "<|end|>", "<|"])
        #expect(text.piece(from: 0, tokensMax: 500) == "analysisThink. finalThe answer is 42.")
        let soFar = keepsHidden ? "<|channel|>analysis<|message|>Think. <|end|>" : "analysisThink. "
        let progress = text.progress(of: "<|start|>assistant" + soFar)
        #expect(progress == 15)
        #expect(text.piece(from: progress, tokensMax: 500) == "finalThe answer is 42.")
    }

    @Test func `a hidden text is one token, and no job has nothing else`() throws {
        let text = try LongText("a<|x|><|x|><|x|><|x|>b c d e", hides: ["<|x|>"])
        #expect(Self.chain(text, tokensMax: 2).joined() == "ab c d e")
        #expect(text.piece(from: 0, tokensMax: 6) == "ab")
    }

    @Test func `with a jitter each job is a little shorter, and as short again when it comes again`() throws {
        let whole = String(repeating: Self.prose, count: 8)
        let text = try LongText(whole, jitter: 0.05, seed: 7)
        let pieces = Self.chain(text, tokensMax: 100)
        #expect(pieces.joined() == whole)
        let lengths = pieces.dropLast().map { TextTokens.count($0) }
        #expect(lengths.allSatisfy { (95...100).contains($0) } && Set(lengths).count > 2)
        #expect(Self.chain(text, tokensMax: 100) == pieces)
        #expect(Self.chain(try LongText(whole, jitter: 0.05, seed: 8), tokensMax: 100) != pieces)
    }

    @Test func `a job that gives up early ends inside a sentence`() throws {
        let text = try LongText("One two three four. Five six seven eight nine ten.")
        #expect(text.piece(from: 0, tokensMax: 10, share: 0.3) == "One two three")
        #expect(text.piece(from: 0, tokensMax: 10, share: 0.5) == "One two three four. Five")
        #expect(text.piece(from: 0, tokensMax: 10, share: 0) == "One")
    }

    @Test func `prompts and texts of 256 KB are compared in one pass`() throws {
        let quarter = try Self.comparison(bytes: 32_768)
        let whole = try Self.comparison(bytes: 131_072)
        // Four times the bytes are about four times the work; with a pass for each byte it would be sixteen times.
        #expect(whole < quarter * 9)
    }

    /// How long a text and a prompt of twice as many bytes take at best, each byte of which begins a match that fails at
    /// its end.
    private static func comparison(bytes: Int) throws -> Duration {
        let text = try LongText(String(repeating: "a", count: bytes) + "b", hides: ["aaaaaaac", "<|x|>"])
        let prompt = String(repeating: "a", count: 2 * bytes)
        let times = try (0..<3).map { _ in
            try ContinuousClock().measure { try #require(text.progress(of: prompt) == bytes) }
        }
        return times.min() ?? .zero
    }
}
