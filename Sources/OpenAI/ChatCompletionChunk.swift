// The pieces of a streamed answer. Every shape here was seen to work with every client of the survey's section 0, and
// each deviation from it was seen to break one.

/// One event of a streamed answer.
package struct ChatCompletionChunk: Equatable, Sendable {
    /// What a piece says.
    package enum Piece: Equatable, Sendable {
        /// The first piece of a choice: the role, once, as openai-python adds up what it gets.
        case role(choice: Int)
        /// Some text of a choice.
        case content(String, choice: Int)
        /// Nothing: tells clients that count events instead of bytes that work goes on.
        case heartbeat(choice: Int)
        /// The last piece of a choice.
        case finish(FinishReason, choice: Int)
        /// What the whole answer cost; after every choice has finished, and only if asked for.
        case usage(Usage)
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

    /// The `chat.completion.chunk` object; `delta` is always an object and `finish_reason` always there.
    package var json: JSON {
        switch piece {
        case .role(let choice): object(choice: choice, delta: ["role": "assistant", "content": ""])
        case .content(let text, let choice): object(choice: choice, delta: ["content": .string(text)])
        case .heartbeat(let choice): object(choice: choice, delta: [:])
        case .finish(let reason, let choice): object(choice: choice, delta: [:], finishReason: reason)
        case .usage(let usage): object(["choices": [], "usage": usage.json])
        }
    }

    /// The event, as bytes ready to send.
    package var event: [UInt8] {
        ServerSentEvent.data(json)
    }

    private func object(choice: Int, delta: JSON, finishReason: FinishReason? = nil) -> JSON {
        let choice: JSON = [
            "index": JSON(choice),
            "delta": delta,
            "logprobs": nil,
            "finish_reason": JSON(finishReason?.rawValue),
        ]
        return object(["choices": [choice]])
    }

    private func object(_ own: JSONObject) -> JSON {
        identity.object("chat.completion.chunk", own)
    }
}
