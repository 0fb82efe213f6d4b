import OpenAI
import Prompting

/// The answer to one prompt once its texts are written: drafts, of which some are asked for once more.
///
/// Pure: it decides what to ask next and which of two drafts is kept.
struct Answer: Sendable {
    private let original: Translation?
    private var drafts: [Draft]
    private var rounds: [Int]
    private(set) var usage: Usage
    private(set) var authorship: Authorship

    /// The answer of texts to one prompt, in the order of their choices.
    init(_ voices: [Voice]) {
        original = voices.first?.translation
        drafts = voices.enumerated().map { index, voice in
            var draft = voice.draft
            draft.choice.index = index
            return draft
        }
        rounds = drafts.map { _ in 0 }
        authorship = voices.map(\.authorship).reduce(Authorship(), +)
        // Tokens of one prompt, since clients tell by them how full the context is.
        usage = drafts.reduce(Usage(promptTokens: original?.prompt.tokens ?? 0, completionTokens: 0)) { $0 + $1.cost }
    }

    var choices: [Completion.Choice] { drafts.map(\.choice) }
    var retries: Retries { authorship.retries }

    /// Whether there is nothing to read and nothing to run in any of them; a raw prompt may be continued by nothing.
    var isEmpty: Bool { drafts.allSatisfy { $0.isEmpty && $0.correction != nil } }

    /// The next draft that is to be asked for once more, and the prompt that does so.
    func nextCorrection() -> (place: Int, Translation)? {
        for (place, draft) in drafts.enumerated() {
            guard let correction = draft.correction, rounds[place] < correction.roundsMax,
                retries.count < Limits.retriesMax,
                let again = original?.corrected(by: correction)
            else { continue }
            return (place, again)
        }
        return nil
    }

    /// Keeps the better of the draft that was there and the one that came, and counts what it cost.
    ///
    /// One that is no better ends it: the next prompt would be the same.
    mutating func took(_ voice: Voice, at place: Int) {
        let draft = voice.draft
        rounds[place] += 1
        authorship = authorship + voice.authorship
        authorship.retries = retries + Retries(count: 1, promptTokens: voice.translation.prompt.tokens)
        usage = usage + draft.cost
        guard drafts[place].isEmpty || draft.problems < drafts[place].problems else { return gaveUp(at: place) }
        let index = drafts[place].choice.index
        drafts[place] = draft
        drafts[place].choice.index = index
    }

    /// No more is asked for in place of this draft.
    mutating func gaveUp(at place: Int) {
        rounds[place] = .max
    }
}

extension Draft {
    fileprivate var cost: Usage {
        Usage(promptTokens: 0, completionTokens: tokens, reasoningTokens: reasoningTokens)
    }
}
