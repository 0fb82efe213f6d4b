extension CallReader {
    /// An answer that its length has ended, without the call that it ends inside of.
    ///
    /// Whole calls in front stay: read what is left. A text loses nothing that begins no call: code, JSON of another kind
    /// and the mention of a call stay even where they are cut.
    ///
    /// - Parameter text: the answer's content, thoughts and channels taken out.
    /// - Returns: the text up to the call that was begun, without white space at its end; the whole text if there is none.
    package func withoutBegunCall(_ text: String) -> String {
        guard !tools.isEmpty else { return text }
        let bytes = Array(text.utf8)
        let watch = EndWatch()
        var search = BegunCall(tools: tools, bytes: bytes, watch: watch)
        guard let start = search.start() else { return text }
        var end = start
        while end > 0, bytes[end - 1].isSpace { end -= 1 }
        let left = String(decoding: bytes[..<end], as: UTF8.self)
        // What may have been sent stays, and what stood in front of a call does not become one by its going.
        let content = read(left, isCut: true).content.utf8.drop(while: \.isSpace)
        return content.starts(with: settledContent(text).utf8) ? left : text
    }
}

/// Finds the call that a text cut by its length ends inside of.
struct BegunCall {
    let tools: ToolIndex
    let bytes: [UInt8]
    let watch: EndWatch
    /// Where the last whole call ends.
    private var callEnd = 0

    init(tools: ToolIndex, bytes: [UInt8], watch: EndWatch) {
        self.tools = tools
        self.bytes = bytes
        self.watch = watch
    }

    mutating func start() -> Int? {
        if let found = BareCalls(tools: tools, isCut: true, bytes: bytes).leading() {
            let rest = found.words.first?.lowerBound ?? bytes.count
            return rest < bytes.count && isPartOfEnd(at: rest) ? rest : nil
        }
        if let start = leading() { return start }
        var scan = CallScan(bytes, tools: tools, isCut: true, watch: watch)
        let marked = scan.runBegun(watch)
        callEnd = scan.wholeCallEnd
        if callEnd > 0, isPartOfEnd(at: callEnd) { return callEnd }
        let bare = bare(scan.blocks)
        guard let marked else { return bare }
        // A name may stand before a fence, but a marker is no part of a call that has none.
        return bare.map { $0 < marked.outer } == true ? bare : marked.call
    }

    /// Whether the text ends within a text that closes a call, or that leads from one to the next.
    private func isPartOfEnd(at index: Int) -> Bool {
        var rest = ByteCursor(bytes, at: index)
        rest.skipSpace()
        var part = bytes[rest.position...]
        while part.last?.isSpace == true { part.removeLast() }
        let isJoint = part.elementsEqual([0x2C]) || part.elementsEqual([0x3B]) || part.allSatisfy { $0 == 0x60 }
        if !part.isEmpty, isJoint || (rest.position == index && isPartOfName(at: index)) { return true }
        let texts = CallMarker.closers + CallMarker.ends + CallMarker.results
        return !part.isEmpty && texts.contains { $0.starts(with: part) }
    }

    /// Whether the text ends within a tool's name, or behind one, that begins at a place.
    private func isPartOfName(at index: Int) -> Bool {
        BareCalls(tools: tools, isCut: true, bytes: bytes).begunName() <= index
    }

    /// The call without a marker that the text begins with.
    private func leading() -> Int? {
        var cursor = ByteCursor(bytes)
        cursor.skipSpace()
        guard CallMarker.at(cursor.position, in: cursor) == nil else { return nil }
        return begun(at: cursor.position, words: cursor.position)
    }

    /// The call without a marker behind other words.
    private func bare(_ blocks: [Range<Int>]) -> Int? {
        let calls = BareCalls(tools: tools, isCut: false, bytes: bytes, blocks: blocks)
        var attempts = 0
        for index in callEnd..<bytes.count where bytes[index] == UInt8(ascii: "{") || bytes[index] == UInt8(ascii: "[")
        {
            let name = bytes[index] == UInt8(ascii: "{") ? calls.nameStart(before: index) : nil
            let isLineStart = index > 0 && bytes[index - 1].isLineEnd
            guard isLineStart || name != nil else { continue }
            let start = max(name?.words ?? index, callEnd)
            guard !calls.isInBlock(start) else { continue }
            if let begun = begun(at: name?.call ?? index, words: start) { return begun }
            attempts += 1
            if attempts == 2 * CallLimits.attemptsMax { return nil }
        }
        return named(calls)
    }

    /// The call of which nothing is written but the kind of the tool and a part of its name: `functions.re`.
    private func named(_ calls: BareCalls) -> Int? {
        let start = calls.begunName()
        let part = bytes[start...]
        let isKind = BareCalls.kinds.contains { part.count > $0.count && part.starts(with: $0) }
        return isKind && start >= callEnd && !calls.isInBlock(start) ? start : nil
    }

    /// Where a call begins whose body stands at a place, if the text ends inside of it.
    private func begun(at index: Int, words: Int) -> Int? {
        guard isLikeCall(at: index) else { return nil }
        watch.hasSeenEnd = false
        var body = CallBody(tools: tools, isCut: true, isMarked: false, at: ByteCursor(bytes, at: index, watch: watch))
        let isAtStart = bytes[..<words].allSatisfy(\.isSpace)
        if case .read = body.read(), !body.cursor.isAtTextEnd {
            let end = body.cursor.position
            guard isPartOfEnd(at: end) else { return nil }
            // Of a fence that nothing closes no call is read.
            return isAtStart && !bytes[index..<end].contains(UInt8(ascii: "`")) ? end : words
        }
        guard watch.hasSeenEnd else { return nil }
        // What stands in brackets at the start is a call whatever follows.
        let isBracket = bytes[index] == UInt8(ascii: "{") || bytes[index] == UInt8(ascii: "[")
        let isKept = isBracket && isAtStart && !body.calls.isEmpty
        return isKept ? body.lastStart : words
    }

    /// Whether what stands at a place is as a call would be, as far as it is written: the name of a tool and a bracket, or
    /// JSON with the members of a call.
    func isLikeCall(at index: Int) -> Bool {
        var cursor = ByteCursor(bytes, at: index)
        if cursor.take("```") {
            _ = cursor.run(while: \.isWord)
            cursor.skipSpace()
        }
        switch cursor.byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            let start = cursor
            cursor.position += 1
            cursor.skipSpace()
            let name = cursor.run(while: \.isToolName)
            if !name.isEmpty, cursor.byte == UInt8(ascii: "(") { return tools.tool(named: cursor.text(name)) != nil }
            return PartialCall(tools: tools, at: start).isLikeCall
        case let byte? where byte.isToolName:
            let name = cursor.run(while: \.isToolName)
            cursor.skipSpace()
            if cursor.take("```json") { cursor.skipSpace() }
            let isArgument = cursor.byte.map { [0x28, 0x3C, 0x7B].contains($0) } ?? false
            return isArgument && tools.tool(named: cursor.text(name)) != nil
        default: return false
        }
    }
}
