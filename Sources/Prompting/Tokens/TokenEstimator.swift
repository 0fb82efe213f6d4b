/// Counts tokens without the model's tokenizer.
///
/// One pass over the text counts words, digits, symbols and characters by script, and the tokenizer's weights make
/// tokens of the counts. The weights were fitted to the vocabularies of eight tokenizers. On held-out texts the mean
/// error is 4 % for English, Markdown, code and JSON, and a real count is 9 to 11 % above the estimate at the 95th
/// percentile: a budget multiplies by 1.10.
package struct TokenEstimator: Sendable {
    private let weights: TokenWeights

    /// - Parameter tokenizer: a name of `Resources/token-weights.json`. Any other name gets the weights fitted to all
    ///   tokenizers that make a token of every digit, as most do.
    package init(tokenizer: String) {
        weights = TokenWeights.of(tokenizer)
    }

    /// The estimated number of tokens, rounded up; 0 for an empty text.
    ///
    /// The token that a backend puts before a prompt is not counted.
    package func tokens(in text: String) -> Int {
        tokens(in: text.utf8.span)
    }

    /// The same for the bytes of a text.
    func tokens(in bytes: Span<UInt8>) -> Int {
        var scanner = TokenScanner()
        scanner.take(all: bytes)
        return weights.tokens(scanner.counts)
    }

    /// The longest beginning of a text that is estimated at no more than this many tokens.
    ///
    /// Ends where a word, symbol or character ends, or within a long word as tokens do; never within a character.
    package func prefix(of text: String, tokens: Int) -> String {
        let bytes = text.utf8.span
        var scanner = TokenScanner()
        var index = 0
        var end = text.startIndex
        var character = text.startIndex
        while index < bytes.count {
            index += scanner.take(bytes, at: index)
            // A run may weigh less again as it grows, as `HELL` does that becomes `HELLo`: only what is behind it counts.
            if weights.tokens(scanner.settled) > tokens { return String(text[..<end]) }
            while text.utf8.distance(from: text.startIndex, to: character) < index {
                character = text.index(after: character)
            }
            // Spaces belong to the token behind them: none are kept before one that is cut off.
            let isEnd = !scanner.isAtSpace && text.utf8.distance(from: text.startIndex, to: character) == index
            if isEnd, weights.tokens(scanner.counts) <= tokens { end = character }
        }
        return weights.tokens(scanner.counts) <= tokens ? text : String(text[..<end])
    }
}
