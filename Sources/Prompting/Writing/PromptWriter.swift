extension PromptFormat {
    /// Writes a conversation as the text a model of this family continues.
    ///
    /// Never writes the token that begins a text (workers add it) nor a system prompt nobody gave. A conversation that
    /// ends with the assistant is a prefill: its last turn stays open and the model goes on from there.
    /// - Parameters:
    ///   - conversation: at least one turn.
    ///   - effort: how much the model shall think, `nil` for its own default.
    ///   - today: such as `2026-11-25`, for the one format whose system message carries the date.
    /// - Returns: the text, and how the answer to it is read back.
    package func render(_ conversation: Conversation, effort: ReasoningEffort? = nil, today: String) -> Prompt {
        precondition(!conversation.turns.isEmpty, "A conversation has at least one turn.")
        let form = reasoning.form(for: effort)
        let layout = PromptLayout(conversation.turns, format: self, form: form)
        let opening = opening(before: layout.prefill, form)
        var writer = PromptWriter(self, capacity: conversation.turns.reduce(4096) { $0 + $1.text.utf8.count + 128 })
        writer.write(filled(prefix, effort: effort, today: today))
        writer.write(layout.head)
        writer.write(form.afterSystem)
        for block in layout.blocks { writer.write(block) }
        writer.write(opening)
        writer.write(layout.prefill)
        let text = writer.text
        return Prompt(
            text: text,
            stops: stops(after: opening),
            format: name,
            // One more for the begin-of-text token, which counts against the worker's context too.
            tokens: TokenEstimator(tokenizer: tokenizer).tokens(in: text) + 1,
            reading: reading(after: opening, prefill: layout.prefill, effort: effort)
        )
    }

    /// What makes the model answer, or go on from a prefill.
    private func opening(before prefill: [Piece], _ form: ReasoningStyle.Form) -> String {
        if prefill.isEmpty { return generation + form.generation }
        let start = self.prefill ?? generation
        if !reasoning.hasChannels, thought(begunBy: prefill) != nil { return start }
        // An answer that has begun is written as an earlier one is, and never within a thought.
        if !reasoning.history.isEmpty { return start + reasoning.history }
        return start + (reasoning.leavesThoughtOpen(form.generation) ? reasoning.off : form).generation
    }

    /// Within the channel of the answer the end of a message ends it; before, it would end the thought.
    private func stops(after opening: String) -> [String] {
        reasoning.hasChannels && opening != generation ? [assistant.close] + stops : stops
    }

    private func filled(_ text: String, effort: ReasoningEffort?, today: String) -> String {
        guard text.contains("{") else { return text }
        return text.replacing("{today}", with: today).replacing("{effort}", with: (effort ?? .medium).level)
    }
}

/// The one renderer of all formats: it asks the format what to do and knows no family itself.
private struct PromptWriter {
    private let format: PromptFormat
    private let system: MarkerGuard
    private let user: MarkerGuard
    private let tool: MarkerGuard
    private var buffer: PromptBuffer

    init(_ format: PromptFormat, capacity: Int) {
        self.format = format
        system = MarkerGuard(format, role: .system)
        user = MarkerGuard(format, role: .user)
        tool = MarkerGuard(format, role: .tool)
        buffer = PromptBuffer(capacity: capacity)
    }

    /// All that was written.
    var text: String { buffer.text(guardedBy: tool) }

    mutating func write(_ text: String) {
        buffer.append(text[...])
    }

    mutating func write(_ pieces: [Piece]) {
        for piece in pieces {
            switch piece.role {
            case nil, .assistant: buffer.append(piece.text)
            case .system: buffer.append(piece.text, guardedBy: system)
            case .user: buffer.append(piece.text, guardedBy: user)
            case .tool: buffer.append(piece.text, guardedBy: tool)
            }
        }
    }

    mutating func write(_ block: PromptLayout.Block) {
        let (open, close) = delimiters(of: block.role)
        write(open)
        if block.role == .assistant { write(format.reasoning.history) }
        write(block.pieces)
        write(close)
    }

    private func delimiters(of role: Turn.Role) -> (open: String, close: String) {
        switch role {
        case .system: (format.system.open, format.system.close)
        case .user: (format.user.open, format.user.close)
        case .assistant: (format.assistant.open, format.assistant.close)
        case .tool: (format.tool.turn?.open ?? format.user.open, format.tool.turn?.close ?? format.user.close)
        }
    }
}
