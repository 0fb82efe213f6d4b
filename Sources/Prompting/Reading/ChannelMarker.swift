/// The control texts of gpt-oss' Harmony that a worker shows.
///
/// llama.cpp makes `<|start|>`, `<|channel|>`, `<|message|>` and `<|constrain|>` visible; workers that hide special
/// tokens show none of them, and the text is read by `FlattenedChannels`.
enum ChannelMarker: String, CaseIterable {
    case start = "<|start|>"
    case channel = "<|channel|>"
    case message = "<|message|>"
    case constrain = "<|constrain|>"
    case end = "<|end|>"
    case returning = "<|return|>"
    case call = "<|call|>"

    private static let bytes = allCases.map { (marker: $0, bytes: Array($0.rawValue.utf8)) }

    /// The texts of all markers.
    static let texts = bytes.map(\.bytes)

    /// The marker at an index, and its place.
    static func at(_ index: Int, in text: [UInt8], before end: Int) -> (marker: ChannelMarker, range: Range<Int>)? {
        guard index < end, text[index] == UInt8(ascii: "<"),
            let found = bytes.first(where: { text.holds($0.bytes, at: index, before: end) })
        else { return nil }
        return (found.marker, index..<index + found.bytes.count)
    }

    /// Whether a text ends in front of the words of a message: in its header, or in a marker that is half there.
    static func isWithinHeader(_ text: [UInt8]) -> Bool {
        let begun = text.count - text.possibleStart(ofAny: texts, in: text.indices)
        if begun > 1 { return true }
        guard let last = all(in: text, text.indices).last else { return false }
        return last.marker != .message || text[last.range.upperBound...].allSatisfy(\.isSpace)
    }

    /// All markers within a range.
    static func all(in text: [UInt8], _ range: Range<Int>) -> [(marker: ChannelMarker, range: Range<Int>)] {
        range.compactMap { at($0, in: text, before: range.upperBound) }
    }
}
