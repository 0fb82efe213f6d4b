/// The scan of a text that its length has ended, for the call that it ends inside of.
extension CallScan {
    /// The call that a text ends inside of.
    struct Begun {
        /// Where its marker or its fence begins.
        let outer: Int
        /// Where it begins itself, behind whole calls of the same marker.
        let call: Int

        init(_ outer: Int, call: Int? = nil) {
            self.outer = outer
            self.call = call ?? outer
        }
    }

    /// That call; `nil` if the text ends inside of none with a marker or in a fence.
    mutating func runBegun(_ watch: EndWatch) -> Begun? {
        /// Where a row of markers began, and where it ended: a call has to follow it.
        var row = 0..<0
        while attempts < CallLimits.attemptsMax, let byte = cursor.byte {
            let start = cursor.position
            if wholeCallEnd > 0, cursor.isAtResult { return nil }
            if byte == UInt8(ascii: "`"), isLineStart(start), let fence = Fence(at: cursor) {
                if isBegun(fence, watch) { return Begun(start) }
                add(fence)
                cursor.position = fence.end
            } else if byte == UInt8(ascii: ">"), isLineStart(start) {
                _ = cursor.run { !$0.isLineEnd }
            } else if byte == UInt8(ascii: "{"), let end = objectEnd() {
                cursor.position = end
            } else if let marker = CallMarker.at(start, in: cursor) {
                let isRow = row.upperBound > 0 && cursor.bytes[row.upperBound..<start].allSatisfy(\.isSpace)
                let first = isRow ? row.lowerBound : start
                switch passBegun(marker, watch) {
                case .inside(let call): return Begun(first, call: call)
                case .over: return nil
                case .marker: row = first..<cursor.position
                case .passed: continue
                }
            } else if isBegunMarker(start) {
                let isRow = row.upperBound > 0 && cursor.bytes[row.upperBound..<start].allSatisfy(\.isSpace)
                return Begun(isRow ? row.lowerBound : start)
            } else {
                cursor.position += 1
            }
        }
        return nil
    }

    private enum Passed {
        /// Within a call, behind whole ones in the same body.
        case inside(behind: Int?)
        /// A broken call ends what can be read.
        case over
        /// A marker without a call of its own.
        case marker
        case passed
    }

    private mutating func passBegun(_ marker: CallMarker, _ watch: EndWatch) -> Passed {
        let start = cursor.position
        let textEnd = start + marker.text.count
        let isMention = isMention(start)
        var body = CallBody(tools: tools, isCut: true, isMarked: true, at: cursor)
        body.cursor.position += marker.skipped
        watch.hasSeenEnd = false
        if marker.needsJSON, !body.isAtBracket {
            cursor.position = textEnd
            return watch.hasSeenEnd && !isMention ? .inside(behind: nil) : .passed
        }
        let outcome = body.read()
        cursor.position = textEnd
        switch outcome {
        case .read:
            cursor.position = max(body.cursor.position, textEnd)
            if !isMention { wholeCallEnd = cursor.position }
            return .passed
        case _ where isMention:
            attempts += 1
            return .passed
        case .unknownName: return .over
        case .nothing, .broken:
            if watch.hasSeenEnd { return .inside(behind: body.calls.isEmpty ? nil : body.lastStart) }
            if case .broken = outcome { cursor.position = max(body.cursor.position, textEnd) }
            if isAtMarker || isAtBegunMarker { return .marker }
            if case .broken = outcome { return .over }
            return .passed
        }
    }

    private var isAtBegunMarker: Bool {
        var next = cursor
        next.skipSpace()
        return isBegunMarker(next.position)
    }

    /// Whether the text ends within a marker: with two bytes of it at least, or six of one that begins like a word.
    private func isBegunMarker(_ start: Int) -> Bool {
        guard cursor.end - start < CallMarker.bytesMax else { return false }
        let part = cursor.bytes[start...]
        let countMin = part.first == UInt8(ascii: "f") ? 6 : 2
        return part.count >= countMin && CallMarker.isBeginning(part) && !isMention(start)
    }

    /// Whether a block holds calls and ends the text, or is one that the text ends inside of.
    private mutating func isBegun(_ fence: Fence, _ watch: EndWatch) -> Bool {
        guard fence.mayHoldCalls, fence.contentStart < cursor.end else { return fence.isLabelledAsCalls }
        let isCall = mayCall(fence, isClosed: fence.isClosed, watch)
        guard isCall else { return false }
        if !fence.isClosed { return fence.isLabelledAsCalls || isLikeCall(fence) }
        if fence.isLabelledAsCalls {
            wholeCallEnd = fence.end
            return false
        }
        return mayEndAnswer(behind: fence, watch)
    }

    private func isLikeCall(_ fence: Fence) -> Bool {
        var inner = ByteCursor(cursor.bytes, at: fence.contentStart)
        inner.skipSpace()
        if CallMarker.at(inner.position, in: inner) != nil { return true }
        let part = inner.bytes[inner.position...].prefix(CallMarker.bytesMax + 1)
        if part.count > 1, CallMarker.isBeginning(part) { return true }
        return BegunCall(tools: tools, bytes: cursor.bytes, watch: EndWatch()).isLikeCall(at: inner.position)
    }
}
