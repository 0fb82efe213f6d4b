/// A worker's answer as a client gets it.
///
/// Horde tells neither why an answer ends nor how long it is, so both are inferred from the text.
package struct Reply: Equatable, Sendable {
    /// OpenAI's `finish_reason`, in OpenAI's words.
    package enum Reason: String, Equatable, Sendable {
        case stop, length
    }

    /// The model's thought, `nil` when there is none or it is empty.
    package let reasoning: String?
    /// The answer, empty when all was thought.
    package let content: String
    /// What was said to tools in channels; calls in the answer's own text are for others to find.
    package let calls: [ChannelCall]
    package let reason: Reason
    /// The estimated size of all the model wrote, tags and thought included, never above what was asked for.
    package let tokens: Int
    /// The part of `tokens` that is reasoning.
    package let reasoningTokens: Int

    /// The answer with what was said to tools behind it, for a request that no tool can take that from.
    package var contentWithCalls: String {
        ([content] + calls.map(\.body)).filter { !$0.isEmpty }.joined(separator: "\n\n")
    }
}

/// A worker's answer as far as it has come.
package struct UnfinishedReply: Equatable, Sendable {
    /// What is there of it, its end left as it is; the tokens are not counted.
    package let reply: Reply
    /// Whether something in the text shows that the answer is over: a stop, or the end of the model's turn.
    package let isStopped: Bool
    /// Whether no answer ends as the text does: within the thought, before the answer has begun, or behind the beginning of
    /// a stop.
    package let isOpen: Bool
}

/// What was read of a worker's text, before its end is judged.
struct ReadText {
    /// Without outer white space; empty when there is none.
    var reasoning: String
    /// With the white space at its end.
    var content: String
    /// What was said to tools.
    var calls: [ChannelCall] = []
    /// Whether white space at the end is the answer's own, whatever ended it.
    var isExact = false
    /// Whether the text ends within a thought: without an answer it is one that was cut short, whatever ended it.
    var endsInThought = false
    /// Whether anything shows that the model, or a stop, ended the answer.
    var isStopped: Bool
    /// All that was read, `nil` when only `reasoning` and `content` are left of it.
    var whole: ArraySlice<UInt8>?

    /// Decides how the answer ended.
    ///
    /// White space at the end is dropped from an answer that ended by itself (models write a line end before the end of
    /// their turn) and kept in one cut by its length, which a client may want continued.
    /// Where the client's own limit is below what the job asked for, the text is cut to it, the thought counted first.
    /// Without knowing whether the length has cut it, `isCut` nil, that is told from the length too.
    func reply(_ estimator: TokenEstimator, isCut: Bool?, askedTokens: Int, wantedTokens: Int?) -> Reply {
        let reasoningTokens = estimator.tokens(in: reasoning)
        func partsTokens() -> Int { reasoningTokens + estimator.tokens(in: content) }
        let limit = max(min(wantedTokens ?? askedTokens, askedTokens), 0)
        if limit < askedTokens, partsTokens() + callTokens(estimator) > limit {
            return cut(estimator, reasoningTokens: reasoningTokens, limit: limit)
        }
        let tokens = whole.map { estimator.tokens(in: $0.span) } ?? partsTokens()
        // From 95 % of the length on: the estimate is not exact, and a cut answer is the costlier one to miss.
        let isFull = !isStopped && tokens > 0 && tokens >= askedTokens - askedTokens / 20
        let isCut = (isCut ?? isFull) || (endsInThought && content.isEmpty && !reasoning.isEmpty)
        return Reply(
            reasoning: reasoning.isEmpty ? nil : reasoning,
            content: isCut || isExact ? content : content.trimmed(leading: false),
            calls: calls,
            reason: isCut ? .length : .stop,
            tokens: min(tokens, limit),
            reasoningTokens: min(reasoningTokens, tokens, limit)
        )
    }

    /// The same text while it may go on, of which nobody asks how long it is: its tokens are not counted.
    var uncounted: Reply {
        Reply(
            reasoning: reasoning.isEmpty ? nil : reasoning,
            content: content,
            calls: calls,
            reason: .length,
            tokens: 0,
            reasoningTokens: 0
        )
    }

    private func callTokens(_ estimator: TokenEstimator) -> Int {
        calls.reduce(0) { $0 + estimator.tokens(in: $1.recipient) + estimator.tokens(in: $1.body) }
    }

    /// Without the calls, which come last.
    private func cut(_ estimator: TokenEstimator, reasoningTokens: Int, limit: Int) -> Reply {
        let isThoughtCut = reasoningTokens > limit
        let thought = isThoughtCut ? estimator.prefix(of: reasoning, tokens: limit) : reasoning
        let rest = limit - min(reasoningTokens, limit)
        return Reply(
            reasoning: thought.isEmpty ? nil : thought,
            content: isThoughtCut ? "" : estimator.prefix(of: content, tokens: rest),
            calls: [],
            reason: .length,
            tokens: limit,
            reasoningTokens: min(reasoningTokens, limit)
        )
    }
}
