/// A prompt while it is written, and the places where a message touches other text.
///
/// A message that holds no marker can still end with half of one that the text behind it completes: `[e~` before
/// `[e~[` (MiniMax), or `[/INST` in the brackets of a system note. So every such place is looked at once more at the end.
struct PromptBuffer {
    private static let zeroWidthSpace = "\u{200B}"

    private var written = ""
    /// Offsets in bytes.
    private var seams: [Int] = []

    /// - Parameter capacity: the expected length in bytes.
    init(capacity: Int) {
        written.reserveCapacity(capacity)
    }

    /// Adds a text as it is.
    mutating func append(_ text: Substring) {
        written.append(contentsOf: text)
    }

    /// Adds a message, with its markers broken.
    mutating func append(_ text: Substring, guardedBy markers: MarkerGuard) {
        guard !text.isEmpty else { return }
        seams.append(written.utf8.count)
        var copied = text.startIndex
        var offset = 0
        while let found = markers.next(in: text.utf8.span, from: offset) {
            // Behind all of the first character, which is one byte in every built-in marker.
            let marker = text.utf8.index(text.startIndex, offsetBy: found)
            let behind = text.unicodeScalars.index(after: marker)
            written.append(contentsOf: text[copied..<behind])
            written.append(Self.zeroWidthSpace)
            copied = behind
            offset = text.utf8.distance(from: text.startIndex, to: behind)
        }
        written.append(contentsOf: text[copied...])
        seams.append(written.utf8.count)
    }

    /// The text, with the markers broken that lie across the edge of a message.
    func text(guardedBy markers: MarkerGuard) -> String {
        var result = ""
        var copied = 0
        for seam in seams where seam > copied && markers.hasMarker(across: seam, of: written.utf8.span) {
            result += slice(copied, seam) + Self.zeroWidthSpace
            copied = seam
        }
        return copied == 0 ? exact : result + slice(copied, written.utf8.count)
    }

    /// What was written, in a buffer of its length: a prompt is kept for minutes, and the room to write it in was more.
    private var exact: String {
        var exact = ""
        exact.reserveCapacity(written.utf8.count)
        exact += written
        return exact
    }

    private func slice(_ start: Int, _ end: Int) -> Substring {
        let start = written.utf8.index(written.startIndex, offsetBy: start)
        return written[start..<written.utf8.index(written.startIndex, offsetBy: end)]
    }
}
