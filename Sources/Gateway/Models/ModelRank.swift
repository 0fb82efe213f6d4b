import Horde

/// What a model is ranked by, as far as its name and Horde's lists tell.
struct ModelRank: Equatable, Sendable {
    /// Until an answer of 300 tokens is there, in seconds; infinite where nobody knows the speed.
    let seconds: Double
    /// Parameters, in billions; nil where the name does not tell.
    let billions: Double?
    /// Its name says that it was made for code.
    let isCoder: Bool

    /// Parameters, in billions, a guess where the name does not tell.
    var size: Double { billions ?? RankingRule.billionsAssumed }

    /// Size against time: the root of the size, for each second of the time and some patience; 0 for no known speed.
    var balance: Double { size.squareRoot() / (RankingRule.patienceSeconds + seconds) }

    /// A coding model that is large enough for the work.
    var isCapableCoder: Bool { isCoder && size >= RankingRule.coderBillionsMin }

    /// The rank of a model.
    ///
    /// - Parameters:
    ///   - name: normalised, as `ModelIdentity.full`.
    ///   - speed: of one generation, in tokens a second; 0 where nobody knows.
    ///   - threads: how many generations go on at once.
    ///   - demand: what waits; nil where nobody knows, which counts as nothing.
    init(name: String, speed: Double, threads: Int, demand: ModelDemand?) {
        billions = ModelSize.billions(in: name)
        isCoder = Self.isCoder(name)
        guard speed > 0, speed.isFinite else {
            seconds = .infinity
            return
        }
        let queued = max(demand?.queued ?? 0, 0)
        // 10000 is Horde's way of saying that it does not know.
        let wait =
            demand.flatMap { (0..<10_000).contains($0.eta) ? Double($0.eta) : nil }
            ?? queued / (speed * Double(max(threads, 1)))
        seconds = wait + RankingRule.answerTokens / speed
    }

    /// `qwen3-coder-30b`, `codestral-22b` and `devstral-small` are; `text-decoder` is not.
    private static func isCoder(_ name: String) -> Bool {
        name.utf8.split { [UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: ".")].contains($0) }.contains { word in
            let word = Substring(word)
            if ["encoder", "decoder"].contains(word) { return false }
            return word.hasPrefix("code") || word.hasSuffix("coder") || ["devstral", "coding", "swe"].contains(word)
        }
    }
}
