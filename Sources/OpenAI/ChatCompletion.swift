// The answer to a chat request in one piece. Keys stand in the order of OpenAI's own answers.

/// What every part of one answer carries.
package struct AnswerIdentity: Equatable, Sendable {
    /// "chatcmpl-" and something unique.
    package let id: String
    /// When the answer was begun, in seconds since 1970.
    package let created: Int
    /// The model, named as the client named it.
    package let model: String

    /// The identity of an answer; whoever has a clock and randomness makes it.
    package init(id: String, created: Int, model: String) {
        self.id = id
        self.created = created
        self.model = model
    }

    /// An answer object of a kind, with these members after the ones that all kinds share.
    func object(_ kind: String, _ own: JSONObject) -> JSON {
        let shared: JSONObject = [
            "id": .string(id), "object": .string(kind), "created": JSON(created), "model": .string(model),
        ]
        return .object(JSONObject(shared.members + own.members))
    }
}

/// Why a text ended: the four reasons that every client understands.
package enum FinishReason: String, Equatable, Sendable, CaseIterable {
    case stop
    case length
    case contentFilter = "content_filter"
    case toolCalls = "tool_calls"
}

/// What an answer cost, in tokens.
package struct Usage: Equatable, Sendable {
    /// The tokens read.
    package var promptTokens: Int
    /// The tokens written, over all choices.
    package var completionTokens: Int

    /// The tokens read and the tokens written.
    package init(promptTokens: Int, completionTokens: Int) {
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
    }

    /// The object that clients read, with the sum.
    package var json: JSON {
        [
            "prompt_tokens": JSON(promptTokens),
            "completion_tokens": JSON(completionTokens),
            "total_tokens": JSON(promptTokens + completionTokens),
        ]
    }
}

/// A whole answer, for a client that did not ask for a stream.
package struct ChatCompletion: Equatable, Sendable {
    /// One of the answers asked for.
    package struct Choice: Equatable, Sendable {
        /// The text.
        package var content: String
        /// Why the text ended.
        package var finishReason: FinishReason

        /// A text and why it ended.
        package init(content: String, finishReason: FinishReason) {
            self.content = content
            self.finishReason = finishReason
        }
    }

    /// Which answer this is.
    package var identity: AnswerIdentity
    /// The answers; an answer's place here is its `index`.
    package var choices: [Choice]
    /// What all the choices cost together.
    package var usage: Usage

    /// An answer from its parts.
    package init(identity: AnswerIdentity, choices: [Choice], usage: Usage) {
        self.identity = identity
        self.choices = choices
        self.usage = usage
    }

    /// The `chat.completion` object.
    package var json: JSON {
        let choices = choices.enumerated().map { index, choice -> JSON in
            [
                "index": JSON(index),
                "message": ["role": "assistant", "content": .string(choice.content), "refusal": nil],
                "logprobs": nil,
                "finish_reason": .string(choice.finishReason.rawValue),
            ]
        }
        return identity.object("chat.completion", ["choices": .array(choices), "usage": usage.json])
    }
}
