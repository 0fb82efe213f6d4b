package import JSONText

/// What a client asks of `POST /v1/completions`, decoded and checked: raw prompts, which no template touches.
package struct CompletionRequest: Equatable, Sendable {
    /// The limit of an answer for a client that sends none, in tokens: OpenAI's own.
    package static let maxTokensDefault = 16

    /// What both kinds of completion can be asked; decoded, it always has a limit.
    package var parameters: CompletionParameters
    /// The texts to continue: one to `choiceCountMax`, none empty, and no more than that with the choices of each.
    ///
    /// Choice c of prompt p has the index p × `choiceCount` + c.
    package var prompts: [String]
    /// Whether each answer begins with its prompt.
    package var echoesPrompt: Bool

    /// A request from its parts.
    package init(_ parameters: CompletionParameters, prompts: [String], echoesPrompt: Bool = false) {
        self.parameters = parameters
        self.prompts = prompts
        self.echoesPrompt = echoesPrompt
    }
}

extension CompletionRequest {
    /// Reads the body of a request, whatever its content type says.
    package init(decoding body: [UInt8]) throws(APIError) {
        try self.init(try JSON(requestBody: body))
    }

    /// Reads a request that has been parsed.
    package init(_ json: JSON) throws(APIError) {
        let fields = try FieldReader(json, at: "")
        parameters = try CompletionParameters(fields, maxTokensKey: "max_tokens")
        parameters.maxTokens = parameters.maxTokens ?? Self.maxTokensDefault
        prompts = try Self.prompts(fields, choiceCount: parameters.choiceCount)
        echoesPrompt = try fields.bool("echo") ?? false
        try Self.checkSuffix(fields)
        try Self.checkBestOf(fields, choiceCount: parameters.choiceCount)
        try Self.checkLogProbabilities(fields)
    }

    private static func prompts(_ fields: FieldReader, choiceCount: Int) throws(APIError) -> [String] {
        let key = "prompt"
        let prompts: [String]
        // None is empty, since Horde refuses that; white space is a prompt.
        switch fields.value(key) {
        case nil: throw .missing(key)
        case .string: prompts = [try fields.requiredName(key)]
        case .array(let elements):
            if elements.contains(where: isTokens) {
                throw .unsupportedValue(key, "This server takes prompts as text, not as tokens.")
            }
            prompts = try fields.list(key, of: FieldReader.name) ?? []
        case .some(let value): throw fields.wrongType(key, "a string or an array of strings", value)
        }
        guard !prompts.isEmpty else { throw .invalidValue(key, expected: "at least one prompt") }
        let most = CompletionParameters.choiceCountMax
        guard prompts.count * choiceCount <= most else {
            throw .invalidValue(key, expected: "at most \(most) texts to be made, 'n' for each prompt")
        }
        return prompts
    }

    /// A prompt is a string or an array of token ids; an array of ids alone is a single prompt.
    private static func isTokens(_ element: JSON) -> Bool {
        switch element {
        case .number, .array: true
        case .null, .bool, .string, .object: false
        }
    }

    private static func checkSuffix(_ fields: FieldReader) throws(APIError) {
        guard let suffix = try fields.string("suffix"), !suffix.isEmpty else { return }
        throw .unsupportedParameter("suffix", "This server cannot write a text that leads to a given end.")
    }

    private static func checkBestOf(_ fields: FieldReader, choiceCount: Int) throws(APIError) {
        let most = CompletionParameters.choiceCountMax
        let count = try fields.integer("best_of", in: 0...most, expected: "an integer from 0 to \(most)")
        if let count, count > choiceCount {
            throw .unsupportedValue("best_of", "This server cannot tell which of more than 'n' texts are the best.")
        }
    }

    private static func checkLogProbabilities(_ fields: FieldReader) throws(APIError) {
        // Clients that know the chat endpoint better turn it off with a boolean.
        if case .bool(false) = fields.value("logprobs") { return }
        let count = try fields.integer("logprobs", in: 0...5, expected: "an integer from 0 to 5")
        if let count, count > 0 { throw .unsupportedParameter("logprobs", RefusedParameters.noProbabilities) }
    }
}
