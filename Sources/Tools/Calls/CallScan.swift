import OpenAI

/// Finds the calls that a marker or a labelled fence says are calls.
///
/// A model may also talk about calls, or quote a tool's result that holds one. No call is what stands
/// - in a line that begins with `>`, or in quotes or backticks of its own,
/// - in an object of JSON,
/// - in a fenced block, unless the block holds nothing but calls, and is labelled as calls (`tool_call`, `tool_code`) or
///   is where the answer ends. An example is followed by words; a call is not.
struct CallScan {
    let tools: ToolIndex
    let isCut: Bool
    var cursor: ByteCursor
    var attempts = 0
    private var objectAttempts = 0
    /// Where the words begin that are not yet in `words`.
    private var wordsStart = 0

    private(set) var calls: [ParsedCall] = []
    /// The parts of the text around the calls.
    private(set) var words: [Range<Int>] = []
    /// Where the last whole call ends that `runBegun` has passed.
    var wholeCallEnd = 0
    /// Whether a call was begun that could not be read.
    private(set) var isBroken = false
    /// The fenced blocks from their first line on, in their order: what begins in one is no call without a marker.
    private(set) var blocks: [Range<Int>] = []
    /// Whether a fence was opened that the text does not close.
    private(set) var hasOpenFence = false
    /// Whether a tool was called that the request does not have.
    private(set) var hasUnknownName = false

    init(_ bytes: [UInt8], tools: ToolIndex, isCut: Bool, watch: EndWatch? = nil) {
        self.tools = tools
        self.isCut = isCut
        cursor = ByteCursor(bytes, watch: watch)
    }

    mutating func run() {
        var isFinished = false
        while !isFinished, calls.count < CallLimits.callsMax, attempts < CallLimits.attemptsMax, let byte = cursor.byte
        {
            if !calls.isEmpty, cursor.isAtResult { break }
            if byte == UInt8(ascii: "`"), isLineStart(cursor.position), let fence = Fence(at: cursor) {
                isFinished = take(fence)
            } else if byte == UInt8(ascii: ">"), isLineStart(cursor.position) {
                _ = cursor.run { !$0.isLineEnd }
            } else if byte == UInt8(ascii: "{"), let end = objectEnd() {
                cursor.position = end
            } else if let marker = CallMarker.at(cursor.position, in: cursor) {
                isFinished = take(marker)
            } else {
                cursor.position += 1
            }
        }
        // Behind the most calls, and where the model plays the tool, nothing is its own.
        let isOver = calls.count == CallLimits.callsMax || (!calls.isEmpty && cursor.isAtResult)
        endWords(at: isOver ? cursor.position : cursor.end, next: cursor.end)
    }

    /// Reads behind a marker; `true` if nothing more can be read.
    private mutating func take(_ marker: CallMarker) -> Bool {
        let start = cursor.position
        let isMention = isMention(start)
        var body = CallBody(tools: tools, isCut: isCut, isMarked: true, at: cursor)
        body.cursor.position += marker.skipped
        if marker.needsJSON, !body.isAtBracket {
            cursor.position += marker.text.count
            return false
        }
        let outcome = body.read()
        if isMention {
            if case .read = outcome { cursor.position = body.cursor.position } else { attempts += 1 }
            cursor.position = max(cursor.position, start + marker.text.count)
            return false
        }
        switch outcome {
        case .read:
            take(body, from: start)
            return false
        case .nothing:
            isBroken = isBroken || isLineStart(start) || body.cursor.isAtTextEnd
            cursor.position = start + marker.text.count
            if isAtMarker { endWords(at: start, next: cursor.position) }
            return false
        case .broken:
            calls += body.calls
            isBroken = true
            // A model that begins its call anew does so where the first one broke off. Anywhere else a further marker
            // may stand in what the broken call quotes.
            cursor.position = max(body.cursor.position, start + marker.text.count)
            endWords(at: start, next: isAtMarker ? cursor.position : cursor.end)
            return !isAtMarker
        case .unknownName:
            hasUnknownName = true
            return true
        }
    }

    /// Reads a fenced block; `true` if nothing more can be read.
    private mutating func take(_ fence: Fence) -> Bool {
        let start = cursor.position
        cursor.position = fence.end
        hasOpenFence = !fence.isClosed
        add(fence)
        guard fence.mayHoldCalls, fence.isLabelledAsCalls || (!isCut && endsAnswer(behind: fence)),
            fence.isClosed || !isCut
        else {
            return false
        }
        var inner = ByteCursor(cursor.bytes, at: fence.contentStart, end: fence.contentEnd)
        inner.skipSpace()
        let marker = CallMarker.at(inner.position, in: inner)
        inner.position += marker?.skipped ?? 0
        var body = CallBody(
            tools: tools,
            isCut: isCut,
            isMarked: marker != nil || fence.isLabelledAsCalls,
            at: inner
        )
        var found: [ParsedCall] = []
        // Several marked calls may stand in one block.
        while case .read = body.read() {
            found += body.calls
            body.cursor.skipSpace()
            if body.cursor.isAtEnd {
                calls += found.prefix(CallLimits.callsMax - calls.count)
                endWords(at: start, next: fence.end)
                return false
            }
            guard let next = CallMarker.at(body.cursor.position, in: body.cursor) else { break }
            body = CallBody(tools: tools, isCut: isCut, isMarked: true, at: body.cursor)
            body.cursor.position += next.skipped
        }
        return false
    }

    private mutating func take(_ body: CallBody, from start: Int) {
        calls += body.calls.prefix(CallLimits.callsMax - calls.count)
        cursor.position = body.cursor.position
        cursor.skipEnds()
        endWords(at: start, next: cursor.position)
    }

    /// Ends the words before a call; the next begin behind it.
    private mutating func endWords(at end: Int, next: Int) {
        if wordsStart < end { words.append(wordsStart..<end) }
        wordsStart = next
    }

    var isAtMarker: Bool {
        var next = cursor
        next.skipSpace()
        return CallMarker.at(next.position, in: next) != nil
    }

    /// Whether nothing but further blocks follow a fence.
    private func endsAnswer(behind fence: Fence) -> Bool {
        var rest = cursor
        rest.position = fence.end
        for _ in 0..<CallLimits.attemptsMax {
            rest.skipEnds()
            if rest.isAtEnd { return true }
            guard let next = Fence(at: rest), next.mayHoldCalls else { return false }
            rest.position = next.end
        }
        return false
    }

    /// Where the object of JSON here ends; `nil` if it is none, or not whole.
    mutating func objectEnd() -> Int? {
        var next = cursor
        next.position += 1
        next.skipSpace()
        let isQuote = next.byte == UInt8(ascii: "\"") || next.byte == UInt8(ascii: "'")
        guard isQuote, objectAttempts < CallLimits.attemptsMax else { return nil }
        if let value = LenientJSON.read(cursor), value.ending == .complete { return value.end }
        objectAttempts += 1
        return nil
    }

    func isLineStart(_ index: Int) -> Bool {
        var start = index
        while start > 0, index - start < 4, cursor.bytes[start - 1] == UInt8(ascii: " ") { start -= 1 }
        return cursor.byte(before: start)?.isLineEnd ?? true
    }

    /// Whether a marker is talked about rather than used.
    ///
    /// Behind an object that could not be read a marker may stand in one of its strings, but hardly on a line of its own.
    func isMention(_ start: Int) -> Bool {
        isQuoted(start) || (objectAttempts > 0 && !isLineStart(start))
    }

    mutating func add(_ fence: Fence) {
        blocks.append(fence.contentStart..<fence.end)
    }

    /// Whether a marker stands behind an opening quote or a backtick.
    private func isQuoted(_ index: Int) -> Bool {
        switch cursor.byte(before: index) {
        case UInt8(ascii: "`"): true
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            // A quote behind a word closes what that word ends.
            cursor.byte(before: index - 1).map { !$0.isWord && ![0x2E, 0x21, 0x3F, 0x29].contains($0) } ?? true
        default: false
        }
    }
}

extension CallBody {
    /// Whether JSON may begin here.
    var isAtBracket: Bool {
        var next = cursor
        next.skipSpace()
        return next.byte == UInt8(ascii: "{") || next.byte == UInt8(ascii: "[")
    }
}
