package import JSONText

// The pieces of a streamed answer, the same for both endpoints: whoever sends a stream need not know which form it has.

/// One event of a streamed answer.
package struct CompletionChunk: Equatable, Sendable {
    /// What a piece says.
    package enum Piece: Equatable, Sendable {
        /// The first piece of a choice, which has no text yet.
        case opening(choice: Int)
        /// Some of what the model thought before the text of a choice.
        case reasoning(String, choice: Int)
        /// Some text of a choice.
        case content(String, choice: Int)
        /// A call, whole: clients run it as soon as its arguments parse. The number is its place among those of a choice.
        case toolCall(ToolCall, number: Int, choice: Int)
        /// Nothing: tells clients that count events instead of bytes that work goes on.
        case heartbeat(choice: Int)
        /// The last piece of a choice; that of the last one tells who wrote the answer.
        case finish(FinishReason, choice: Int, Authorship = Authorship())
        /// What the whole answer cost; after every choice has finished, and only if asked for.
        case usage(Usage)

        /// Whether a person, or an agent, gets something of the answer with it.
        package var hasText: Bool {
            switch self {
            case .reasoning, .content, .toolCall: true
            case .opening, .heartbeat, .finish, .usage: false
            }
        }
    }

    /// Which answer this is a piece of; the same in all of them.
    package var identity: AnswerIdentity
    /// What this piece says.
    package var piece: Piece

    /// A piece of the answer with this identity.
    package init(identity: AnswerIdentity, _ piece: Piece) {
        self.identity = identity
        self.piece = piece
    }

    /// The object of the answer's form.
    package var json: JSON {
        switch identity.form {
        case .chat: chatCompletionChunk
        case .text: textCompletionChunk
        }
    }

    /// The event, as bytes ready to send.
    package var event: [UInt8] {
        ServerSentEvent.data(json)
    }
}
