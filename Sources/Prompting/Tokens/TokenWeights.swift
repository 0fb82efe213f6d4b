import FoundationEssentials

/// What each thing that `TokenCounts` counts weighs for one tokenizer, in hundredths of a token.
///
/// Whole numbers, so that an estimate is the same whatever the order of the sums.
struct TokenWeights: Decodable, Sendable {
    private static let marker = 100

    private let word: Int
    private let letterBeyond6: Int
    private let capitalBeyond1: Int
    private let latinWord: Int
    private let latinLetterBeyond3: Int
    private let han: Int
    private let kana: Int
    private let hangul: Int
    private let cyrillicWord: Int
    private let cyrillicLetterBeyond3: Int
    private let otherLetter: Int
    private let digit: Int
    private let threeDigits: Int
    private let lineEnds: Int
    private let symbols: Int
    private let symbolBeyond1: Int
    private let foreignSymbol: Int

    /// The weights of all tokenizers by name, read once.
    static let all: [String: TokenWeights] = {
        do {
            return try JSONDecoder().decode(File.self, from: Data(PackageResources.token_weights_json)).hundredths
        } catch {
            preconditionFailure("The weights are part of the program and are tested: \(error)")
        }
    }()

    /// The weights for a tokenizer that is not known.
    private static let fallback: TokenWeights = {
        guard let weights = all["one-digit"] else {
            preconditionFailure("The weights for unknown tokenizers are missing.")
        }
        return weights
    }()

    private struct File: Decodable {
        let hundredths: [String: TokenWeights]
    }

    static func of(_ tokenizer: String) -> TokenWeights { all[tokenizer] ?? fallback }

    /// The number of tokens, rounded up.
    func tokens(_ counts: TokenCounts) -> Int {
        let latin =
            counts.words * word + counts.lettersBeyond6 * letterBeyond6 + counts.capitalsBeyond1 * capitalBeyond1
        let accented = counts.latinWords * latinWord + counts.latinLettersBeyond3 * latinLetterBeyond3
        let cyrillic =
            counts.cyrillicWords * cyrillicWord + counts.cyrillicLettersBeyond3 * cyrillicLetterBeyond3
        let others =
            counts.han * han + counts.kana * kana + counts.hangul * hangul + counts.otherLetters * otherLetter
        let numbers = counts.digits * digit + counts.threeDigits * threeDigits
        let symbols =
            counts.lineEnds * lineEnds + counts.symbols * self.symbols + counts.symbolsBeyond1 * symbolBeyond1
            + counts.foreignSymbols * foreignSymbol
        return (counts.markers * Self.marker + latin + accented + cyrillic + others + numbers + symbols + 99) / 100
    }
}
