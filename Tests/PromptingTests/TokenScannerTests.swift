import Testing

@testable import Prompting

@Suite struct TokenScannerTests {
    @Test(arguments: [
        ("internal", TokenCounts(words: 1, lettersBeyond6: 2)),
        ("HELLO Hello A", TokenCounts(words: 3, capitalsBeyond1: 4)),
        ("naïveté", TokenCounts(latinWords: 1, latinLettersBeyond3: 4)),
        ("漢字かなカナー", TokenCounts(han: 2, kana: 5)),
        ("한국 слово", TokenCounts(hangul: 2, cyrillicWords: 1, cyrillicLettersBeyond3: 2)),
        ("2025 1 ٣٤", TokenCounts(digits: 7, threeDigits: 4)),
        ("\r\n\n \n", TokenCounts(lineEnds: 2)),
        ("a\t\u{B}\u{A0}\u{3000}b", TokenCounts(words: 2)),
        ("();…", TokenCounts(symbols: 1, symbolsBeyond1: 2, foreignSymbols: 1)),
        ("😀—", TokenCounts(foreignSymbols: 2)),
        // Where a code point has more than one kind, the run it stands in decides.
        ("e\u{301} \u{301}", TokenCounts(latinWords: 2)),
        ("שלוםabc漢", TokenCounts(otherLetters: 8)),
        ("3〇 〇3", TokenCounts(han: 1, digits: 3, threeDigits: 2)),
        ("Ⅷ 8Ⅷ", TokenCounts(latinWords: 1, digits: 2, threeDigits: 1)),
        ("!⺀ ⺀", TokenCounts(han: 1, symbols: 1, foreignSymbols: 1)),
        ("я\u{301}", TokenCounts(latinWords: 1, cyrillicWords: 1)),
    ])
    func `runs are counted by what they are made of`(text: String, counts: TokenCounts) {
        #expect(scan(text) == counts)
    }

    @Test(arguments: [
        "<s>", "</s>", "<bos>", "<eos>", "<sop>", "[gMASK]", "<start_of_turn>", "<end_of_turn>", "[INST]", "[/INST]",
        "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]", "[TOOL_RESULTS]",
        "[/TOOL_RESULTS]", "[TOOL_CALLS]", "[ARGS]", "<think>", "</think>", "<tool_call>", "</tool_call>",
        "<tool_response>", "</tool_response>", "<arg_key>", "</arg_key>", "<arg_value>", "</arg_value>", "<|im_end|>",
        "<｜User｜>", "<｜two words｜>", "<|é漢|>", "<|\(String(repeating: "漢", count: 48))|>",
    ])
    func `a control marker is one, wherever it stands`(marker: String) {
        #expect(scan(marker) == TokenCounts(markers: 1))
        #expect(scan("a\(marker)b\(marker)") == TokenCounts(markers: 2, words: 2))
        #expect(scan(String(marker.dropLast())).markers == 0)
        #expect(scan(String(marker.dropFirst())).markers == 0)
    }

    @Test(arguments: [
        "<S>", "< s>", "[inst]", "[/TOOL_CALLS]", "[/ARGS]", "</bos>", "</start_of_turn>", "<||>", "<|a b|>",
        "<|a\u{3000}b|>", "<|a<b|>", "<|a>b|>", "<｜｜>", "<｜a|>", "<|a｜>", "<|\(String(repeating: "x", count: 49))|>",
    ])
    func `what only looks like a control marker is symbols and words`(text: String) {
        #expect(scan(text).markers == 0)
    }

    @Test(arguments: CountedText.all.map(\.text) + ["HELLo<s>\n  x", "a<b", "aé <|é|>Z1"])
    func `taking runs counts what taking code points does`(text: String) {
        var scanner = TokenScanner()
        var index = 0
        while index < text.utf8.count {
            index += scanner.take(text.utf8.span, at: index)
        }
        #expect(scanner.counts == scan(text))
    }

    /// Texts of 64 bytes and more, most of ASCII alone, in which runs lie across the edges of blocks in every way.
    @Test(arguments: 0..<20)
    func `taking blocks counts what taking code points does`(seed: UInt64) {
        let ascii = [
            "a", "Z", "HELLO", "HELLo", "hello", "abcdefgh", " ", "  ", "\t", "\n", "\r\n", "1", "42", "1234567", ".",
            "_",
            "{\"", "<", "[", "<|im_end|>", "</s>", "[INST]", "\u{0}", "\u{B}", "\u{1F}", "\u{7F}", "@", "`", "~", "/",
            ":",
        ]
        let others = ["é", "e\u{301}", "漢", "〇", "か", "한", "ж", "٣", "…", "²", "א", "\u{2028}", "<|é|>", "😀", "ª"]
        var source = Seeded(state: seed)
        for round in 0..<500 {
            let text = (0..<Int.random(in: 0...120, using: &source)).reduce(into: "") { text, _ in
                let isASCII = round % 3 == 0 || Int.random(in: 0..<(round % 3 == 1 ? 40 : 3), using: &source) > 0
                text += (isASCII ? ascii : others).randomElement(using: &source) ?? ""
            }
            var scanner = TokenScanner()
            var index = 0
            while index < text.utf8.count { index += scanner.take(text.utf8.span, at: index) }
            #expect(scanner.counts == scan(text), "\(text.debugDescription)")
        }
        let long = String(repeating: "x", count: 200) + String(repeating: "9", count: 200) + "é"
        #expect(scan(long + long).words == 1)
        #expect(scan(long).threeDigits == 67)
    }

    private func scan(_ text: String) -> TokenCounts {
        var scanner = TokenScanner()
        scanner.take(all: text.utf8.span)
        return scanner.counts
    }
}
