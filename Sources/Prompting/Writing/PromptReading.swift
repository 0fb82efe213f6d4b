extension PromptFormat {
    /// What a thought may stand between: the family's own tags, and those that most families share.
    var thoughtTags: [Delimiters] { [reasoning.tags, .think].compactMap(\.self) }

    /// The tags of the thought that a client begins in the first words of a prefill, `nil` if it begins none.
    func thought(begunBy prefill: [Piece]) -> Delimiters? {
        guard let start = prefill.first?.text.trimmed().utf8 else { return nil }
        return thoughtTags.first { start.starts(with: $0.open.utf8) }
    }

    /// How an answer is read back, by what stands at the end of the prompt.
    func reading(after opening: String, prefill: [Piece], effort: ReasoningEffort?) -> Reading {
        let begun = thought(begunBy: prefill).flatMap { tags in
            prefill.contains { $0.text.utf8.first(tags.close) != nil } ? nil : tags
        }
        return Reading(
            thought: (begun ?? reasoning.tags).map {
                ThoughtTags(
                    open: $0.open,
                    close: $0.close,
                    answerOpen: reasoning.answer?.open,
                    answerClose: reasoning.answer?.close
                )
            },
            isThoughtExpected: begun != nil || prefill.isEmpty && reasoning.thinks(at: effort),
            isThoughtOpen: begun != nil || prefill.isEmpty && reasoning.leavesThoughtOpen(opening),
            // Behind the opener of a channel plain text follows.
            hasChannels: reasoning.hasChannels && opening == generation,
            isContinuation: !prefill.isEmpty,
            turnOpeners: turnOpeners,
            assistantOpener: assistant.open.trimmed(),
            tokenizer: tokenizer
        )
    }

    /// What begins a turn and cannot be meant as text: a control text, or a heading such as `### Human:`.
    private var turnOpeners: [String] {
        var result: [String] = []
        for opener in [system.open, user.open, assistant.open, tool.turn?.open].compactMap({ $0?.trimmed() })
        where !opener.isEmpty && !result.contains(opener) && isUnmistakable(opener) {
            result.append(opener)
        }
        return result
    }

    private func isUnmistakable(_ opener: String) -> Bool {
        opener.first?.isLetter == false || markers.contains { opener.contains($0) }
    }
}

extension PromptFormat.Delimiters {
    /// The tags of most families that think.
    static let think = Self(open: "<think>", close: "</think>")
}
