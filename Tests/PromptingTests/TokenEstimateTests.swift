import Testing

@testable import Prompting

@Suite struct TokenEstimateTests {
    @Test(arguments: CountedText.all.prefix(3))
    func `English, code and JSON are within 15 percent of a modern tokenizer`(sample: CountedText) {
        let estimate = TokenEstimate.tokens(in: sample.text)
        #expect(abs(estimate - sample.tekken) * 100 <= sample.tekken * 15, "\(sample.name): \(estimate)")
    }

    @Test(arguments: CountedText.all.dropFirst(3))
    func `other scripts are within 35 percent, where characters per token would be off by three times`(
        sample: CountedText
    ) {
        let estimate = TokenEstimate.tokens(in: sample.text)
        #expect(abs(estimate - sample.tekken) * 100 <= sample.tekken * 35, "\(sample.name): \(estimate)")
    }

    @Test(arguments: [
        ("", 0), (" ", 0), ("a", 1), ("word", 1), ("two words", 2), ("1234", 6), ("\n\n\n", 2), ("<|im_start|>", 1),
        ("<|im_start|>user\n", 4), ("[INST]", 1), ("</s>", 1), ("<|", 2), ("<||>", 2), ("<|not a marker|>", 5),
        ("漢字", 2), ("😀", 1), ("👩‍👩‍👧", 4), ("HTML", 2), ("\r\n", 2),
    ])
    func `a small text weighs what its parts weigh`(text: String, tokens: Int) {
        #expect(TokenEstimate.tokens(in: text) == tokens)
    }

    @Test(arguments: CountedText.all)
    func `a prefix is the longest beginning within its tokens`(sample: CountedText) {
        let total = TokenEstimate.tokens(in: sample.text)
        var last = 0
        for tokens in 0...(total + 1) {
            let prefix = TokenEstimate.prefix(of: sample.text, tokens: tokens)
            #expect(sample.text.hasPrefix(prefix))
            #expect(TokenEstimate.tokens(in: prefix) <= tokens)
            #expect(prefix.utf8.count >= last)
            last = prefix.utf8.count
        }
        #expect(last == sample.text.utf8.count)
    }

    @Test(arguments: [
        ("Hello world", 1, "Hello"), ("internationalisation", 2, "internatio"), ("👩‍👩‍👧!", 2, ""), ("e\u{301}a", 0, ""),
        ("a\r\nb", 2, "a"), ("", 3, ""), ("yes", -1, ""),
        // Found by fuzzing: what is left of a marker weighs more than the marker.
        ("</s>\u{200D} x", 1, ""),
    ])
    func `a prefix ends between characters`(text: String, tokens: Int, prefix: String) {
        #expect(TokenEstimate.prefix(of: text, tokens: tokens) == prefix)
    }

    @Test(arguments: ["a", " ", "<|", "<|x", "[", "é", "漢", "\n", "😀", "\u{301}"])
    func `a long run of anything is one pass`(unit: String) {
        let text = String(repeating: unit, count: 100_000 / unit.utf8.count)
        let clock = ContinuousClock()
        // Generous for a debug build on a busy machine; a quadratic scan would take hours.
        #expect(clock.measure { _ = TokenEstimate.tokens(in: text) } < .seconds(10))
    }
}
