extension PromptFormat {
    /// Writes a conversation as the text a model of this family continues.
    ///
    /// Never writes the token that begins a text (workers add it) nor a system prompt nobody gave. A conversation that
    /// ends with the assistant is a prefill: its last turn stays open and the model goes on from there.
    package func render(_ conversation: Conversation) -> Prompt {
        precondition(!conversation.turns.isEmpty, "A conversation has at least one turn.")
        let text = PromptWriter(self).text(of: conversation.turns)
        // One more for the begin-of-text token, which counts against the worker's context too.
        return Prompt(text: text, stops: stops, format: name, tokens: TokenEstimate.tokens(in: text) + 1)
    }
}

/// The one renderer of all formats: it asks the format what to do and knows no family itself.
private struct PromptWriter {
    private let format: PromptFormat
    private let markers: MarkerGuard
    private let markersAndTags: MarkerGuard

    init(_ format: PromptFormat) {
        self.format = format
        markers = MarkerGuard(format, tools: false)
        markersAndTags = MarkerGuard(format, tools: true)
    }

    func text(of turns: [Turn]) -> String {
        let leading = turns.prefix { $0.role == .system }
        var body = writable(turns.dropFirst(leading.count))
        let head = placeSystem(joined(leading), in: &body)
        return write(body, after: head)
    }

    /// The leading system messages as one text, `nil` when there are none.
    private func joined(_ leading: ArraySlice<Turn>) -> String? {
        guard !leading.isEmpty else { return nil }
        return leading.map(prepared).filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    /// The turns after the leading system messages, each with a role this format can write.
    private func writable(_ turns: ArraySlice<Turn>) -> [Turn] {
        var result: [Turn] = []
        var wasTool = false
        for turn in turns {
            guard let next = writable(turn) else { continue }
            let isTool = turn.role == .tool
            if isTool, wasTool {
                // Results of parallel calls share one turn, as in the Hermes template.
                result[result.count - 1].text += "\n" + next.text
            } else if format.alternates, let last = result.last, last.role == next.role {
                result[result.count - 1].text = [last.text, next.text].filter { !$0.isEmpty }.joined(separator: "\n\n")
            } else {
                result.append(next)
            }
            wasTool = isTool
        }
        return result
    }

    private func writable(_ turn: Turn) -> Turn? {
        let text = prepared(turn)
        switch turn.role {
        case .user, .assistant: return Turn(role: turn.role, text: text)
        // With delimiters of its own a result stays apart; otherwise it is a user turn like any other.
        case .tool: return Turn(role: format.tool == nil ? .user : .tool, text: text)
        case .system where format.system.later == .turn: return Turn(role: .system, text: text)
        case .system: return text.isEmpty ? nil : Turn(role: .user, text: "[System note: \(text)]")
        }
    }

    /// The text of a turn, trimmed, guarded and wrapped; the assistant's own words are never altered.
    private func prepared(_ turn: Turn) -> String {
        if turn.role == .assistant { return turn.text }
        let text = format.trims.contains(turn.role) ? turn.text.trimmed() : turn.text
        // A system text may well explain the tool tags: only the format's own markers are taken from it.
        if turn.role == .system { return markers.guarded(text) }
        let guarded = markersAndTags.guarded(text)
        return turn.role == .tool ? "<tool_response>\n\(guarded)\n</tool_response>" : guarded
    }

    /// Puts the system text where the format wants it and returns what stands before the first turn.
    private func placeSystem(_ text: String?, in turns: inout [Turn]) -> String {
        guard let text else { return "" }
        let system = format.system
        if format.alternates, !turns.contains(where: { $0.role == .user }) {
            // These models answer a user turn only, so the instructions become one.
            if !text.isEmpty { turns.insert(Turn(role: .user, text: text), at: 0) }
            return ""
        }
        if system.position == .turn { return system.open + text + system.close }
        if text.isEmpty { return "" }
        let isLast = system.position == .lastUser
        let user = isLast ? turns.lastIndex { $0.role == .user } : turns.firstIndex { $0.role == .user }
        guard system.position != .bareText, let user else { return system.open + text + system.close }
        turns[user].text = system.open + text + system.close + turns[user].text
        return ""
    }

    private func write(_ turns: [Turn], after head: String) -> String {
        var text = head
        for (index, turn) in turns.enumerated() {
            switch turn.role {
            case .system: text += format.system.open + turn.text + format.system.close
            case .user: text += format.user.open + turn.text + format.user.close
            case .tool:
                let around = format.tool ?? format.user
                text += around.open + turn.text + around.close
            case .assistant where index == turns.count - 1:
                // A prefill follows the generation prompt as it is: no space, no trim, no end of turn.
                return text + format.generation + turn.text
            case .assistant:
                let said = format.trims.contains(.assistant) ? turn.text.trimmed() : turn.text
                text += format.assistant.open + said + format.assistant.close
            }
        }
        return text + format.generation
    }
}
