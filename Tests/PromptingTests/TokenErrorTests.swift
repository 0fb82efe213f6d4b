import Testing

@testable import Prompting

@Suite struct TokenErrorTests {
    /// The mean error in percent that is allowed for each kind of text.
    ///
    /// A text full of control markers is off by more: the estimate takes each for one token, as it is to the models
    /// that know it, and here each was counted as the plain text that it is to all others.
    private static let percentMax = ["english": 6.0, "code": 6.0, "markdown": 6.0, "json": 6.0, "markers": 25.0]

    @Test(arguments: percentMax.keys.sorted())
    func `the mean error over eight real tokenizers is within its bound`(kind: String) throws {
        let percentMax = try #require(Self.percentMax[kind])
        let errors = try TokenText.all().filter { $0.kind == kind }.flatMap { sample in
            sample.tokens.map { tokenizer, tokens in
                percent(TokenEstimator(tokenizer: tokenizer).tokens(in: sample.text), of: tokens)
            }
        }
        try #require(!errors.isEmpty)
        let mean = errors.reduce(0, +) / Double(errors.count)
        print("\(kind): mean error \(tenths(mean)) %, at most \(tenths(errors.max() ?? 0)) %, \(errors.count) counts")
        #expect(mean <= percentMax)
    }

    @Test func `the weights for unknown tokenizers are within 10 percent on average`() throws {
        let errors = try TokenText.all().filter { $0.kind != "markers" }.flatMap { sample in
            sample.tokens.values.map { tokens in
                percent(TokenEstimator(tokenizer: "unknown").tokens(in: sample.text), of: tokens)
            }
        }
        #expect(errors.reduce(0, +) / Double(errors.count) <= 10)
    }

    @Test func `every tokenizer with weights but the two fallbacks was counted`() throws {
        let tokenizers = Set(TokenWeights.all.keys).subtracting(["one-digit", "three-digit"])
        let texts = try TokenText.all()
        #expect(texts.count > 15)
        for sample in texts { #expect(Set(sample.tokens.keys) == tokenizers, "\(sample.name)") }
    }

    private func percent(_ estimate: Int, of tokens: Int) -> Double {
        abs(Double(estimate - tokens)) / Double(tokens) * 100
    }

    private func tenths(_ value: Double) -> Double {
        (value * 10).rounded() / 10
    }
}
