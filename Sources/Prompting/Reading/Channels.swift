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
        /// Whether the text ends within a thought.
        var endsInThought = false
        /// Whether the model itself has ended the answer: what follows is not read.
        var isFinished = false
    }

    private enum Place {
        /// Behind the role, if one was written, and before the marker of the message; without white space in front.
        case header(start: Int)
        case body(ChannelKind, start: Int)
    }

    private static let role = Array("assistant".utf8)

    private let bytes: [UInt8]
    private let end: Int
    private var place: Place
    private var parts = Parts()

    /// Reads the text within a range.
    ///
    /// - Parameters:
    ///   - bytes: what the worker sent.
    ///   - range: the part of it to read.
    ///   - isFinalOpen: whether the prompt has opened the final channel.
    /// - Returns: `nil` for a text without any sign of channels.
    static func parts(of bytes: [UInt8], _ range: Range<Int>, isFinalOpen: Bool) -> Parts? {
        let markers = ChannelMarker.all(in: bytes, range)
        guard isFinalOpen || !markers.isEmpty || !FlattenedChannels.messages(in: bytes, range).isEmpty else {
            return nil
        }
        var channels = Channels(bytes, range, isFinalOpen: isFinalOpen)
        for (marker, range) in markers where !channels.parts.isFinished {
            channels.take(marker, range)
        }
        if !channels.parts.isFinished {
            if case .body(.reasoning, _) = channels.place { channels.parts.endsInThought = true }
            channels.close(at: range.upperBound)
        }
        return channels.parts
    }

    private init(_ bytes: [UInt8], _ range: Range<Int>, isFinalOpen: Bool) {
        self.bytes = bytes
        end = range.upperBound
        place = .body(.final, start: range.lowerBound)
        if !isFinalOpen { openHeader(at: range.lowerBound) }
    }

    private mutating func take(_ marker: ChannelMarker, _ range: Range<Int>) {
        switch (place, marker) {
        case (.header(let start), .message):
            let header = start..<range.lowerBound
            // Otherwise an answer without a header mentions the marker.
            guard ChannelKind.isHeader(bytes, header) else { return }
            place = .body(ChannelKind(header: bytes, header), start: range.upperBound)
        case (.header(let start), .channel) where ChannelKind.isHeader(bytes, start..<range.lowerBound): break
        case (_, .channel):
            // A model may forget to end its message; other mentions of the marker are its words.
            guard ChannelKind.named(bytes, at: range.upperBound, end) != nil else { return }
            close(at: range.lowerBound)
            openHeader(at: range.lowerBound)
        case (_, .start):
            close(at: range.lowerBound)
            openTurn(at: range.upperBound)
        case (_, .end), (_, .returning), (_, .call):
            close(at: range.lowerBound)
            if case .body(let kind, _) = place, kind == .final || marker != .end { parts.isFinished = true }
            openHeader(at: range.upperBound)
        case (_, .constrain), (.body, .message): break
        }
    }

    private mutating func openHeader(at index: Int) {
        place = .header(start: bytes.trimmed(index..<end, trailing: false).lowerBound)
    }

    /// Begins a turn: if it is another's, the model has gone on to play it, and the answer is over.
    private mutating func openTurn(at index: Int) {
        openHeader(at: index)
        guard case .header(let start) = place else { return }
        if bytes.holds(Self.role, at: start, before: end) {
            openHeader(at: start + Self.role.count)
        } else {
            parts.isFinished = !Self.role.starts(with: bytes[start..<end])
            openHeader(at: end)
        }
    }

    /// Ends what is being read.
    private mutating func close(at index: Int) {
        switch place {
        case .body(let kind, let start): add(start..<index, to: kind)
        case .header(let start): closeHeader(start..<max(start, index))
        }
    }

    /// Reads a text that lacks the message's marker: a header cut short, or words whose markers were hidden.
    private mutating func closeHeader(_ words: Range<Int>) {
        let messages = FlattenedChannels.messages(in: bytes, words)
        if !messages.isEmpty {
            for message in messages { add(message.body, to: message.kind) }
        } else if ChannelKind.isHeader(bytes, words) {
            // Behind the name of a channel only: a name that is not known yet was cut short.
            guard let channel = ChannelMarker.all(in: bytes, words).last(where: { $0.marker == .channel }),
                let (_, start) = ChannelKind.named(bytes, at: channel.range.upperBound, words.upperBound)
            else { return }
            let kind = ChannelKind(header: bytes, words)
            if case .call(let recipient) = kind {
                let body = FlattenedChannels.body(of: bytes, recipient.upperBound..<words.upperBound)
                // Without a body only the header was there.
                if !body.isEmpty { add(body, to: kind) }
            } else {
                add(start..<words.upperBound, to: kind)
            }
        } else {
            add(words, to: .commentary)
        }
    }

    private mutating func add(_ body: Range<Int>, to kind: ChannelKind) {
        switch kind {
        case .reasoning: add(body, to: &parts.reasoning)
        case .final, .commentary: add(body, to: &parts.content)
        case .call(let recipient):
            // Agents run each call, and no model means more at once.
            guard parts.calls.count < Self.callsMax, !recipient.isEmpty else { return }
            parts.calls.append(ChannelCall(bytes, recipient: recipient, body: body))
        }
    }

    private static let callsMax = 64

    /// Puts a blank line between two messages of one kind; the first and the last keep their outer white space.
    private func add(_ body: Range<Int>, to text: inout [UInt8]) {
        let words = bytes.trimmed(body, trailing: false)
        // Messages of nothing add nothing; kept, their white space would be walked through again by each that follows.
        if words.isEmpty, !text.isEmpty { return }
        let kept = text.trimmed(text.indices, leading: false)
        if words.isEmpty || kept.isEmpty {
            text += bytes[body]
        } else {
            text.replaceSubrange(kept.upperBound..., with: Array("\n\n".utf8) + bytes[words])
        }
    }
}
