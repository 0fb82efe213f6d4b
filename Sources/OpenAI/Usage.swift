package import JSONText

/// How often a model was asked once more, because what it said could not be used.
package struct Retries: Equatable, Sendable {
    /// How often.
    package var count: Int
    /// The tokens of their prompts, which `Usage` leaves out: clients tell by it how full the context is.
    package var promptTokens: Int

    /// So many, with prompts of so many tokens; none at all by default.
    package init(count: Int = 0, promptTokens: Int = 0) {
        self.count = count
        self.promptTokens = promptTokens
    }

    /// What two answers needed together.
    package static func + (left: Retries, right: Retries) -> Retries {
        Retries(count: left.count + right.count, promptTokens: left.promptTokens + right.promptTokens)
    }
}

/// What an answer cost, in tokens.
package struct Usage: Equatable, Sendable {
    /// The tokens read.
    package var promptTokens: Int
    /// The tokens written, over all choices, thoughts included.
    package var completionTokens: Int
    /// How many of the tokens written were thoughts.
    package var reasoningTokens: Int
    /// What AI Horde has told that it cost; nil where it has told nothing.
    ///
    /// No field of OpenAI's.
    package var kudos: Double?

    /// The tokens read, the tokens written, and how many of these were thoughts.
    package init(promptTokens: Int, completionTokens: Int, reasoningTokens: Int = 0) {
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
        self.reasoningTokens = reasoningTokens
    }

    /// The tokens read and written.
    package var totalTokens: Int { promptTokens + completionTokens }

    /// What two answers cost together.
    package static func + (left: Usage, right: Usage) -> Usage {
        Usage(
            promptTokens: left.promptTokens + right.promptTokens,
            completionTokens: left.completionTokens + right.completionTokens,
            reasoningTokens: left.reasoningTokens + right.reasoningTokens
        )
    }

    /// The object that clients read, with the sum; the details are there only where the model thought.
    package var json: JSON {
        var json: JSONObject = [
            "prompt_tokens": JSON(promptTokens),
            "completion_tokens": JSON(completionTokens),
            "total_tokens": JSON(totalTokens),
        ]
        if reasoningTokens > 0 {
            json["completion_tokens_details"] = ["reasoning_tokens": JSON(reasoningTokens)]
        }
        if let kudos { json["kudos"] = .number(JSONNumber((kudos * 100).rounded() / 100)) }
        return .object(json)
    }
}
