/// The text one Horde job continues, with what was decided while writing it.
package struct Prompt: Equatable, Sendable {
    /// What is submitted.
    package let text: String
    /// The format's own stop strings, best first; `StopPolicy` adds the user's.
    package let stops: [String]
    /// The name of the format.
    package let format: String
    /// The estimated size in tokens, with one for the token that workers put in front.
    package let tokens: Int
    /// How the answer to this prompt is read back.
    package let reading: Reading
    /// What the prompt has opened the answer with because a call is forced: the answer's first words, which the worker
    /// does not send back.
    package var opening = ""
    /// What stands between the prompt and an answer that has begun, for the families whose models write it themselves:
    /// a worker hides or drops it.
    var lead = ""
}

extension PromptFormat {
    /// What leads to the answer itself where it would not come first: gpt-oss' channel for it.
    ///
    /// It goes in front of a conversation's `opening` that is no call.
    package var answerOpening: String { reasoning.hasChannels ? reasoning.off.generation : "" }

    /// A prompt that is written as it stands, for a client that wants no template: the model goes on from its last byte.
    ///
    /// The family matters for the count of tokens alone.
    package func raw(_ text: String) -> Prompt {
        Prompt(
            text: text,
            stops: [],
            format: "none",
            tokens: TokenEstimator(tokenizer: tokenizer).tokens(in: text) + 1,
            reading: Reading(isRaw: true, isContinuation: true, tokenizer: tokenizer)
        )
    }
}
