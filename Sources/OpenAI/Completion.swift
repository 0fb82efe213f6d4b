package import JSONText

// A whole answer, and what all answers have in common. The two forms in which it is written are in
// `ChatCompletion.swift` and `TextCompletion.swift`.

/// The endpoint that an answer belongs to, which decides how it is written.
package enum CompletionForm: Equatable, Sendable, CaseIterable {
    /// `POST /v1/chat/completions`: objects `chat.completion` and `chat.completion.chunk`.
    case chat
    /// `POST /v1/completions`: objects `text_completion`, streamed or not.
    case text

    /// How the id of an answer begins.
    package var idPrefix: String {
        switch self {
        case .chat: "chatcmpl-"
        case .text: "cmpl-"
        }
    }
}

/// What every part of one answer carries.
package struct AnswerIdentity: Equatable, Sendable {
    /// How the answer is written.
    package let form: CompletionForm
    /// The `idPrefix` of the form and something unique.
    package let id: String
    /// When the answer was begun, in seconds since 1970.
    package let created: Int
    /// The model, named as the client named it.
    package let model: String

    /// The identity of an answer; whoever has a clock and randomness makes it.
    package init(form: CompletionForm, id: String, created: Int, model: String) {
        self.form = form
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

/// A whole answer, for a client that did not ask for a stream.
package struct Completion: Equatable, Sendable {
    /// One of the answers asked for.
    package struct Choice: Equatable, Sendable {
        /// Its place among the answers that were asked for.
        package var index: Int
        /// The text.
        package var content: String
        /// What the model thought before it answered, apart from the text; nil where it did not.
        package var reasoning: String?
        /// What the model calls, in its order; with any, the reason is `toolCalls`.
        package var toolCalls: [ToolCall]
        /// Why the text ended.
        package var finishReason: FinishReason

        /// A text, what was thought before it, what is called, and why it ended.
        package init(
            index: Int = 0,
            content: String,
            reasoning: String? = nil,
            toolCalls: [ToolCall] = [],
            finishReason: FinishReason
        ) {
            self.index = index
            self.toolCalls = toolCalls
            self.content = content
            self.reasoning = reasoning
            self.finishReason = finishReason
        }
    }

    /// Which answer this is.
    package var identity: AnswerIdentity
    /// The answers, in the order of their `index`; the first is there in every case.
    package var choices: [Choice]
    /// What all the choices cost together.
    package var usage: Usage
    /// Who wrote it.
    package var authorship: Authorship
    /// The client's own notes, returned as they were sent; only the chat form has them.
    package var metadata: JSONObject?

    /// An answer from its parts.
    package init(
        identity: AnswerIdentity,
        choices: [Choice],
        usage: Usage,
        authorship: Authorship = Authorship(),
        metadata: JSONObject? = nil
    ) {
        self.authorship = authorship
        self.identity = identity
        self.choices = choices
        self.usage = usage
        self.metadata = metadata
    }

    /// The object of the answer's form.
    package var json: JSON {
        switch identity.form {
        case .chat: chatCompletion
        case .text: textCompletion
        }
    }

    /// What a stream of this answer sends behind what it has said; the usage only if it was asked for.
    ///
    /// A text that took the place of one whose words are out adds its calls alone, if it has any.
    package func pieces(includesUsage: Bool, after sent: [Int: SentText] = [:]) -> [CompletionChunk.Piece] {
        var pieces: [CompletionChunk.Piece] = []
        for choice in choices {
            let index = choice.index
            var said = sent[index] ?? SentText(choice: index)
            let content = choice.toolCalls.isEmpty || said.isBeginning(of: choice.content) ? choice.content : ""
            pieces += said.opening(index)
            pieces += said.advance(reasoning: choice.reasoning ?? "", content: content, choice: index)
            for (number, call) in choice.toolCalls.enumerated() {
                pieces.append(.toolCall(call, number: number, choice: index))
            }
            let isLast = index == choices.last?.index
            pieces.append(.finish(choice.finishReason, choice: index, isLast ? authorship : Authorship()))
        }
        if includesUsage { pieces.append(.usage(usage)) }
        return pieces
    }
}
