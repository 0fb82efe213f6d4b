import OpenAI
import Prompting

/// One text of a model, read: the choice it makes, and how to ask once more if that is not what was asked for.
struct Draft: Sendable {
    var choice: Completion.Choice
    /// What it cost, the prompt left out.
    let tokens: Int
    let reasoningTokens: Int
    /// nil when the choice stands.
    private(set) var correction: Correction?
    /// How far it is from what was asked for, to pick the best of several that all are.
    let problems: Int

    /// The same, censored by a worker: what it says then is its own notice, and asking again would get it again.
    var censored: Draft {
        var draft = self
        draft.choice.finishReason = .contentFilter
        draft.choice.toolCalls = []
        draft.correction = nil
        return draft
    }

    /// Nothing for a client to read or to run, from a model that was through: never an answer, whatever was thought.
    var isEmpty: Bool {
        choice.content.isEmpty && choice.toolCalls.isEmpty && choice.finishReason == .stop
    }
}

/// How a model is asked once more.
struct Correction: Sendable {
    /// What is added to the conversation: what it said, and what is wrong with that; nothing for an empty answer.
    let turns: [Turn]
    /// nil leaves it as it was.
    let temperature: Double?
    /// How often, for this kind of mistake.
    let roundsMax: Int

    /// An empty answer is asked for again as it was.
    static let empty = Correction(turns: [], temperature: nil, roundsMax: 1)

    /// A call that cannot be read, or that names a function which was not offered.
    static func call(said: String) -> Correction {
        let complaint =
            "That call cannot be read. Call one of the functions that were listed, with all of its arguments and in the"
            + " form described."
        return Correction(
            turns: [Turn(role: .assistant, text: said), Turn(role: .user, text: complaint)].filter { !$0.text.isEmpty },
            temperature: 0,
            roundsMax: 1
        )
    }
}
