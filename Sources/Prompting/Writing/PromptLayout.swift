/// A conversation in the turns that a format can write, each in pieces that are not copied.
struct PromptLayout {
    struct Block {
        var role: Turn.Role
        var pieces: [Piece]
        /// Results of tools, in whatever turn the format writes them.
        var isResults = false
        /// What stands around the pieces, where it is not what the role has.
        var delimiters: (open: [Piece], close: String)?
    }

    /// What stands before the first turn.
    private(set) var head: [Piece] = []
    private(set) var blocks: [Block] = []
    /// The assistant's own words at the end, which the model goes on from; empty when there are none.
    private(set) var prefill: [Piece] = []

    /// What switches thinking on or off in this prompt.
    private(set) var form = ReasoningStyle.Form()

    private let format: PromptFormat

    init(_ conversation: Conversation, format: PromptFormat, effort: ThinkingEffort?) {
        self.format = format
        let leading = conversation.turns.prefix { $0.role == .system }
        var rest = conversation.turns.dropFirst(leading.count)
        let last = rest.last?.role == .assistant ? rest.popLast() : nil
        for turn in rest { add(turn) }
        if let last { open(last, before: conversation.opening) }
        form = format.form(for: effort, isForced: !conversation.opening.isEmpty, prefill: prefill)
        force(conversation.opening)
        placeSystem(leading, definitions: conversation.definitions)
        endUserTurns()
    }

    private mutating func add(_ turn: Turn) {
        switch turn.role {
        case .user: add(Block(role: .user, pieces: [said(turn)]))
        case .call where format.call != nil: addCall(turn)
        case .assistant, .call:
            let answer = format.withoutThought(turn)
            let text = format.trims.contains(.assistant) ? answer.trimmed() : answer
            add(Block(role: .assistant, pieces: [Piece(text, of: .assistant)]))
        case .tool: addResult(turn)
        case .system where format.system.later == .turn: add(Block(role: .system, pieces: [said(turn)]))
        case .system:
            let text = said(turn)
            if !text.text.isEmpty { add(Block(role: .user, pieces: [Piece("[System note: "), text, Piece("]")])) }
        }
    }

    private mutating func add(_ block: Block) {
        if format.alternates, blocks.last?.role == block.role {
            blocks[blocks.count - 1].pieces.join(block.pieces)
            blocks[blocks.count - 1].isResults = block.isResults
        } else {
            blocks.append(block)
        }
    }

    /// Adds a call as a turn of its own; the words in front of it are then no answer of their own.
    private mutating func addCall(_ turn: Turn) {
        guard let call = format.call else { return }
        if let last = blocks.indices.last, blocks[last].role == .assistant {
            blocks[last].role = .call
            blocks[last].delimiters = ([Piece(call.words.open)], call.words.close)
        }
        let open = filled(call.turn.open, "{name}", name(in: turn))
        blocks.append(
            Block(role: .call, pieces: [Piece(turn.text[...], of: .call)], delimiters: (open, call.turn.close))
        )
    }

    private mutating func addResult(_ turn: Turn) {
        let tool = format.tool
        let result =
            filled(tool.result.open, "{id}", turn.callID) + [said(turn)]
            + filled(tool.result.close, "{id}", turn.callID)
        if blocks.last?.isResults == true, let join = tool.join {
            blocks[blocks.count - 1].pieces += [Piece(join)] + result
        } else {
            let delimiters = tool.turn.map { (open: filled($0.open, "{name}", name(in: turn)), close: $0.close) }
            add(
                Block(role: tool.turn == nil ? .user : .tool, pieces: result, isResults: true, delimiters: delimiters)
            )
        }
    }

    /// What was called, in a word that fits where no call is known for a result.
    private func name(in turn: Turn) -> String {
        turn.callName.isEmpty ? "unknown" : turn.callName
    }

    /// Words of the format's in which a place stands for a word of the client's.
    private func filled(_ text: String, _ place: String, _ word: String) -> [Piece] {
        guard let place = text[...].utf8.first(place) else { return [Piece(text)] }
        return [
            Piece(String(text[..<place.lowerBound])), Piece(word[...], of: .tool),
            Piece(String(text[place.upperBound...])),
        ]
    }

    /// The text of a message as the format's template takes it.
    private func said(_ turn: Turn) -> Piece {
        Piece(format.trims.contains(turn.role) ? turn.text[...].trimmed() : turn.text[...], of: turn.role)
    }

    /// A prefill is kept to the byte, its markers too; where roles alternate it also goes on from the answer before it.
    private mutating func open(_ turn: Turn, before opening: String) {
        guard !turn.text.isEmpty else { return }
        if !opening.isEmpty, let call = format.call {
            let delimiters = (open: [Piece(call.words.open)], close: call.words.close)
            blocks.append(Block(role: .call, pieces: [Piece(turn.text)], delimiters: delimiters))
            return
        }
        if format.alternates, blocks.last?.role == .assistant { prefill = blocks.removeLast().pieces }
        prefill.join([Piece(turn.text)])
    }

    /// Opens the answer with a call, behind the client's own prefill, whose thought ends here at the latest.
    private mutating func force(_ opening: String) {
        guard !opening.isEmpty else { return }
        if let thought = format.openThought(of: prefill) { prefill.append(Piece(thought.close + "\n")) }
        if !prefill.isWordless { prefill.append(Piece("\n")) }
        prefill.append(Piece(opening))
    }

    /// Puts the text of the leading system messages, and the definitions of tools behind it, where the format wants it.
    private mutating func placeSystem(_ leading: ArraySlice<Turn>, definitions: String) {
        var text = form.systemLine.isEmpty ? [] : [Piece(form.systemLine)]
        for turn in leading { text.join([said(turn)]) }
        if !form.systemFront.isEmpty { text.insert(Piece(form.systemFront), at: 0) }
        if let around = format.system.messages, !leading.isEmpty || !text.isWordless {
            text = [Piece(around.open)] + text + [Piece(around.close)]
            if !definitions.isEmpty { text.append(Piece(definitions[...], of: .system)) }
        } else if !definitions.isEmpty {
            text.join([Piece(definitions[...], of: .system)])
        }
        let system = format.system
        let isGiven = !leading.isEmpty || system.isAlways == true || !text.isWordless
        if format.alternates, !blocks.contains(where: { $0.role == .user }) {
            // These models answer a user turn only, so the instructions become one.
            if !text.isWordless { blocks.insert(Block(role: .user, pieces: text), at: 0) }
            return
        }
        guard isGiven, system.position == .turn || !text.isWordless else { return }
        text = [Piece(system.open)] + text + [Piece(system.close)]
        if let user = userTurn(for: system.position) {
            blocks[user].pieces.insert(contentsOf: text, at: 0)
        } else {
            head = text
        }
    }

    /// The turn that takes the system text, `nil` if that stands before all turns.
    private func userTurn(for position: PromptFormat.SystemPosition) -> Int? {
        switch position {
        case .turn, .bareText: nil
        case .firstUser: blocks.firstIndex { $0.role == .user }
        case .lastUser:
            // Results stand in user turns too, and are nothing that a user said.
            blocks.lastIndex { $0.role == .user && !$0.isResults } ?? blocks.lastIndex { $0.role == .user }
        }
    }

    private mutating func endUserTurns() {
        guard !form.userEnd.isEmpty else { return }
        for index in blocks.indices where blocks[index].role == .user && !blocks[index].isResults {
            guard blocks[index].pieces.last?.text.utf8.reversed().starts(with: form.userEnd.utf8.reversed()) != true
            else { continue }
            blocks[index].pieces.append(Piece(form.userEnd))
        }
    }
}
