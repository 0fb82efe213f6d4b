extension PromptFormat {
    /// What a thought may stand between: the family's own tags, and those that most families share.
    var thoughtTags: [ThoughtTags] { [reasoning.thought, .think].compactMap(\.self) }

    /// The tags of the thought that a client begins in the first words of a prefill, `nil` if it begins none.
    func thought(begunBy prefill: [Piece]) -> ThoughtTags? {
        prefill.first.flatMap { thought(begunBy: $0.text) }
    }

    /// The tags of the thought that a prefill begins and does not end.
    func openThought(of prefill: [Piece]) -> ThoughtTags? {
        thought(begunBy: prefill).flatMap { tags in
            prefill.contains { $0.text.utf8.first(tags.close) != nil } ? nil : tags
        }
    }

    /// How the rest of a call is read back: it goes on from the call's opening, and holds no thought or channel that it
    /// could be told apart from.
    func callReading() -> Reading {
        Reading(
            isContinuation: true,
            turnOpeners: turnOpeners,
            assistantOpener: assistant.open.trimmed(),
            tokenizer: tokenizer
        )
    }

    /// How an answer is read back, by what stands at the end of the prompt.
    func reading(after opening: String, prefill: [Piece], effort: ThinkingEffort?) -> Reading {
        let begun = openThought(of: prefill)
        return Reading(
            thought: begun ?? reasoning.thought,
            isThoughtExpected: begun != nil || prefill.isEmpty && reasoning.thinks(at: effort),
            isThoughtOpen: begun != nil || prefill.isEmpty && reasoning.leavesThoughtOpen(opening),
            // Behind the opener of a channel plain text follows.
            hasChannels: reasoning.hasChannels && opening == generation,
            isContinuation: !prefill.isEmpty,
            beginsLine: opening.hasSuffix("\n"),
            turnOpeners: turnOpeners,
            assistantOpener: assistant.open.trimmed(),
            tokenizer: tokenizer
        )
    }

    /// What begins a turn and cannot be meant as text: a control text, or a heading such as `### Human:`.
    private var turnOpeners: [String] {
        var result: [String] = []
        let opens = [system.open, user.open, assistant.open, tool.turn?.open].compactMap(\.self)
        for opener in opens.map({ String($0.prefix { $0 != "{" }).trimmed() })
        where !opener.isEmpty && !result.contains(opener) && isUnmistakable(opener) {
            result.append(opener)
        }
        return result
    }

    private func isUnmistakable(_ opener: String) -> Bool {
        opener.first?.isLetter == false || markers.contains { opener.contains($0) }
    }
}
