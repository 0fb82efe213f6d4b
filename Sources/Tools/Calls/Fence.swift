/// A fenced block of Markdown, as far as calls may stand in it.
struct Fence {
    private let label: String
    /// Where the text within begins.
    let contentStart: Int
    /// Where the text within ends.
    let contentEnd: Int
    /// Where the text behind begins.
    let end: Int
    /// Whether the closing fence is there.
    let isClosed: Bool

    /// The block whose opening fence stands at a cursor, `nil` if none does.
    init?(at cursor: ByteCursor) {
        var cursor = cursor
        let ticks = cursor.run { $0 == UInt8(ascii: "`") }
        guard ticks.count >= 3 else { return nil }
        let line = cursor.run { !$0.isLineEnd }
        label = cursor.text(line).trimmed
        // Code in backticks within a line, not a block.
        guard !label.contains("`") else { return nil }
        contentStart = cursor.position
        var closing: Range<Int>?
        while closing == nil, !cursor.isAtEnd {
            cursor.position += 1
            let start = cursor.position
            cursor.skipSpace()
            let run = cursor.run { $0 == UInt8(ascii: "`") }
            if run.count >= ticks.count, cursor.byte?.isLineEnd ?? true { closing = start..<run.upperBound }
            _ = cursor.run { !$0.isLineEnd }
        }
        contentEnd = closing?.lowerBound ?? cursor.bytes.count
        end = closing?.upperBound ?? cursor.bytes.count
        isClosed = closing != nil
    }

    var isLabelledAsCalls: Bool {
        ["tool_call", "tool_calls", "tool_code"].contains(label)
    }

    /// Whether the label is one that models give to calls.
    var mayHoldCalls: Bool {
        isLabelledAsCalls || ["", "json", "jsonc", "json5", "xml"].contains(label.lowercased())
    }
}
