/// Counts tokens without the model's tokenizer.
///
/// A weighted count of words, digits, symbols and characters in one pass. On held-out English, code and JSON these
/// weights for an unknown tokenizer are off by 6 % on average, 16 % at the 95th percentile (prompting notes, 8).
package struct TokenEstimate {
    /// The estimated number of tokens, rounded up; 0 for an empty text.
    package static func tokens(in text: String) -> Int {
        var scanner = TokenScanner()
        let bytes = Array(text.utf8)
        var index = 0
        while index < bytes.count {
            index += scanner.take(bytes, at: index)
        }
        return scanner.tokens
    }

    /// The longest beginning of a text that is estimated at no more than this many tokens.
    ///
    /// Ends where a word, symbol or character ends, or within a long word as tokens do; never within a character.
    package static func prefix(of text: String, tokens: Int) -> String {
        var scanner = TokenScanner()
        let bytes = Array(text.utf8)
        var index = 0
        var end = text.startIndex
        while index < bytes.count {
            // Spaces belong to the token behind them: none are kept before one that is cut off.
            let isSpace = bytes[index].isBlank
            index += scanner.take(bytes, at: index)
            if scanner.tokens > tokens { return String(text[..<end]) }
            if !isSpace { end = characterBoundary(in: text, at: index) ?? end }
        }
        return text
    }

    /// The index at an offset in bytes, `nil` within a character (of several code points, such as a joined emoji).
    private static func characterBoundary(in text: String, at offset: Int) -> String.Index? {
        String.Index(text.utf8.index(text.startIndex, offsetBy: offset), within: text)
    }
}
