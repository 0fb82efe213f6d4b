/// A conversation in the turns that a format can write, each in pieces that are not copied.
struct PromptLayout {
    struct Block {
        var role: Turn.Role
        var pieces: [Piece]
        /// Results of tools, in whatever turn the format writes them.
        var isResults = false
    }

    /// What stands before the first turn.
    private(set) var head: [Piece] = []
    private(set) var blocks: [Block] = []
    /// The assistant's own words at the end, which the model goes on from; empty when there are none.
    private(set) var prefill: [Piece] = []

    private let format: PromptFormat
    private let form: ReasoningStyle.Form

    init(_ turns: [Turn], format: PromptFormat, form: ReasoningStyle.Form) {
        self.format = format
        self.form = form
        let leading = turns.prefix { $0.role == .system }
        var rest = turns.dropFirst(leading.count)
        let last = rest.last?.role == .assistant ? rest.popLast() : nil
        for turn in rest { add(turn) }
        if let last { open(last) }
        placeSystem(leading)
        endUserTurns()
    }

    private mutating func add(_ turn: Turn) {
        switch turn.role {
        case .user: add(Block(role: .user, pieces: [said(turn)]))
        case .assistant:
            let answer = turn.text[...].droppingThought(between: format.thoughtTags)
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

    private mutating func addResult(_ turn: Turn) {
        let tool = format.tool
        let result = wrapper(tool.result.open, turn) + [said(turn)] + wrapper(tool.result.close, turn)
        if blocks.last?.isResults == true, let join = tool.join {
            blocks[blocks.count - 1].pieces += [Piece(join)] + result
        } else {
            add(Block(role: tool.turn == nil ? .user : .tool, pieces: result, isResults: true))
        }
    }

    /// The text around a result, with the id of its call.
    private func wrapper(_ text: String, _ turn: Turn) -> [Piece] {
        guard let place = text.firstRange(of: "{id}") else { return [Piece(text)] }
        return [
            Piece(String(text[..<place.lowerBound])), Piece(turn.callID[...], of: .tool),
            Piece(String(text[place.upperBound...])),
        ]
    }

    /// The text of a message as the format's template takes it.
    private func said(_ turn: Turn) -> Piece {
        Piece(format.trims.contains(turn.role) ? turn.text[...].trimmed() : turn.text[...], of: turn.role)
    }

    /// A prefill is kept to the byte; where roles alternate it also goes on from the answer before it.
    private mutating func open(_ turn: Turn) {
        guard !turn.text.isEmpty else { return }
        if format.alternates, blocks.last?.role == .assistant { prefill = blocks.removeLast().pieces }
        prefill.join([Piece(turn.text[...], of: .assistant)])
    }

    /// Puts the text of the leading system messages where the format wants it.
    private mutating func placeSystem(_ leading: ArraySlice<Turn>) {
        var text = form.systemLine.isEmpty ? [] : [Piece(form.systemLine)]
        for turn in leading { text.join([said(turn)]) }
        if !form.systemFront.isEmpty { text.insert(Piece(form.systemFront), at: 0) }
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
        case .lastUser: blocks.lastIndex { $0.role == .user }
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
