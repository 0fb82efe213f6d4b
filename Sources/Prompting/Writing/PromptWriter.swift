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
    package func render(_ conversation: Conversation, effort: ThinkingEffort? = nil, today: String) -> Prompt {
        precondition(!conversation.turns.isEmpty, "A conversation has at least one turn.")
        let isForced = !conversation.opening.isEmpty
        let layout = PromptLayout(conversation, format: self, effort: effort)
        let opening = isForced && reasoning.hasChannels ? generation : opening(before: layout.prefill, layout.form)
        let size = conversation.turns.reduce(conversation.definitions.utf8.count) { $0 + $1.text.utf8.count + 128 }
        var writer = PromptWriter(self, capacity: size + 4096)
        let note = conversation.definitions.isEmpty ? "" : toolNote
        writer.write(filled(prefix, effort: effort, today: today, toolNote: note))
        writer.write(layout.head)
        writer.write(layout.form.afterSystem)
        for block in layout.blocks { writer.write(block) }
        writer.write(opening)
        writer.write(layout.prefill)
        let text = writer.text
        return Prompt(
            text: text,
            stops: stops(after: opening, isForced: isForced) + conversation.stops,
            format: name,
            // One more for the begin-of-text token, which counts against the worker's context too.
            tokens: TokenEstimator(tokenizer: tokenizer).tokens(in: text) + 1,
            reading: isForced
                ? callReading() : reading(after: opening, prefill: layout.prefill, effort: effort),
            opening: conversation.opening,
            lead: lead(behind: opening)
        )
    }

    /// What a prefill stands behind and the end of a prompt without one does not have.
    private func lead(behind opening: String) -> String {
        guard let prefill, opening == generation, prefill.utf8.starts(with: generation.utf8) else { return "" }
        return String(decoding: prefill.utf8.dropFirst(generation.utf8.count), as: UTF8.self)
    }

    /// What makes the model answer, or go on from a prefill.
    private func opening(before prefill: [Piece], _ form: ReasoningStyle.Form) -> String {
        if prefill.isEmpty { return generation + form.generation }
        let start = self.prefill ?? generation
        if !reasoning.hasChannels, thought(begunBy: prefill) != nil { return start }
        // An answer that has begun is written as an earlier one is.
        return start + (reasoning.history.isEmpty ? form.generation : reasoning.history)
    }

    /// What switches thinking on or off: off where the answer or a call of it has begun, which leaves no room for a
    /// thought before it, unless what has begun is the thought.
    func form(for effort: ThinkingEffort?, isForced: Bool, prefill: [Piece]) -> ReasoningStyle.Form {
        let isBegun = !prefill.isEmpty && (reasoning.hasChannels || thought(begunBy: prefill) == nil)
        let isOff = isForced || isBegun && reasoning.thinks(at: effort)
        return isOff ? reasoning.off : reasoning.form(for: effort)
    }

    /// Within the channel of the answer or of a call the end of a message ends it; before, it would end the thought.
    private func stops(after opening: String, isForced: Bool) -> [String] {
        reasoning.hasChannels && (isForced || opening != generation) ? [assistant.close] + stops : stops
    }

    private func filled(_ text: String, effort: ThinkingEffort?, today: String, toolNote: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "{")) else { return text }
        return text.replacing("{today}", with: today).replacing("{effort}", with: (effort ?? .medium).level)
            .replacing("{toolNote}", with: toolNote)
    }
}

/// The one renderer of all formats: it asks the format what to do and knows no family itself.
private struct PromptWriter {
    private let format: PromptFormat
    private let guards: MarkerGuards
    private var buffer: PromptBuffer

    init(_ format: PromptFormat, capacity: Int) {
        self.format = format
        guards = format.guards ?? MarkerGuards(format)
        buffer = PromptBuffer(capacity: capacity)
    }

    /// All that was written.
    var text: String { buffer.text(guardedBy: guards.tool) }

    mutating func write(_ text: String) {
        buffer.append(text[...])
    }

    mutating func write(_ pieces: [Piece]) {
        for piece in pieces {
            switch piece.role {
            case nil: buffer.append(piece.text)
            case .assistant, .call: buffer.append(piece.text, guardedBy: guards.assistant)
            case .system: buffer.append(piece.text, guardedBy: guards.system)
            case .user: buffer.append(piece.text, guardedBy: guards.user)
            case .tool: buffer.append(piece.text, guardedBy: guards.tool)
            }
        }
    }

    mutating func write(_ block: PromptLayout.Block) {
        let (open, close) = block.delimiters ?? delimiters(of: block.role)
        write(open)
        if block.role == .assistant { write(format.reasoning.history) }
        write(block.pieces)
        write(close)
    }

    private func delimiters(of role: Turn.Role) -> (open: [Piece], close: String) {
        switch role {
        case .system: ([Piece(format.system.open)], format.system.close)
        // Results that have a turn of their own bring its delimiters along.
        case .user, .tool: ([Piece(format.user.open)], format.user.close)
        case .assistant, .call: ([Piece(format.assistant.open)], format.assistant.close)
        }
    }
}
