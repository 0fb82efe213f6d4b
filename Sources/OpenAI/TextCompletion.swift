import JSONText

// Answers of `POST /v1/completions`: one name of object and one shape of choice, streamed or not (openapi.yaml 2.3.0,
// schema CreateCompletionResponse).

extension Completion {
    /// The `text_completion` object.
    var textCompletion: JSON {
        let choices = choices.map { choice in
            textChoice((choice.reasoning ?? "") + choice.content, index: choice.index, choice.finishReason)
        }
        var own: JSONObject = ["choices": .array(choices), "usage": usage.json]
        own["horde"] = authorship.json
        return identity.textCompletion(own)
    }
}

extension CompletionChunk {
    /// The `text_completion` object of a stream; `text` is always a string.
    var textCompletionChunk: JSON {
        switch piece {
        case .opening(let choice), .heartbeat(let choice), .toolCall(_, _, let choice): object(choice, text: "")
        // This form has no place of its own for thoughts, and raw text is not split.
        case .reasoning(let text, let choice), .content(let text, let choice): object(choice, text: text)
        case .finish(let reason, let choice, let authorship):
            object(choice, text: "", reason, notes: authorship.json)
        case .usage(let usage): identity.textCompletion(["choices": [], "usage": usage.json])
        }
    }

    private func object(
        _ choice: Int,
        text: String,
        _ finishReason: FinishReason? = nil,
        notes: JSON? = nil
    ) -> JSON {
        var own: JSONObject = ["choices": [textChoice(text, index: choice, finishReason)]]
        own["horde"] = notes
        return identity.textCompletion(own)
    }
}

private func textChoice(_ text: String, index: Int, _ finishReason: FinishReason?) -> JSON {
    [
        "text": .string(text),
        "index": JSON(index),
        "logprobs": nil,
        "finish_reason": JSON(finishReason?.rawValue),
    ]
}

extension AnswerIdentity {
    fileprivate func textCompletion(_ own: JSONObject) -> JSON {
        object("text_completion", own)
    }
}
