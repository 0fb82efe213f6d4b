import TestSupport
import Testing

@testable import Prompting

@Suite struct TokenEstimatorTests {
    /// A tokenizer that is not in the table, so that the weights for unknown ones are taken.
    private let estimator = TokenEstimator(tokenizer: "unknown")

    @Test(arguments: CountedText.all.prefix(3))
    func `English, code and JSON are within 15 percent of a modern tokenizer`(sample: CountedText) {
        let estimate = estimator.tokens(in: sample.text)
        #expect(abs(estimate - sample.tekken) * 100 <= sample.tekken * 15, "\(sample.name): \(estimate)")
    }

    @Test(arguments: CountedText.all.dropFirst(3))
    func `other scripts are within 35 percent, where characters per token would be off by three times`(
        sample: CountedText
    ) {
        let estimate = estimator.tokens(in: sample.text)
        #expect(abs(estimate - sample.tekken) * 100 <= sample.tekken * 35, "\(sample.name): \(estimate)")
    }

    @Test(arguments: CountedText.all)
    func `with a tokenizer's own weights every script is within 15 percent`(sample: CountedText) {
        for (tokenizer, tokens) in [("tekken", sample.tekken), ("spm32k", sample.sentencePiece)] {
            let estimate = TokenEstimator(tokenizer: tokenizer).tokens(in: sample.text)
            #expect(abs(estimate - tokens) * 100 <= tokens * 15, "\(sample.name), \(tokenizer): \(estimate)")
        }
    }

    @Test(arguments: [
        ("", 0), (" ", 0), ("a", 1), ("word", 1), ("two words", 2), ("1234", 6), ("\n\n\n", 2), ("<|im_start|>", 1),
        ("<|im_start|>user\n", 4), ("[INST]", 1), ("</s>", 1), ("<|", 2), ("<||>", 2), ("<|not a marker|>", 5),
        ("漢字", 2), ("😀", 1), ("👩‍👩‍👧", 4), ("HTML", 2), ("\r\n", 2),
    ])
    func `a small text weighs what its parts weigh`(text: String, tokens: Int) {
        #expect(estimator.tokens(in: text) == tokens)
    }

    @Test(arguments: [
        ("llama3", 147, 337, 380, 168), ("qwen", 150, 323, 548, 167), ("deepseek", 148, 347, 328, 163),
        ("tekken", 152, 344, 544, 175), ("spm32k", 165, 431, 460, 250), ("gemma", 135, 395, 444, 134),
        ("command-r", 146, 355, 492, 156), ("o200k", 144, 333, 354, 150), ("unknown", 148, 365, 508, 163),
        ("one-digit", 148, 365, 508, 163), ("three-digit", 146, 340, 356, 157),
    ])
    func `each tokenizer has weights of its own`(tokenizer: String, words: Int, codes: Int, numbers: Int, scripts: Int)
    {
        let estimator = TokenEstimator(tokenizer: tokenizer)
        #expect(estimator.tokens(in: String(repeating: "internal ", count: 100)) == words)
        #expect(estimator.tokens(in: String(repeating: "f();\n", count: 100)) == codes)
        #expect(estimator.tokens(in: String(repeating: "2025 ", count: 100)) == numbers)
        let mixed = "漢字漢字漢かな한국слово naïveté שלום😀— HELLO <s>"
        #expect(estimator.tokens(in: String(repeating: mixed, count: 10)) == scripts)
    }

    @Test(arguments: CountedText.all)
    func `a prefix is the longest beginning within its tokens`(sample: CountedText) {
        let total = estimator.tokens(in: sample.text)
        var last = 0
        for tokens in 0...(total + 1) {
            let prefix = estimator.prefix(of: sample.text, tokens: tokens)
            #expect(sample.text.hasPrefix(prefix))
            #expect(estimator.tokens(in: prefix) <= tokens)
            #expect(prefix.utf8.count >= last)
            last = prefix.utf8.count
        }
        #expect(last == sample.text.utf8.count)
    }

    @Test(arguments: [
        ("Hello world", 1, "Hello"), ("internationalisation", 2, "internatio"), ("👩‍👩‍👧!", 2, ""), ("e\u{301}a", 0, ""),
        ("a\r\nb", 2, "a"), ("", 3, ""), ("yes", -1, ""), ("one  two", 1, "one"), ("one  ", 1, "one  "),
        // Longer, but lighter: capitals that turn out to be a word weigh no more than a word.
        ("HELLo there", 1, "HELLo"), ("HELLO there", 1, "H"),
        // Found by fuzzing: what is left of a marker weighs more than the marker.
        ("</s>\u{200D} x", 1, ""),
    ])
    func `a prefix ends between characters`(text: String, tokens: Int, prefix: String) {
        #expect(estimator.prefix(of: text, tokens: tokens) == prefix)
    }

    @Test(arguments: [
        "a", " ", "<|", "<|x", "<｜", "<｜é", "[", "[/", "</", "é", "漢", "\n", "😀", "\u{301}", "\u{200D}", "1", "<|a|>",
    ])
    func `a long run of anything is one pass`(unit: String) {
        let text = String(repeating: unit, count: 100_000 / unit.utf8.count)
        // Generous for a debug build on a busy machine; a quadratic scan would take hours.
        #expect(CPUTime.measure { _ = estimator.tokens(in: text) } < .seconds(10))
        #expect(CPUTime.measure { _ = estimator.prefix(of: text, tokens: 50_000) } < .seconds(20))
    }
}
