package import Horde
package import OpenAI
package import Prompting

/// One prompt of a request in Horde's terms, and Horde's texts in OpenAI's.
package struct Translation: Sendable {
    package let prompt: Prompt
    private let parameters: CompletionParameters
    private let form: CompletionForm
    /// What each text begins with: the prompt itself, for a client that wants it back.
    private let echo: String

    /// A conversation, written as the model's format wants it; `today` is the date, as `2026-01-31`.
    ///
    /// - Throws: an error for what would make the answer wrong.
    package init(_ request: ChatCompletionRequest, format: PromptFormat, today: String) throws(APIError) {
        switch request.toolChoice {
        case .required, .named:
            throw .unsupportedValue("tool_choice", "This server cannot force a tool call yet; use 'auto' or 'none'.")
        case .auto, .none: break
        }
        parameters = request.parameters
        form = .chat
        echo = ""
        prompt = format.render(
            Conversation(turns: request.messages.map(Turn.init)),
            effort: request.reasoningEffort.flatMap { Prompting.ReasoningEffort(rawValue: $0.rawValue) },
            today: today
        )
    }

    /// A raw prompt of a request, which nothing is added to; the format tells only how its tokens are counted.
    package init(_ text: String, of request: CompletionRequest, format: PromptFormat) {
        parameters = request.parameters
        form = .text
        echo = request.echoesPrompt ? text : ""
        prompt = format.raw(text)
    }

    /// The size of the job: what prompt and answer need, among what workers offer and the account gets.
    package func size(offers: some Sequence<Offer>, freeTokens: Int?) throws(APIError) -> JobSize {
        do throws(JobSizeError) {
            return try JobSize.choose(
                promptTokens: prompt.tokens,
                wantedTokens: parameters.maxTokens,
                offers: offers,
                upfrontFreeTokens: freeTokens
            )
        } catch {
            throw APIError(error, in: form)
        }
    }

    /// What is submitted.
    package func order(_ size: JobSize) -> GenerationOrder {
        var order = GenerationOrder(
            prompt: prompt.text,
            models: [parameters.model],
            params: GenerationOrder.Parameters(
                n: parameters.choiceCount,
                maxLength: size.answerTokens,
                maxContextLength: size.contextTokens,
                temperature: parameters.temperature,
                // 0 is OpenAI's smallest, 0.001 is Horde's.
                topP: parameters.topP.map { max($0, 0.001) },
                stopSequence: StopPolicy.sequences(
                    format: prompt.stops,
                    // A worker heeds them anywhere; before the answer they would cut the thought, and nothing be said.
                    user: prompt.reading.isThoughtExpected ? [] : parameters.stop
                )
            )
        )
        order.take(parameters)
        return order
    }

    /// The texts as a client shall see them, and what they cost by our estimate.
    func answer(_ generations: [Generation], size: JobSize) -> Answer {
        let reader = ReplyReader(prompt.reading, formatStops: prompt.stops, userStops: parameters.stop)
        var usage = Usage(promptTokens: prompt.tokens, completionTokens: 0)
        let choices = generations.prefix(parameters.choiceCount).enumerated().map { index, generation in
            let reply = reader.read(
                generation.text,
                askedTokens: size.answerTokens,
                wantedTokens: parameters.maxTokens
            )
            usage.completionTokens += reply.tokens
            usage.reasoningTokens += reply.reasoningTokens
            let reason: FinishReason =
                switch reply.reason {
                case _ where generation.isCensored: .contentFilter
                case .stop: .stop
                case .length: .length
                }
            return Completion.Choice(
                index: index,
                content: echo + reply.content,
                reasoning: reply.reasoning,
                finishReason: reason
            )
        }
        return Answer(choices: choices, usage: usage)
    }

    struct Answer: Sendable {
        let choices: [Completion.Choice]
        let usage: Usage
    }
}

extension Turn {
    /// Every message is one turn: none is dropped, none is moved.
    fileprivate init(_ message: ChatMessage) {
        switch message.role {
        case .system, .developer: self.init(role: .system, text: message.content)
        case .user: self.init(role: .user, text: message.content)
        case .assistant: self.init(role: .assistant, text: message.assistantText)
        case .tool, .function: self.init(role: .tool, text: message.content, callID: message.toolCallID ?? "")
        }
    }
}

extension ChatMessage {
    /// What the assistant wrote, with the calls that it made in the form that most models were trained on (Hermes).
    fileprivate var assistantText: String {
        let calls = toolCalls.map { call in
            let arguments =
                (try? JSON(parsing: call.arguments)).map { $0.text(.spaced) }
                ?? JSON.string(call.arguments).text(.spaced)
            return
                "<tool_call>\n{\"name\": \(JSON.string(call.name).text(.spaced)), \"arguments\": \(arguments)}\n</tool_call>"
        }
        return ([content].filter { !$0.isEmpty } + calls).joined(separator: "\n")
    }
}
