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

    /// The marker at an index, and its place.
    static func at(_ index: Int, in text: [UInt8], before end: Int) -> (marker: ChannelMarker, range: Range<Int>)? {
        guard index < end, text[index] == UInt8(ascii: "<"),
            let found = bytes.first(where: { text.holds($0.bytes, at: index, before: end) })
        else { return nil }
        return (found.marker, index..<index + found.bytes.count)
    }

    /// All markers within a range.
    static func all(in text: [UInt8], _ range: Range<Int>) -> [(marker: ChannelMarker, range: Range<Int>)] {
        range.compactMap { at($0, in: text, before: range.upperBound) }
    }
}
