/// The scan of a text that goes on.
///
/// It takes the steps of `run` as long as each is certain, that is as long as it has not seen the end of the text, and
/// halts where a call begins or may.
extension CallScan {
    struct Settled {
        /// Where a call may begin: none does before, whatever follows.
        let end: Int
        /// From where on blocks may turn out to be none.
        let certainEnd: Int
        /// Whether a call was passed that is only mentioned: what is one may be none in a text that was cut.
        let hasMentionedCall: Bool
    }

    mutating func runSettled(_ watch: EndWatch) -> Settled {
        var certainEnd = cursor.end
        var hasMentionedCall = false
        func settled(_ end: Int) -> Settled {
            Settled(end: end, certainEnd: min(certainEnd, end), hasMentionedCall: hasMentionedCall)
        }
        while attempts < CallLimits.attemptsMax, let byte = cursor.byte {
            watch.hasSeenEnd = false
            let start = cursor.position
            if byte == UInt8(ascii: "`"), isLineStart(start), let fence = Fence(at: cursor) {
                guard pass(fence, watch) else { return settled(start) }
                continue
            }
            if byte == UInt8(ascii: ">"), isLineStart(start) {
                _ = cursor.run { !$0.isLineEnd }
                continue
            }
            if byte == UInt8(ascii: "{") {
                if let end = objectEnd() {
                    cursor.position = end
                    continue
                }
                // If the object becomes whole, what follows here is a part of it, and holds neither a call nor a block.
                // If not, it is read as it stands.
                if watch.hasSeenEnd { certainEnd = min(certainEnd, start) }
                cursor.position += 1
                continue
            }
            let marker = CallMarker.at(start, in: cursor)
            if watch.hasSeenEnd { return settled(start) }
            if let marker {
                guard pass(marker, watch) else { return settled(start) }
                hasMentionedCall = hasMentionedCall || cursor.position > start + marker.text.count
            } else {
                cursor.position += 1
            }
        }
        return settled(cursor.end)
    }

    /// Goes behind a marker that begins no call, as `take` does; `false` if it may begin one.
    private mutating func pass(_ marker: CallMarker, _ watch: EndWatch) -> Bool {
        let start = cursor.position
        let textEnd = start + marker.text.count
        var body = CallBody(tools: tools, isCut: isCut, isMarked: true, at: cursor)
        body.cursor.position += marker.skipped
        if marker.needsJSON, !body.isAtBracket {
            cursor.position = textEnd
            return !watch.hasSeenEnd
        }
        let outcome = body.read()
        if watch.hasSeenEnd { return false }
        if isMention(start) {
            if case .read = outcome { cursor.position = body.cursor.position } else { attempts += 1 }
            cursor.position = max(cursor.position, textEnd)
            return true
        }
        // A marker within a line with other words behind it is itself a word.
        guard case .nothing = outcome, !isLineStart(start) else { return false }
        cursor.position = textEnd
        return !isAtMarker && !watch.hasSeenEnd
    }

    /// Goes behind a fenced block that holds no call, or to the end of the text if it is not closed; `false` if it may
    /// hold one.
    private mutating func pass(_ fence: Fence, _ watch: EndWatch) -> Bool {
        // The label may go on.
        if fence.contentStart == cursor.end { return false }
        let isClosed = fence.isClosed && fence.end < cursor.end
        if fence.mayHoldCalls, mayCall(fence, isClosed: isClosed, watch) {
            guard isClosed, !fence.isLabelledAsCalls, !mayEndAnswer(behind: fence, watch) else { return false }
        }
        add(fence)
        cursor.position = isClosed ? fence.end : cursor.end
        return true
    }

    /// Whether what a block holds, or may yet hold, is calls.
    func mayCall(_ fence: Fence, isClosed: Bool, _ watch: EndWatch) -> Bool {
        var end = fence.contentEnd
        if !isClosed {
            // The fence that closes the block may be half written.
            while end > fence.contentStart, cursor.bytes[end - 1].isSpace || cursor.bytes[end - 1] == UInt8(ascii: "`")
            {
                end -= 1
            }
        }
        watch.hasSeenEnd = false
        var inner = ByteCursor(cursor.bytes, at: fence.contentStart, end: end, watch: isClosed ? nil : watch)
        inner.skipSpace()
        let marker = CallMarker.at(inner.position, in: inner)
        inner.position += marker?.skipped ?? 0
        var isMarked = marker != nil || fence.isLabelledAsCalls
        var body = CallBody(tools: tools, isCut: isCut, isMarked: isMarked, at: inner)
        while case .read = body.read() {
            body.cursor.skipSpace()
            if body.cursor.isAtEnd { return true }
            guard let next = CallMarker.at(body.cursor.position, in: body.cursor) else { break }
            isMarked = true
            body = CallBody(tools: tools, isCut: isCut, isMarked: isMarked, at: body.cursor)
            body.cursor.position += next.skipped
        }
        return watch.hasSeenEnd
    }

    /// Whether further blocks alone may follow a block up to the end of the answer.
    func mayEndAnswer(behind fence: Fence, _ watch: EndWatch) -> Bool {
        var rest = cursor
        rest.position = fence.end
        for _ in 0..<CallLimits.attemptsMax {
            watch.hasSeenEnd = false
            rest.skipEnds()
            if watch.hasSeenEnd { return true }
            guard let next = Fence(at: rest) else { return watch.hasSeenEnd }
            if next.contentStart == rest.end { return true }
            guard next.mayHoldCalls else { return false }
            guard next.isClosed, next.end < rest.end else { return true }
            rest.position = next.end
        }
        return false
    }
}
