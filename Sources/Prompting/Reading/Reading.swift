/// How the answer to one prompt is read back: what the format and the end of its prompt make of the worker's text.
///
/// The defaults describe text that is no chat at all: nothing is taken for a thought, a channel or a turn.
package struct Reading: Equatable, Sendable {
    /// The tags around a thought, `nil` for a model that has none of its own.
    ///
    /// A leading `<think>…</think>` is split off in any case. Only with tags of its own does a model count as one that
    /// thinks, for which a closing tag that was never opened ends a thought too.
    package var thought: ThoughtTags?
    /// Whether a thought comes before the answer, as far as can be told: then the worker must not heed the user's stops,
    /// which are meant for the answer.
    package var isThoughtExpected: Bool
    /// Whether the prompt ends inside a thought: the text up to the first closing tag is reasoning.
    package var isThoughtOpen: Bool
    /// Whether the answer comes in gpt-oss' Harmony channels.
    ///
    /// `false` where the prompt itself has opened the final channel. With `isContinuation` it has done so too, before
    /// the prefill.
    package var hasChannels: Bool
    /// Whether the prompt ends with the assistant's own words (a prefill), which the answer goes on from.
    package var isContinuation: Bool
    /// Whether the prompt ends with a line end, so that blanks before the answer are its own indentation.
    package var beginsLine: Bool
    /// Texts that begin a turn, without outer white space and specific enough to be no ordinary text.
    ///
    /// One that leaks into an answer ends it: the model has gone on to play the next turn.
    package var turnOpeners: [String]
    /// The text that begins the assistant's turn, without outer white space; dropped where it leads an answer.
    package var assistantOpener: String
    /// The family of the tokenizer, for the estimate.
    package var tokenizer: String

    /// No template was used: the text is the answer as it stands, up to the user's stops.
    package var isRaw: Bool

    /// A reading that begins with nothing known of the model.
    package init(
        isRaw: Bool = false,
        thought: ThoughtTags? = nil,
        isThoughtExpected: Bool = false,
        isThoughtOpen: Bool = false,
        hasChannels: Bool = false,
        isContinuation: Bool = false,
        beginsLine: Bool = false,
        turnOpeners: [String] = [],
        assistantOpener: String = "",
        tokenizer: String = ""
    ) {
        self.isRaw = isRaw
        self.thought = thought
        self.isThoughtExpected = isThoughtExpected
        self.isThoughtOpen = isThoughtOpen
        self.hasChannels = hasChannels
        self.isContinuation = isContinuation
        self.beginsLine = beginsLine
        self.turnOpeners = turnOpeners
        self.assistantOpener = assistantOpener
        self.tokenizer = tokenizer
    }
}

/// The texts that a model puts around its thought.
package struct ThoughtTags: Equatable, Sendable, Decodable {
    /// What most models write, and what is recognised of every model.
    package static let think = ThoughtTags(open: "<think>", close: "</think>")

    package var open: String
    package var close: String
    /// The texts around the answer that follows a thought, for the models that write such (Granite's `<response>`).
    package var answerOpen: String?
    package var answerClose: String?

    package init(open: String, close: String, answerOpen: String? = nil, answerClose: String? = nil) {
        self.open = open
        self.close = close
        self.answerOpen = answerOpen
        self.answerClose = answerClose
    }
}
