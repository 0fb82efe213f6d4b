/// The search in a text that goes on.
extension BareCalls {
    /// Whether the text begins with a call, or may yet.
    var mayLead: Bool {
        guard let watch else { return true }
        watch.hasSeenEnd = false
        var start = ByteCursor(bytes, watch: watch)
        start.skipSpace()
        if CallMarker.at(start.position, in: start) != nil { return false }
        if let body = body(at: start.position) {
            let isBracket = start.byte == UInt8(ascii: "{") || start.byte == UInt8(ascii: "[")
            if isBracket || body.cursor.isAtTextEnd { return true }
        }
        return watch.hasSeenEnd
    }

    /// Where a call behind other words may begin; the end of the text, if none can in what is written.
    ///
    /// From `certainEnd` on the blocks are not certain. What begins in one there is neither surely code nor does it surely
    /// count among the attempts.
    func settledEnd(certainUpTo certainEnd: Int) -> Int {
        min(firstStripped(certainEnd), firstTrailing(certainEnd))
    }

    private func firstTrailing(_ certainEnd: Int) -> Int {
        var attempts = Attempts()
        for index in bytes.indices where bytes[index] == UInt8(ascii: "{") || bytes[index] == UInt8(ascii: "[") {
            guard index > 0, bytes[index - 1].isLineEnd else { continue }
            let isInBlock = isInBlock(index)
            if isInBlock, index < certainEnd { continue }
            guard let next = bytes[(index + 1)...].first(where: { !$0.isSpace }) else { return index }
            guard isCallStart(next) else { continue }
            if mayEndText(at: index) { return index }
            switch attempts.fail(isCertain: !isInBlock) {
            case .next: continue
            case .over: return bytes.count
            case .unknown: return index
            }
        }
        return bytes.count
    }

    private func firstStripped(_ certainEnd: Int) -> Int {
        var attempts = Attempts()
        for index in bytes.indices where bytes[index] == UInt8(ascii: "{") {
            guard let name = nameStart(before: index) else { continue }
            let isInBlock = isInBlock(name.words)
            if isInBlock, name.words < certainEnd { continue }
            if mayEndText(at: name.call) { return name.words }
            switch attempts.fail(isCertain: !isInBlock) {
            case .next: continue
            case .over: return bytes.count
            case .unknown: return name.words
            }
        }
        let name = begunName()
        return isInBlock(name) && name < certainEnd ? bytes.count : name
    }

    /// Whether a body that ends the text stands at a place, or may.
    private func mayEndText(at index: Int) -> Bool {
        watch?.hasSeenEnd = false
        if let body = body(at: index), body.cursor.isAtTextEnd { return true }
        return watch?.hasSeenEnd ?? true
    }

    /// Where a name begins that the end of the text may have cut, or that a bracket may yet follow: `func`, `rea`,
    /// `functions.read:0`, `read` and white space, `read` and a fence.
    func begunName() -> Int {
        var first = tools.begunName(in: bytes, behind: Self.kinds) ?? bytes.count
        for end in nameEnds() {
            _ = tools.nameStart(bytes, endingAt: end) { start in
                first = min(first, start - (Self.kinds.first { isBefore(start, $0) }?.count ?? 0))
                return false
            }
        }
        return first
    }

    /// Where a name may end of which a bracket is yet to come: the way of `nameStart`, backwards.
    private func nameEnds() -> [Int] {
        let blank = skippingSpace(before: bytes.count)
        var ends = [bytes.count, blank]
        for count in 1...Self.fence.count {
            // White space follows a whole fence only.
            let end = count == Self.fence.count ? blank : bytes.count
            guard isBefore(end, Array(Self.fence.prefix(count))) else { continue }
            ends += [end - count, skippingSpace(before: end - count)]
        }
        for end in ends {
            var name = end
            while name > 0, bytes[name - 1].isDigit { name -= 1 }
            if name > 0, bytes[name - 1] == UInt8(ascii: ":") { ends.append(name - 1) }
        }
        return ends
    }
}

/// How many candidates of a text could not be read.
private struct Attempts {
    enum Next {
        case next
        /// The search ends here.
        case over
        /// Whether it goes on is not certain.
        case unknown
    }

    private var certain = 0
    private var uncertain = 0

    mutating func fail(isCertain: Bool) -> Next {
        if isCertain { certain += 1 } else { uncertain += 1 }
        if certain == CallLimits.attemptsMax { return .over }
        return uncertain == CallLimits.attemptsMax ? .unknown : .next
    }
}
