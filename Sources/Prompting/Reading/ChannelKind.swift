/// What a message of a Harmony channel is to the client.
enum ChannelKind: Equatable {
    /// The thought.
    case reasoning
    /// The answer, and words to nobody in particular before a call.
    case final, commentary
    /// Words to a tool, whose name stands within a range of the text; empty where it was cut.
    case call(to: Range<Int>)

    private static let names: [(name: [UInt8], kind: ChannelKind)] = [
        (Array("analysis".utf8), .reasoning), (Array("final".utf8), .final), (Array("commentary".utf8), .commentary),
    ]
    private static let recipient = Array("to=".utf8)

    /// The names of all channels.
    static let texts = names.map(\.name)

    /// The kind that a header announces: what stands between the role and the marker of the message.
    ///
    /// A header without a channel or with an unknown one announces an answer, so that no words are lost.
    init(header bytes: [UInt8], _ range: Range<Int>) {
        let channel = ChannelMarker.all(in: bytes, range).last { $0.marker == .channel }
        let name = channel?.range.upperBound ?? range.lowerBound
        if let start = bytes.firstIndex(of: Self.recipient, in: range) {
            self = .call(to: Self.name(in: bytes, start + Self.recipient.count..<range.upperBound))
        } else {
            self = Self.named(bytes, at: name, range.upperBound)?.kind ?? .final
        }
    }

    /// Whether a text without white space in front is what a header may be: short, and beginning as one does.
    ///
    /// Behind the bare name of a channel words would be its message.
    static func isHeader(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        guard range.count <= ReadingLimits.headerBytesMax else { return false }
        let (start, end) = (range.lowerBound, range.upperBound)
        if range.isEmpty || ChannelMarker.at(start, in: bytes, before: end) != nil { return true }
        if hasRecipient(bytes, range) { return true }
        guard let (_, next) = named(bytes, at: start, end) else { return false }
        let rest = bytes.trimmed(next..<end, trailing: false)
        return rest.isEmpty || ChannelMarker.at(rest.lowerBound, in: bytes, before: end) != nil
    }

    /// Whether the name of a channel stands at an index where no marker says so, rather than a word of the answer that
    /// begins like one ("finally", "analysis of").
    static func isBareName(_ bytes: [UInt8], at index: Int, _ end: Int) -> Bool {
        guard let (_, next) = named(bytes, at: index, end) else { return false }
        guard next < end else { return true }
        return !bytes[next].isBlank && !(UInt8(ascii: "a")...UInt8(ascii: "z")).contains(bytes[next])
    }

    /// The kind whose channel's name stands at an index, and the name's end.
    static func named(_ bytes: [UInt8], at index: Int, _ end: Int) -> (kind: ChannelKind, end: Int)? {
        guard let found = names.first(where: { bytes.holds($0.name, at: index, before: end) }) else { return nil }
        return (found.kind, index + found.name.count)
    }

    /// The name of a channel at an index, `nil` if there is none.
    static func name(at index: Int, in bytes: [UInt8], _ end: Int) -> [UInt8]? {
        texts.first { bytes.holds($0, at: index, before: end) }
    }

    /// Whether a text begins by naming a recipient.
    static func hasRecipient(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        recipient(in: bytes, range) != nil
    }

    /// Whether a text without white space in front may go on to name a recipient.
    static func mayBeRecipient(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        bytes.isBeginning(range, of: recipient)
    }

    /// The recipient whom a text begins with by naming it.
    static func recipient(in bytes: [UInt8], _ range: Range<Int>) -> Range<Int>? {
        let start = bytes.trimmed(range, trailing: false).lowerBound
        guard bytes.holds(recipient, at: start, before: range.upperBound) else { return nil }
        return name(in: bytes, start + recipient.count..<range.upperBound)
    }

    /// The name that a text begins with.
    private static func name(in bytes: [UInt8], _ range: Range<Int>) -> Range<Int> {
        let end = range.first { bytes[$0].isSpace || bytes[$0] == UInt8(ascii: "<") || bytes[$0] == UInt8(ascii: "{") }
        return range.lowerBound..<(end ?? range.upperBound)
    }
}
