import JSONText

// Samplers that OpenAI does not have, under the names that clients of KoboldCpp, vLLM and text-generation-webui send.
// Horde carries each of them to the worker, in the ranges of its schema.

/// How tokens are chosen, beyond temperature and top_p; nil leaves a sampler to the worker.
package struct Samplers: Equatable, Sendable {
    /// The largest `topK` that Horde takes.
    package static let topKMax = 200
    /// The largest `repetitionPenaltyRange` that Horde takes, in tokens.
    package static let repetitionPenaltyRangeMax = 4096

    /// How many of the likeliest tokens to choose from, 0 to `topKMax`; 0 for all.
    package var topK: Int?
    /// The share of the likeliest token's probability that others need, 0 to 1.
    package var minP: Double?
    /// The same for the square of that probability, 0 to 1.
    package var topA: Double?
    /// The mass of the most typical tokens to choose from, 0 to 1; 1 for all.
    package var typical: Double?
    /// Tail-free sampling, 0 to 1; 1 for all.
    package var tfs: Double?
    /// What the probability of repeated tokens is divided by, 1 to 3.
    package var repetitionPenalty: Double?
    /// How far back repetition is looked for, 0 to `repetitionPenaltyRangeMax` tokens.
    package var repetitionPenaltyRange: Int?
    /// How much more recent repetition counts, 0 to 10.
    package var repetitionPenaltySlope: Double?
    /// How far the temperature may move with the certainty of the model, 0 to 5.
    package var dynatempRange: Double?
    /// The bend of that movement, 0 to 5.
    package var dynatempExponent: Double?
    /// Quadratic sampling, 0 to 10; 0 turns it off.
    package var smoothingFactor: Double?
    /// The order of the samplers by KoboldCpp's numbers, each of 0 to 6 once.
    package var samplerOrder: [Int]?

    /// Nothing that differs from the worker's own choice.
    package init() {}
}

extension Samplers {
    /// Reads the samplers; of two names for one thing only Horde's is looked at where both are sent.
    init(_ fields: FieldReader) throws(APIError) {
        topK = try Self.topK(fields)
        minP = try fields.number("min_p", in: 0...1)
        topA = try fields.number("top_a", in: 0...1)
        typical = try fields.number(fields.key("typical", or: "typical_p"), in: 0...1)
        tfs = try fields.number("tfs", in: 0...1)
        repetitionPenalty = try fields.number(fields.key("rep_pen", or: "repetition_penalty"), in: 1...3)
        repetitionPenaltyRange = try Self.repetitionPenaltyRange(fields)
        repetitionPenaltySlope = try fields.number("rep_pen_slope", in: 0...10)
        dynatempRange = try fields.number("dynatemp_range", in: 0...5)
        dynatempExponent = try fields.number("dynatemp_exponent", in: 0...5)
        smoothingFactor = try fields.number("smoothing_factor", in: 0...10)
        samplerOrder = try Self.samplerOrder(fields)
    }

    /// -1 is another way to turn it off (vLLM), and what lies behind the 200 likeliest tokens hardly matters.
    private static func topK(_ fields: FieldReader) throws(APIError) -> Int? {
        try fields.integer("top_k", in: -1...Int.max, expected: "an integer of at least -1").map {
            min(max($0, 0), topKMax)
        }
    }

    /// Clients offer the whole context as a range, which Horde does not take.
    private static func repetitionPenaltyRange(_ fields: FieldReader) throws(APIError) -> Int? {
        try fields.integer("rep_pen_range", in: 0...Int.max, expected: "an integer of at least 0").map {
            min($0, repetitionPenaltyRangeMax)
        }
    }

    /// Horde refuses an order with fewer than seven samplers, and KoboldCpp has no others than these seven.
    private static func samplerOrder(_ fields: FieldReader) throws(APIError) -> [Int]? {
        let key = "sampler_order"
        let expected = "an integer from 0 to 6"
        let order = try fields.list(key) { (number, path) throws(APIError) in
            try FieldReader.integer(number, at: path, in: 0...6, expected: expected)
        }
        guard let order, !order.isEmpty else { return nil }
        guard order.sorted() == Array(0...6) else {
            throw .invalidValue(key, expected: "each of the integers 0 to 6 once")
        }
        return order
    }
}
