/// What a stream has already said of one choice; it is never taken back.
package struct SentText: Equatable, Sendable {
    private var reasoning = SentPart()
    private var content = SentPart()
    private var isOpened: Bool

    /// Nothing yet; the opening of the first choice goes out with the head.
    package init(choice: Int) {
        isOpened = choice == 0
    }

    /// Whether an answer begins with what was said of it.
    func isBeginning(of content: String) -> Bool { content.utf8.starts(with: self.content.text.utf8) }

    /// Takes note of how far the text has come, and says what is new in it.
    ///
    /// Both parts begin with what was sent before. What does not is a text that took the first one's place: it follows
    /// behind a blank line.
    package mutating func advance(reasoning: String, content: String, choice: Int) -> [CompletionChunk.Piece] {
        var pieces: [CompletionChunk.Piece] = []
        if let new = self.reasoning.advance(to: reasoning) { pieces.append(.reasoning(new, choice: choice)) }
        if let new = self.content.advance(to: content) { pieces.append(.content(new, choice: choice)) }
        guard !pieces.isEmpty else { return [] }
        return opening(choice) + pieces
    }

    /// The opening of a choice whose stream has not begun.
    mutating func opening(_ choice: Int) -> [CompletionChunk.Piece] {
        guard !isOpened else { return [] }
        isOpened = true
        return [.opening(choice: choice)]
    }

    private struct SentPart: Equatable {
        private(set) var text = ""

        /// What has to be sent so that all of `whole` is out; nil for nothing.
        mutating func advance(to whole: String) -> String? {
            guard !whole.isEmpty else { return nil }
            let new: String
            if whole.utf8.starts(with: text.utf8) {
                new = String(decoding: whole.utf8.dropFirst(text.utf8.count), as: UTF8.self)
                text = whole
            } else if text.utf8.starts(with: whole.utf8) {
                return nil
            } else {
                new = "\n\n" + whole
                text += new
            }
            return new.isEmpty ? nil : new
        }
    }
}
