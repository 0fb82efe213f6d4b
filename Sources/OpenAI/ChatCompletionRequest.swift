package import JSONText

/// What a client asks of `POST /v1/chat/completions`, decoded and checked.
///
/// This file is the way into the target. The target `OpenAI` holds the wire format of OpenAI's API as values, and
/// nothing else: no sockets, no clock, no randomness, no Horde. A body becomes a ``JSON`` value (`JSONReader`), whose
/// fields are read one rule a line (`FieldReader`) into this request, with its ``CompletionParameters``,
/// ``ChatMessage``s and ``Tool``s, or into a ``CompletionRequest``; what is refused is an ``APIError`` that names the
/// field. Answers go the other way: a ``Completion`` for one piece, ``CompletionChunk``s in ``ServerSentEvent``s for a
/// stream, ``ModelList`` for the models.
///
/// The rule for parameters: ignore what cannot make the answer wrong, refuse what would.
package struct ChatCompletionRequest: Equatable, Sendable {
    /// What both kinds of completion can be asked.
    package var parameters: CompletionParameters
    /// The conversation; never empty when decoded.
    package var messages: [ChatMessage]
    /// How much the model shall think; nil leaves it to the model.
    package var reasoningEffort: ReasoningEffort?
    /// The client's own notes, which an answer in one piece repeats.
    package var metadata: JSONObject?
    /// What the model may call.
    package var tools: [Tool]
    /// Whether it has to; `required` and `named` only with tools that can meet it.
    package var toolChoice: ToolChoice
    /// Whether several calls may come in one answer.
    package var parallelToolCalls: Bool
    /// The form that the answer has to have.
    package var responseFormat: ResponseFormat

    /// A request from its parts, where everything has the default that OpenAI gives it.
    package init(
        _ parameters: CompletionParameters,
        messages: [ChatMessage],
        reasoningEffort: ReasoningEffort? = nil,
        metadata: JSONObject? = nil,
        tools: [Tool] = [],
        toolChoice: ToolChoice = .auto,
        parallelToolCalls: Bool = true,
        responseFormat: ResponseFormat = .text
    ) {
        self.parameters = parameters
        self.messages = messages
        self.reasoningEffort = reasoningEffort
        self.metadata = metadata
        self.tools = tools
        self.toolChoice = toolChoice
        self.parallelToolCalls = parallelToolCalls
        self.responseFormat = responseFormat
    }
}

extension ChatCompletionRequest {
    /// Reads the body of a request, whatever its content type says.
    package init(decoding body: [UInt8]) throws(APIError) {
        try self.init(try JSON(requestBody: body))
    }

    /// Reads a request that has been parsed.
    package init(_ json: JSON) throws(APIError) {
        let fields = try FieldReader(json, at: "")
        let maxTokensKey = fields.key("max_completion_tokens", or: "max_tokens")
        parameters = try CompletionParameters(fields, maxTokensKey: maxTokensKey)
        messages = try Self.messages(fields)
        reasoningEffort = try ReasoningEffort.read(fields)
        metadata = try fields.fields("metadata")?.object
        var offered = try fields.list("tools", of: Tool.init) ?? []
        toolChoice = try ToolChoice(fields, tools: &offered)
        tools = offered
        parallelToolCalls = try fields.bool("parallel_tool_calls") ?? true
        responseFormat = try ResponseFormat(fields)
        try RefusedParameters.check(fields)
    }

    private static func messages(_ fields: FieldReader) throws(APIError) -> [ChatMessage] {
        guard let messages = try fields.list("messages", of: ChatMessage.init) else { throw .missing("messages") }
        guard !messages.isEmpty else { throw .invalidValue("messages", expected: "at least one message") }
        return messages
    }
}
