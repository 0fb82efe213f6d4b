/// What words are that stand where a channel's header may be, told by how they begin.
///
/// The one place where that is decided, for a whole text and for one that may go on: what is said of a beginning holds
/// for all that follows it.
enum ChannelStart {
    /// The header of a message, whose marker is still to come or was left out.
    case header
    /// Messages without their control texts (`FlattenedChannels`).
    case flattened
    /// Words of the answer, without a header.
    case words
    /// The beginning of any of these.
    case undecided

    /// What words without white space in front are.
    ///
    /// - Parameters:
    ///   - words: all of them, or those that are there.
    ///   - bytes: the text.
    ///   - bareBytesMax: how far from the start a header has to stand to make the name of a channel of a word that may
    ///     as well be the answer's first ("analysis of").
    ///   - isWhole: whether no more of them follow; then nothing is `undecided`.
    init(of words: Range<Int>, in bytes: [UInt8], bareBytesMax: Int, isWhole: Bool) {
        let (start, end) = (words.lowerBound, words.upperBound)
        if !isWhole, Self.beginnings.contains(where: { bytes.isBeginning(words, of: $0) }) {
            self = .undecided
        } else if ChannelMarker.at(start, in: bytes, before: end) != nil {
            self = .header
        } else if FlattenedChannels.isTool(bytes, at: start, before: end) {
            // The marker of the message may still make a header of it.
            self = isWhole || words.count > ReadingLimits.headerBytesMax ? .flattened : .undecided
        } else if ChannelKind.hasRecipient(bytes, words) {
            self = .header
        } else if FlattenedChannels.isHeader(bytes, at: start, before: end) {
            self = .flattened
        } else if let (kind, next) = ChannelKind.named(bytes, at: start, end) {
            self = Self.named(kind, words, next, in: bytes, bareBytesMax: bareBytesMax, isWhole: isWhole)
        } else {
            self = .words
        }
    }

    /// What words are that begin with the name of a channel.
    private static func named(
        _ kind: ChannelKind,
        _ words: Range<Int>,
        _ nameEnd: Int,
        in bytes: [UInt8],
        bareBytesMax: Int,
        isWhole: Bool
    ) -> Self {
        let end = words.upperBound
        let rest = bytes.trimmed(nameEnd..<end, trailing: false)
        if rest.isEmpty { return isWhole ? .flattened : .undecided }
        if ChannelMarker.at(rest.lowerBound, in: bytes, before: end) != nil { return .header }
        if ChannelKind.hasRecipient(bytes, rest) { return .flattened }
        if !isWhole, ChannelKind.mayBeRecipient(bytes, rest) { return .undecided }
        if ChannelKind.isBareName(bytes, at: words.lowerBound, end) { return .flattened }
        // Nothing follows the final channel that could tell its name from a word ("finally").
        if kind == .final { return .words }
        let near = words.prefix(bareBytesMax)
        if FlattenedChannels.nextHeader(in: bytes, near) < near.upperBound { return .flattened }
        return isWhole || words.count >= bareBytesMax ? .words : .undecided
    }

    private static let beginnings = ChannelMarker.texts + ChannelKind.texts + FlattenedChannels.openers
}
