/// What an answer ends with, from the surest sign that it goes on to the surest that it has ended.
enum TextEnd: CaseIterable, Sendable {
    /// Within a fence, a bracket or a quotation, or behind a mark that something follows.
    case open
    /// Behind a blank line: models write one only before something else.
    case gap
    /// Within a sentence or a word.
    case running
    /// Behind words without a full stop, where the line before has none either: a list, a poem, an address.
    case item
    /// Behind a closing bracket or quotation mark, or a semicolon.
    case phrase
    /// Behind a row of a table.
    case row
    /// Behind a whole sentence, or whole code.
    case whole

    /// - Parameter bytes: the whole answer so far, as it came.
    init(of bytes: [UInt8]) {
        let marks = OpenMarks(of: bytes)
        let end = bytes.lastIndex { !$0.isWhite }.map { $0 + 1 } ?? 0
        let tail = Tail(bytes[..<end])
        if marks.isOpen {
            self = .open
        } else if bytes[end...].count(where: { $0 == UInt8(ascii: "\n") }) > 1 {
            self = .gap
        } else {
            self = tail.end
        }
    }
}
