import JSONText

/// What a client may ask of both kinds of completion, decoded and checked.
package struct CompletionParameters: Equatable, Sendable {
    /// The largest `n`: Horde makes so many generations of one request.
    package static let choiceCountMax = 20

    /// The model, as the client named it; never empty when decoded.
    package var model: String
    /// The most that each answer may have, in tokens; at least 1, and as large as the client liked.
    package var maxTokens: Int?
    /// How much chance there is in the choice of tokens, 0 to 2.
    package var temperature: Double?
    /// The share of the likeliest tokens to choose from, 0 to 1.
    package var topP: Double?
    /// Where the text ends; none of them is empty.
    package var stop: [String]
    /// How many answers, 1 to `choiceCountMax`.
    package var choiceCount: Int
    /// Whether the answer comes in pieces.
    package var isStreaming: Bool
    /// Whether a stream ends with what it cost; never so without a stream, where the cost is always told.
    package var includesUsage: Bool
    /// How tokens are chosen otherwise.
    package var samplers: Samplers
    /// Which of Horde's workers may answer, and on what terms.
    package var horde: HordeParameters

    /// Parameters where everything but the model has the default that OpenAI gives it.
    package init(
        model: String,
        maxTokens: Int? = nil,
        temperature: Double? = nil,
        topP: Double? = nil,
        stop: [String] = [],
        choiceCount: Int = 1,
        isStreaming: Bool = false,
        includesUsage: Bool = false,
        samplers: Samplers = Samplers(),
        horde: HordeParameters = HordeParameters()
    ) {
        self.model = model
        self.maxTokens = maxTokens
        self.temperature = temperature
        self.topP = topP
        self.stop = stop
        self.choiceCount = choiceCount
        self.isStreaming = isStreaming
        self.includesUsage = includesUsage
        self.samplers = samplers
        self.horde = horde
    }
}

extension CompletionParameters {
    /// Reads the parameters; the limit stands under `maxTokensKey`, as its name is not the same everywhere.
    init(_ fields: FieldReader, maxTokensKey: String) throws(APIError) {
        model = try fields.requiredName("model")
        maxTokens = try fields.integer(
            maxTokensKey,
            in: 1...Int.max,
            expected: "an integer of at least 1 that fits in 64 bits"
        )
        temperature = try fields.number("temperature", in: 0...2)
        topP = try fields.number("top_p", in: 0...1)
        stop = try Self.stop(fields)
        choiceCount = try Self.choiceCount(fields)
        isStreaming = try fields.bool("stream") ?? false
        includesUsage = (try fields.fields("stream_options")?.bool("include_usage") ?? false) && isStreaming
        samplers = try Samplers(fields)
        horde = try HordeParameters(fields)
        // Nothing that Horde carries is exactly one of these two, so they are ignored; a value out of range is still a
        // mistake.
        _ = try fields.number("frequency_penalty", in: -2...2)
        _ = try fields.number("presence_penalty", in: -2...2)
    }

    private static func choiceCount(_ fields: FieldReader) throws(APIError) -> Int {
        let expected = "an integer from 1 to \(choiceCountMax)"
        return try fields.integer("n", in: 1...choiceCountMax, expected: expected) ?? 1
    }

    private static func stop(_ fields: FieldReader) throws(APIError) -> [String] {
        let stops: [String]
        switch fields.value("stop") {
        case nil: stops = []
        case .string(let string): stops = [string]
        case .array: stops = try fields.list("stop", of: FieldReader.string) ?? []
        case .some(let value): throw fields.wrongType("stop", "a string or an array of strings", value)
        }
        // An empty string would stop every text before its first character.
        return stops.filter { !$0.isEmpty }
    }
}
