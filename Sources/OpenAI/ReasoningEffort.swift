import JSONText

// How much a model shall think: OpenAI's parameter, and the two other forms in which clients say the same.

/// How much a model shall think before it answers.
package enum ReasoningEffort: String, Equatable, Sendable, CaseIterable {
    /// Not at all; OpenAI's name is "none".
    case off = "none"
    case minimal, low, medium, high, xhigh, max
}

extension ReasoningEffort {
    /// Reads the effort from the first of its forms that says one; nil leaves it to the model.
    ///
    /// After OpenAI's `reasoning_effort` come OpenRouter's `reasoning` with `effort` or `enabled` (openrouter.ai/docs,
    /// "Reasoning Tokens") and vLLM's `chat_template_kwargs` with `enable_thinking` or `thinking`, the names in the
    /// templates of Qwen and of DeepSeek and Granite (docs.vllm.ai, "Reasoning Outputs"). True stands for medium, the
    /// middle of the scale. A number of tokens to think with has no carrier and is ignored.
    static func read(_ fields: FieldReader) throws(APIError) -> ReasoningEffort? {
        if let effort = try named("reasoning_effort", fields) { return effort }
        if let reasoning = try fields.fields("reasoning") {
            if let effort = try named("effort", reasoning) { return effort }
            if let isEnabled = try reasoning.bool("enabled") { return isEnabled ? .medium : .off }
        }
        guard let arguments = try fields.fields("chat_template_kwargs") else { return nil }
        for name in ["enable_thinking", "thinking"] {
            if let isEnabled = try arguments.bool(name) { return isEnabled ? .medium : .off }
        }
        return nil
    }

    private static func named(_ key: String, _ fields: FieldReader) throws(APIError) -> ReasoningEffort? {
        guard let name = try fields.string(key) else { return nil }
        guard let effort = ReasoningEffort(rawValue: name) else {
            let names = allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            throw .invalidValue(fields.path(of: key), expected: "one of \(names)")
        }
        return effort
    }
}
