package import Horde
package import OpenAI
package import Prompting

/// One request of OpenAI's in Horde's terms, and Horde's texts in OpenAI's.
package struct Translation: Sendable {
    package let prompt: Prompt
    private let request: ChatCompletionRequest
    private let isContinuation: Bool

    /// Refuses what would make the answer wrong.
    package init(_ request: ChatCompletionRequest, format: PromptFormat) throws(APIError) {
        switch request.toolChoice {
        case .required, .named:
            throw .unsupportedValue("tool_choice", "This server cannot force a tool call yet; use 'auto' or 'none'.")
        case .auto, .none: break
        }
        self.request = request
        isContinuation = request.messages.last?.role == .assistant
        prompt = format.render(Conversation(turns: request.messages.map(Turn.init)))
    }

    /// The size of the job: what prompt and answer need, among what workers offer and the account gets.
    package func size(offers: some Sequence<Offer>, freeTokens: Int?) throws(APIError) -> JobSize {
        do throws(JobSizeError) {
            return try JobSize.choose(
                promptTokens: prompt.tokens,
                wantedTokens: request.parameters.maxTokens,
                offers: offers,
                upfrontFreeTokens: freeTokens
            )
        } catch {
            throw APIError(error)
        }
    }

    /// What is submitted.
    package func order(_ size: JobSize) -> GenerationOrder {
        var order = GenerationOrder(
            prompt: prompt.text,
            models: [request.parameters.model],
            params: GenerationOrder.Parameters(
                n: request.parameters.choiceCount,
                maxLength: size.answerTokens,
                maxContextLength: size.contextTokens,
                temperature: request.parameters.temperature,
                // 0 is OpenAI's smallest, 0.001 is Horde's.
                topP: request.parameters.topP.map { max($0, 0.001) },
                stopSequence: StopPolicy.sequences(format: prompt.stops, user: request.parameters.stop)
            )
        )
        order.take(request.parameters)
        return order
    }

    /// The texts as a client shall see them, and what they cost by our estimate.
    func answer(_ generations: [Generation], size: JobSize) -> Answer {
        let cleaner = ReplyCleaner(stops: prompt.stops + request.parameters.stop)
        var tokens = 0
        let choices = generations.prefix(request.parameters.choiceCount).map { generation in
            let reply = cleaner.clean(generation.text, isContinuation: isContinuation)
            let ending = Ending(of: reply, askedTokens: size.answerTokens, wantedTokens: request.parameters.maxTokens)
            tokens += ending.tokens
            let reason: FinishReason =
                switch ending.reason {
                case _ where generation.isCensored: .contentFilter
                case .stop: .stop
                case .length: .length
                }
            return Completion.Choice(content: ending.text, finishReason: reason)
        }
        return Answer(choices: choices, usage: Usage(promptTokens: prompt.tokens, completionTokens: tokens))
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
        case .tool, .function: self.init(role: .tool, text: message.content)
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
