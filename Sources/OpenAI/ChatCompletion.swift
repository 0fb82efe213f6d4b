import JSONText

// Answers of `POST /v1/chat/completions`. Keys stand in the order of OpenAI's own answers. Every shape of a chunk was
// seen to work with every client of the survey's section 0, and each deviation from it was seen to break one.

/// The key of thoughts in a message and in a delta.
///
/// The newer name `reasoning` is not sent beside it: most clients take the first that is there, but Kimi Code adds the
/// two up and shows every thought twice (MoonshotAI/kimi-code issue 3928). `reasoning_content` is the one that each
/// client of the survey reads.
private let reasoningKey = "reasoning_content"

extension Completion {
    /// The `chat.completion` object.
    var chatCompletion: JSON {
        let choices = choices.map { choice -> JSON in
            [
                "index": JSON(choice.index),
                "message": .object(choice.message),
                "logprobs": nil,
                "finish_reason": .string(choice.finishReason.rawValue),
            ]
        }
        var own: JSONObject = ["choices": .array(choices), "usage": usage.json]
        own["horde"] = authorship.json
        own["metadata"] = metadata.map(JSON.object)
        return identity.object("chat.completion", own)
    }
}

extension Completion.Choice {
    fileprivate var message: JSONObject {
        // Clients tell an answer that is all calls by its null.
        let isOnlyCalls = content.isEmpty && !toolCalls.isEmpty
        var message: JSONObject = ["role": "assistant", "content": isOnlyCalls ? .null : .string(content)]
        if let reasoning, !reasoning.isEmpty { message[reasoningKey] = .string(reasoning) }
        if !toolCalls.isEmpty { message["tool_calls"] = .array(toolCalls.map { .object($0.members) }) }
        message["refusal"] = .null
        return message
    }
}

extension CompletionChunk {
    /// The `chat.completion.chunk` object; `delta` is always an object and `finish_reason` always there.
    var chatCompletionChunk: JSON {
        switch piece {
        // The role comes once, as openai-python adds up what it gets.
        case .opening(let choice): object(choice: choice, delta: ["role": "assistant", "content": ""])
        case .reasoning(let text, let choice): object(choice: choice, delta: [reasoningKey: .string(text)])
        case .content(let text, let choice): object(choice: choice, delta: ["content": .string(text)])
        case .toolCall(let call, let number, let choice):
            object(
                choice: choice,
                delta: [
                    "tool_calls": [
                        .object(JSONObject([.init(key: "index", value: JSON(number))] + call.members.members))
                    ]
                ]
            )
        case .heartbeat(let choice): object(choice: choice, delta: [:])
        case .finish(let reason, let choice, let authorship):
            object(choice: choice, delta: [:], finishReason: reason, notes: authorship.json)
        case .usage(let usage): object(["choices": [], "usage": usage.json])
        }
    }

    private func object(
        choice: Int,
        delta: JSONObject,
        finishReason: FinishReason? = nil,
        notes: JSON? = nil
    ) -> JSON {
        let choice: JSON = [
            "index": JSON(choice),
            "delta": .object(delta),
            "logprobs": nil,
            "finish_reason": JSON(finishReason?.rawValue),
        ]
        var own: JSONObject = ["choices": [choice]]
        own["horde"] = notes
        return object(own)
    }

    private func object(_ own: JSONObject) -> JSON {
        identity.object("chat.completion.chunk", own)
    }
}

extension ToolCall {
    /// A call as an answer has it: `id`, `type` and `name` are each said once, since accumulators join what comes twice.
    fileprivate var members: JSONObject {
        [
            "id": .string(id), "type": "function",
            "function": ["name": .string(name), "arguments": .string(arguments)],
        ]
    }
}
