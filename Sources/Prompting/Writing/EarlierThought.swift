extension PromptFormat {
    /// What the model said earlier without the thought before it, and without the line ends behind that.
    ///
    /// Every official template drops earlier thoughts (Qwen3, GLM, DeepSeek, gpt-oss). A pair of tags counts where the
    /// text begins; one that stands later is being talked about. Of a model that thinks two more texts are thoughts: all
    /// before its own closing tag if no opening one stands before that, which is what other gateways return where the
    /// prompt has opened the thought, and one that is opened and not closed, which was cut.
    func withoutThought(_ turn: Turn) -> Substring {
        var rest = turn.text[...]
        if let tags = thought(begunBy: rest) {
            if let closed = rest.utf8.first(tags.close) {
                rest = rest.behind(closed)
            } else if reasoning.thought != nil {
                return rest[wordsEnd(of: turn, in: rest)...]
            }
        }
        guard let tags = reasoning.thought else { return rest }
        let end = min(rest.utf8.first(tags.open)?.lowerBound ?? rest.endIndex, wordsEnd(of: turn, in: rest))
        while let closed = rest[..<end].utf8.first(tags.close) { rest = rest.behind(closed) }
        return rest
    }

    /// The tags of the thought that a text begins with, `nil` if it begins with none.
    func thought(begunBy text: Substring) -> ThoughtTags? {
        let start = text.trimmed().utf8
        return thoughtTags.first { start.starts(with: $0.open.utf8) }
    }

    /// Where the words of an answer end and its calls begin, whose arguments are no place to look for a tag.
    private func wordsEnd(of turn: Turn, in rest: Substring) -> Substring.Index {
        guard turn.role == .call else { return rest.endIndex }
        return ToolMarkup.callOpeners.compactMap { rest.utf8.first($0)?.lowerBound }.min() ?? rest.endIndex
    }
}

extension Substring {
    /// What stands behind a closing tag and the line ends that follow it.
    fileprivate func behind(_ closed: Range<Index>) -> Substring {
        let answer = self[closed.upperBound...].utf8.drop { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        return self[answer.startIndex...]
    }
}
