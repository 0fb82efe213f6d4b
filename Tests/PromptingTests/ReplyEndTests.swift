import Prompting
import Testing

/// How an answer ended, and how long it is.
@Suite struct ReplyEndTests {
    private static let reader = ReplyReader(
        Reading(thought: .think),
        formatStops: ["</s>"],
        userStops: ["### Input:"]
    )

    /// A text of this many short words.
    private static func words(_ count: Int) -> String {
        (0..<count).map { _ in "word" }.joined(separator: " ")
    }

    /// A text of so many short words that the estimate is this many tokens.
    private static func text(tokens: Int) throws -> String {
        let estimator = TokenEstimator(tokenizer: "")
        return try #require((0...(2 * tokens)).map(words).first { estimator.tokens(in: $0) == tokens })
    }

    @Test(arguments: [
        (100, 100, Reply.Reason.length), (95, 100, .length), (94, 100, .stop), (10, 100, .stop), (0, 16, .stop),
        (16, 16, .length), (15, 16, .stop), (120, 100, .length),
    ])
    func `an answer without a stop ended by length from 95 percent on`(
        tokens: Int,
        asked: Int,
        reason: Reply.Reason
    ) throws {
        let reply = Self.reader.read(try Self.text(tokens: tokens), askedTokens: asked, wantedTokens: asked)
        #expect(reply.reason == reason)
        #expect(reply.tokens == min(tokens, asked))
        #expect(reply.reasoningTokens == 0)
    }

    @Test(arguments: ["</s>", "### Input:", "</s>more"])
    func `an answer with a stop never ended by length`(stop: String) throws {
        let text = try Self.text(tokens: 100)
        let reply = Self.reader.read(text + stop, askedTokens: 100, wantedTokens: 100)
        #expect(reply.content == text)
        #expect(reply.reason == .stop)
    }

    @Test func `a client that wants fewer than sixteen tokens gets no more`() {
        let raw = "One two three four five six seven eight.</s>"
        let reply = Self.reader.read(raw, askedTokens: 16, wantedTokens: 3)
        #expect(reply.content == "One two three")
        #expect(reply.reason == .length)
        #expect(reply.tokens == 3)
    }

    @Test func `a short answer within a small limit ended by itself`() {
        let reply = Self.reader.read("Yes.\n", askedTokens: 16, wantedTokens: 5)
        #expect(reply.content == "Yes.")
        #expect(reply.reason == .stop)
        #expect(reply.tokens <= 5)
    }

    @Test func `white space at the end is kept where the client may want more`() throws {
        let cut = try Self.text(tokens: 20) + " "
        #expect(Self.reader.read(cut, askedTokens: 20, wantedTokens: nil).content == cut)
        #expect(Self.reader.read("a\n\n### Input:", askedTokens: 20, wantedTokens: nil).content == "a")
    }

    @Test func `the thought counts first against the client's limit`() {
        let raw = "<think>One two three four</think>Five six seven eight"
        let inThought = Self.reader.read(raw, askedTokens: 16, wantedTokens: 3)
        #expect(inThought.reasoning == "One two three")
        #expect(inThought.content.isEmpty)
        #expect((inThought.reason, inThought.tokens, inThought.reasoningTokens) == (.length, 3, 3))

        let inAnswer = Self.reader.read(raw, askedTokens: 16, wantedTokens: 6)
        #expect(inAnswer.reasoning == "One two three four")
        #expect(inAnswer.content == "Five six")
        #expect((inAnswer.reason, inAnswer.tokens, inAnswer.reasoningTokens) == (.length, 6, 4))
    }

    @Test func `tokens count the thought and its tags, and reasoning tokens are a part of them`() {
        let reply = Self.reader.read("<think>One two three</think>Four</s>", askedTokens: 512, wantedTokens: nil)
        let estimator = TokenEstimator(tokenizer: "")
        #expect(reply.tokens == estimator.tokens(in: "<think>One two three</think>Four"))
        #expect(reply.reasoningTokens == estimator.tokens(in: "One two three"))
        #expect(reply.reasoningTokens < reply.tokens)
    }

    @Test func `a thought that fills the length ended by length, with an empty answer`() throws {
        let reply = Self.reader.read("<think>" + Self.words(120), askedTokens: 100, wantedTokens: 100)
        #expect(reply.reason == .length)
        #expect(reply.content.isEmpty)
        #expect((reply.tokens, reply.reasoningTokens) == (100, 100))
    }

    @Test(arguments: [
        ("    for x in y {\n        z()\n    }", "    for x in y {\n        z()\n    }"),
        ("\n\n    code", "    code"), (" Hello", "Hello"), ("\n Hello", "Hello"), ("  \n  \n", ""),
    ])
    func `the first line keeps its indentation where the prompt has begun a line`(raw: String, content: String) {
        let begun = ReplyReader(Reading(beginsLine: true), formatStops: [], userStops: [])
        #expect(begun.read(raw, askedTokens: 512, wantedTokens: nil).content == content)
        let within = ReplyReader(Reading(), formatStops: [], userStops: [])
        let kept = raw.hasPrefix("    for") ? String(raw.dropFirst(4)) : content
        #expect(within.read(raw, askedTokens: 512, wantedTokens: nil).content == kept)
    }

    @Test func `a thought that is never closed is an answer cut short, whatever ended it`() {
        let reader = ReplyReader(Reading(thought: .think, isThoughtOpen: true), formatStops: ["</s>"], userStops: [])
        for raw in ["Paris it is.", "Paris it is.</s>"] {
            let reply = reader.read(raw, askedTokens: 512, wantedTokens: nil)
            #expect(reply.reasoning == "Paris it is." && reply.content == "" && reply.reason == .length)
        }
        let closed = reader.read("Paris.</think></s>", askedTokens: 512, wantedTokens: nil)
        #expect(closed.content == "" && closed.reason == .stop)
    }

    @Test func `a limit above what was asked for changes nothing`() throws {
        let reply = Self.reader.read(try Self.text(tokens: 40), askedTokens: 50, wantedTokens: 500)
        #expect((reply.reason, reply.tokens) == (.stop, 40))
    }
}
