/// Why an answer ends where it ends, and what of the reply the client gets.
///
/// Horde tells neither the reason nor the number of tokens, so both are inferred from the text.
package struct Ending: Equatable, Sendable {
    /// OpenAI's `finish_reason`, in OpenAI's words.
    package enum Reason: String, Equatable, Sendable {
        case stop, length
    }

    package let text: String
    package let reason: Reason
    /// The estimated size of the text, never above what was asked for.
    package let tokens: Int

    /// Decides how a reply ended.
    ///
    /// White space at the end is dropped from an answer that ended by itself (models write a line end before the end of
    /// their turn) and kept in one cut by its length, which a client may want continued.
    /// - Parameters:
    ///   - reply: from `ReplyCleaner`.
    ///   - askedTokens: the length the job really asked for (`JobSize.answerTokens`).
    ///   - wantedTokens: the client's own limit; below Horde's least of 16 the text is cut to it here.
    package init(of reply: Reply, askedTokens: Int, wantedTokens: Int?) {
        let estimate = TokenEstimate.tokens(in: reply.text)
        if let wantedTokens, wantedTokens < askedTokens, estimate > wantedTokens {
            text = TokenEstimate.prefix(of: reply.text, tokens: wantedTokens)
            reason = .length
            tokens = wantedTokens
        } else if !reply.isStopped, estimate * 20 >= askedTokens * 19 {
            // From 95 % of the length on: the estimate is not exact, and a cut answer is the costlier one to miss.
            text = reply.text
            reason = .length
            tokens = min(estimate, askedTokens)
        } else {
            text = reply.text.trimmed(leading: false)
            reason = .stop
            tokens = min(estimate, askedTokens)
        }
    }
}
