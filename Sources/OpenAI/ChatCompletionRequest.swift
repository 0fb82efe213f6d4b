/// What a client asks of `POST /v1/chat/completions`, decoded and checked.
///
/// This file is the way into the target. The target `OpenAI` holds the wire format of OpenAI's API as values, and nothing else: no sockets, no clock, no
/// randomness, no Horde. A body becomes a ``JSON`` value (`JSONReader`), whose fields are read one rule a line
/// (`FieldReader`) into this request with its ``ChatMessage``s and ``Tool``s; what is refused is an ``APIError`` that
/// names the field. Answers go the other way: ``ChatCompletion`` for one piece, ``ChatCompletionChunk`` in
/// ``ServerSentEvent``s for a stream, ``ModelList`` for the models.
///
/// The rule for parameters: ignore what cannot make the answer wrong, refuse what would.
package struct ChatCompletionRequest: Equatable, Sendable {
    /// The largest `n`: Horde makes so many generations of one request.
    package static let choiceCountMax = 20

    /// The model, as the client named it; never empty when decoded.
    package var model: String
    /// The conversation; never empty when decoded.
    package var messages: [ChatMessage]
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
    /// What the model may call.
    package var tools: [Tool]
    /// Whether it has to; `required` and `named` only with tools that can meet it.
    package var toolChoice: ToolChoice
    /// Whether several calls may come in one answer.
    package var parallelToolCalls: Bool
    /// Samplers that OpenAI does not have and Horde may, under the names of `extraNames`, unchecked.
    package var extras: JSONObject

    /// A request from its parts, where everything has the default that OpenAI gives it.
    package init(
        model: String,
        messages: [ChatMessage],
        maxTokens: Int? = nil,
        temperature: Double? = nil,
        topP: Double? = nil,
        stop: [String] = [],
        choiceCount: Int = 1,
        isStreaming: Bool = false,
        includesUsage: Bool = false,
        tools: [Tool] = [],
        toolChoice: ToolChoice = .auto,
        parallelToolCalls: Bool = true,
        extras: JSONObject = [:]
    ) {
        self.model = model
        self.messages = messages
        self.maxTokens = maxTokens
        self.temperature = temperature
        self.topP = topP
        self.stop = stop
        self.choiceCount = choiceCount
        self.isStreaming = isStreaming
        self.includesUsage = includesUsage
        self.tools = tools
        self.toolChoice = toolChoice
        self.parallelToolCalls = parallelToolCalls
        self.extras = extras
    }
}

extension ChatCompletionRequest {
    /// The names under which clients send samplers of their own; what Horde understands of them is Horde's matter.
    package static let extraNames = [
        "top_k", "min_p", "top_a", "typical", "typical_p", "tfs", "rep_pen", "repetition_penalty", "rep_pen_range",
        "rep_pen_slope", "smoothing_factor", "dynatemp_range", "dynatemp_exponent", "sampler_order",
    ]

    /// Reads the body of a request, whatever its content type says.
    package init(decoding body: [UInt8]) throws(APIError) {
        let json: JSON
        do {
            json = try JSON(parsing: body)
        } catch {
            throw .unreadableBody(error)
        }
        try self.init(json)
    }

    /// Reads a request that has been parsed.
    package init(_ json: JSON) throws(APIError) {
        let fields = try FieldReader(json, at: "")
        model = try fields.requiredName("model")
        messages = try Self.messages(fields)
        maxTokens = try Self.maxTokens(fields)
        temperature = try fields.number("temperature", in: 0...2)
        topP = try fields.number("top_p", in: 0...1)
        stop = try Self.stop(fields)
        choiceCount = try Self.choiceCount(fields)
        isStreaming = try fields.bool("stream") ?? false
        includesUsage = (try fields.fields("stream_options")?.bool("include_usage") ?? false) && isStreaming
        tools = try fields.list("tools", of: Tool.init) ?? []
        toolChoice = try ToolChoice(fields, tools: tools)
        parallelToolCalls = try fields.bool("parallel_tool_calls") ?? true
        extras = Self.extras(fields)
        try RefusedParameters.check(fields)
    }

    private static func messages(_ fields: FieldReader) throws(APIError) -> [ChatMessage] {
        guard let messages = try fields.list("messages", of: ChatMessage.init) else { throw .missing("messages") }
        guard !messages.isEmpty else { throw .invalidValue("messages", expected: "at least one message") }
        return messages
    }

    private static func maxTokens(_ fields: FieldReader) throws(APIError) -> Int? {
        // The second is the older name: where both are sent it is not even looked at.
        let key = fields.value("max_completion_tokens") == nil ? "max_tokens" : "max_completion_tokens"
        return try fields.integer(key, in: 1...Int.max, expected: "an integer of at least 1 that fits in 64 bits")
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
        case .array: stops = try fields.list("stop", of: stopString) ?? []
        case .some(let value): throw fields.wrongType("stop", "a string or an array of strings", value)
        }
        // An empty string would stop every text before its first character.
        return stops.filter { !$0.isEmpty }
    }

    private static func stopString(_ json: JSON, at path: String) throws(APIError) -> String {
        guard case .string(let string) = json else { throw .invalidType(path, expected: "a string", got: json) }
        return string
    }

    private static func extras(_ fields: FieldReader) -> JSONObject {
        var extras: JSONObject = [:]
        for name in extraNames {
            if let value = fields.value(name) { extras[name] = value }
        }
        return extras
    }
}
