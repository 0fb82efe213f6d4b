/// Reads an answer that comes in Harmony's channels (gpt-oss).
///
/// `<|channel|>analysis<|message|>…<|end|><|start|>assistant<|channel|>final<|message|>…`: analysis is the thought, final
/// and commentary to nobody are the answer, and words to a tool are calls.
struct Channels {
    /// A text's parts, put together from its messages.
    struct Parts {
        var reasoning: [UInt8] = []
        var content: [UInt8] = []
        var calls: [ChannelCall] = []
        /// Whether there was a thought before the answer's first words, `nil` while there are none.
        var isThoughtFirst: Bool?
        /// Whether the text ends within a thought.
        var endsInThought = false
        /// Whether the model itself has ended the answer: what follows is not read.
        var isFinished = false
    }

    private enum Place {
        /// Behind the role, if one was written, and before the marker of the message.
        ///
        /// Without the white space in front, which begins at another index.
        case header(start: Int, space: Int)
        case body(ChannelKind, start: Int)
    }

    private static let role = FlattenedChannels.role

    private let bytes: [UInt8]
    private let end: Int
    /// How far from its start an answer may turn out to be a thought whose channel was named by a bare word.
    private let bareBytesMax: Int
    private var place: Place
    private var parts = Parts()
    /// Where control texts are missing, and what would stand there with them; in order.
    private var repairs: [(range: Range<Int>, text: [UInt8])] = []

    /// The text with the control texts that a worker has hidden, as the model has written it.
    static func restored(_ bytes: [UInt8], _ reading: Reading) -> [UInt8] {
        var channels = Channels(bytes, bytes.indices, reading)
        for (marker, range) in ChannelMarker.all(in: bytes, bytes.indices) where !channels.parts.isFinished {
            channels.take(marker, range)
        }
        if !channels.parts.isFinished { channels.close(at: bytes.endIndex) }
        var result: [UInt8] = []
        var copied = 0
        for repair in channels.repairs {
            result += bytes[copied..<repair.range.lowerBound] + repair.text
            copied = repair.range.upperBound
        }
        return result + bytes[copied...]
    }

    /// Reads the text within a range; without any sign of channels it is the answer.
    ///
    /// - Parameters:
    ///   - bytes: what the worker sent.
    ///   - range: the part of it to read.
    ///   - reading: how it is read; where that is a continuation, the prompt has opened the final channel.
    /// - Returns: the thought, the answer and the calls.
    static func parts(of bytes: [UInt8], _ range: Range<Int>, _ reading: Reading) -> Parts {
        var channels = Channels(bytes, range, reading)
        for (marker, range) in ChannelMarker.all(in: bytes, range) where !channels.parts.isFinished {
            channels.take(marker, range)
        }
        if !channels.parts.isFinished {
            if case .body(.reasoning, _) = channels.place { channels.parts.endsInThought = true }
            channels.close(at: range.upperBound)
        }
        return channels.parts
    }

    /// What is certain of the text within a range that may go on; without calls.
    ///
    /// White space at the end of a part may still be replaced.
    /// - Returns: the parts, finished where nothing that follows is read.
    static func settledParts(of bytes: [UInt8], _ range: Range<Int>, _ reading: Reading) -> Parts {
        var channels = Channels(bytes, range, reading)
        for (marker, place) in ChannelMarker.all(in: bytes, range) where !channels.parts.isFinished {
            guard channels.isCertain(marker, behind: place.upperBound..<range.upperBound) else {
                channels.settle(at: place.lowerBound)
                return channels.parts
            }
            channels.take(marker, place)
        }
        if !channels.parts.isFinished {
            channels.settle(at: bytes.possibleStart(ofAny: ChannelMarker.texts, in: range))
        }
        return channels.parts
    }

    private init(_ bytes: [UInt8], _ range: Range<Int>, _ reading: Reading) {
        self.bytes = bytes
        end = range.upperBound
        bareBytesMax = reading.unopenedThoughtBytesMax
        place = .body(.final, start: range.lowerBound)
        if !reading.isContinuation { openHeader(at: range.lowerBound) }
    }

    /// Whether what a marker does is known, by what stands behind it.
    private func isCertain(_ marker: ChannelMarker, behind rest: Range<Int>) -> Bool {
        switch marker {
        case .channel: !ChannelKind.texts.contains { bytes.isBeginning(rest, of: $0) }
        case .start: !bytes.isBeginning(bytes.trimmed(rest, trailing: false), of: Self.role)
        case .message, .constrain, .end, .returning, .call: true
        }
    }

    private mutating func take(_ marker: ChannelMarker, _ range: Range<Int>) {
        switch (place, marker) {
        case (.header(let start, _), .message):
            let header = start..<range.lowerBound
            // Otherwise an answer without a header mentions the marker.
            guard ChannelKind.isHeader(bytes, header) else { return }
            place = .body(ChannelKind(header: bytes, header), start: range.upperBound)
        case (.header(let start, _), .channel) where ChannelKind.isHeader(bytes, start..<range.lowerBound): break
        case (_, .channel):
            // A model may forget to end its message; other mentions of the marker are its words.
            guard ChannelKind.named(bytes, at: range.upperBound, end) != nil else { return }
            close(at: range.lowerBound)
            repairs.append((range.prefix(0), Array("<|end|><|start|>assistant".utf8)))
            openHeader(at: range.lowerBound)
        case (_, .start):
            close(at: range.lowerBound)
            if hasWords(before: range.lowerBound) { repairs.append((range.prefix(0), Array("<|end|>".utf8))) }
            openTurn(at: range.upperBound)
        case (_, .end), (_, .returning), (_, .call):
            close(at: range.lowerBound)
            if case .body(let kind, _) = place, kind == .final || marker != .end { parts.isFinished = true }
            openHeader(at: range.upperBound)
        case (_, .constrain), (.body, .message): break
        }
    }

    private mutating func openHeader(at index: Int) {
        place = .header(start: bytes.trimmed(index..<end, trailing: false).lowerBound, space: index)
    }

    /// Begins a turn: if it is another's, the model has gone on to play it, and the answer is over.
    private mutating func openTurn(at index: Int) {
        openHeader(at: index)
        guard case .header(let start, _) = place else { return }
        if bytes.holds(Self.role, at: start, before: end) {
            openHeader(at: start + Self.role.count)
        } else {
            parts.isFinished = !Self.role.starts(with: bytes[start..<end])
            openHeader(at: end)
        }
    }

    /// Whether a message stands before an index rather than nothing.
    private func hasWords(before index: Int) -> Bool {
        switch place {
        case .body: true
        case .header(let start, _): start < index
        }
    }

    /// Ends what is being read.
    private mutating func close(at index: Int) {
        switch place {
        case .body(let kind, let start): add(start..<index, to: kind)
        case .header(let start, let space): closeHeader(start..<max(start, index), space: space)
        }
    }

    /// Reads a text that lacks the message's marker: a header cut short, or words whose markers were hidden.
    private mutating func closeHeader(_ words: Range<Int>, space: Int) {
        switch ChannelStart(of: words, in: bytes, bareBytesMax: bareBytesMax, isWhole: true) {
        case .flattened:
            let messages = FlattenedChannels.messages(in: bytes, words)
            for message in messages { add(message.body, to: message.kind) }
            repairs.append((space..<words.upperBound, FlattenedChannels.restored(messages, words, in: bytes)))
        case .header: addHeader(words)
        case .words, .undecided: add(space..<words.upperBound, to: .commentary)
        }
    }

    /// Reads what begins with a header, of which only the first bytes can be one.
    private mutating func addHeader(_ words: Range<Int>) {
        let head = words.prefix(ReadingLimits.headerBytesMax)
        if let channel = ChannelMarker.all(in: bytes, head).last(where: { $0.marker == .channel }),
            let (_, start) = ChannelKind.named(bytes, at: channel.range.upperBound, words.upperBound)
        {
            let kind = ChannelKind(header: bytes, head)
            if case .call(let recipient) = kind {
                let body = FlattenedChannels.body(of: bytes, recipient.upperBound..<words.upperBound)
                // Without a body only the header was there.
                if !body.isEmpty { add(body, to: kind) }
            } else {
                add(start..<words.upperBound, to: kind)
            }
        } else if words.count > ReadingLimits.headerBytesMax {
            // What is so long was none, and no words are lost.
            add(words, to: .commentary)
        }
        // A name that is not known yet was cut short.
    }

    /// Reads what is certain up to an index, behind which anything may follow.
    private mutating func settle(at index: Int) {
        switch place {
        case .body(.call, _): break
        case .body(let kind, let start): add(start..<max(start, index), to: kind)
        case .header(let start, let space): settleHeader(start..<max(start, index), space: space)
        }
        parts.calls = []
    }

    private mutating func settleHeader(_ words: Range<Int>, space: Int) {
        switch ChannelStart(of: words, in: bytes, bareBytesMax: bareBytesMax, isWhole: false) {
        case .undecided: break
        case .flattened:
            for message in FlattenedChannels.settledMessages(in: bytes, words) { add(message.body, to: message.kind) }
        case .header:
            // The name of a channel may go on behind the last byte that counts.
            let nameBytesMax = ChannelKind.texts.map(\.count).max() ?? 0
            if words.count > ReadingLimits.headerBytesMax + nameBytesMax { addHeader(words) }
        case .words: add(space..<words.upperBound, to: .commentary)
        }
    }

    private mutating func add(_ body: Range<Int>, to kind: ChannelKind) {
        parts.add(bytes, body, to: kind)
    }
}
