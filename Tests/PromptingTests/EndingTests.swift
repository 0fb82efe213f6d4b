import Prompting
import Testing

@Suite struct EndingTests {
    /// A text of this many tokens by estimate: each short word weighs 0.96.
    private static func text(tokens: Int) -> String {
        (0..<(tokens * 100 / 96)).map { _ in "word" }.joined(separator: " ")
    }

    @Test(arguments: [
        (100, 100, Ending.Reason.length), (95, 100, .length), (94, 100, .stop), (10, 100, .stop), (0, 16, .stop),
        (16, 16, .length), (120, 100, .length),
    ])
    func `an answer without a stop ended by length from 95 percent on`(
        tokens: Int,
        asked: Int,
        reason: Ending.Reason
    ) {
        let reply = Reply(text: Self.text(tokens: tokens), stop: nil)
        let ending = Ending(of: reply, askedTokens: asked, wantedTokens: asked)
        #expect(ending.reason == reason)
        #expect(ending.tokens == min(tokens, asked))
    }

    @Test func `an answer with a stop never ended by length`() {
        let ending = Ending(of: Reply(text: Self.text(tokens: 100), stop: "</s>"), askedTokens: 100, wantedTokens: 100)
        #expect(ending.reason == .stop)
    }

    @Test func `a client that wants fewer than sixteen tokens gets no more`() {
        let reply = Reply(text: "One two three four five six seven eight.", stop: "</s>")
        let ending = Ending(of: reply, askedTokens: 16, wantedTokens: 3)
        #expect(ending.text == "One two three")
        #expect(ending.reason == .length)
        #expect(ending.tokens == 3)
    }

    @Test func `a short answer within a small limit ended by itself`() {
        let ending = Ending(of: Reply(text: "Yes.\n", stop: nil), askedTokens: 16, wantedTokens: 5)
        #expect(ending.text == "Yes.")
        #expect(ending.reason == .stop)
        #expect(ending.tokens <= 5)
    }

    @Test func `white space at the end is kept where the client may want more`() {
        let cut = Self.text(tokens: 20) + " "
        #expect(Ending(of: Reply(text: cut, stop: nil), askedTokens: 20, wantedTokens: nil).text == cut)
        #expect(Ending(of: Reply(text: "a\n\n", stop: "### Input:"), askedTokens: 20, wantedTokens: nil).text == "a")
    }
}
