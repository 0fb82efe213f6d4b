import JSONText
import OpenAI

/// Finds calls without a marker, as models write them that were never trained to, or whose markers the worker has hidden.
///
/// Only a tool's name tells them from other text. So what is found must be a whole call of a tool of the request, and
/// stand where calls stand: at the very start of the answer, or at its very end.
struct BareCalls {
    let tools: ToolIndex
    let isCut: Bool
    let bytes: [UInt8]
    /// The fenced blocks of the text, in their order: what begins in one is code.
    var blocks: [Range<Int>] = []
    var watch: EndWatch?

    struct Found {
        let calls: [ParsedCall]
        let words: [Range<Int>]
    }

    /// Calls that the text begins with: in brackets, whatever follows, and otherwise with nothing behind.
    func leading() -> Found? {
        var start = ByteCursor(bytes)
        start.skipSpace()
        guard CallMarker.at(start.position, in: start) == nil, let body = body(at: start.position) else { return nil }
        let isBracket = start.byte == UInt8(ascii: "{") || start.byte == UInt8(ascii: "[")
        guard isBracket || (body.cursor.isAtTextEnd && (!isCut || isStripped(at: start.position))) else { return nil }
        guard isBracket || areSatisfied(body.calls) else { return nil }
        return Found(calls: body.calls, words: [words(behind: body.cursor)])
    }

    /// Calls behind other words, which must end the text.
    func following() -> Found? {
        var start = ByteCursor(bytes)
        start.skipSpace()
        // A text cut by its length may have gone on behind what looks like the end.
        if isCut, !isStripped(at: start.position) { return nil }
        return stripped(from: start.position) ?? trailing(from: start.position)
    }

    /// Calls in brackets that begin a line behind other words, and end the text.
    private func trailing(from start: Int) -> Found? {
        var attempts = 0
        for index in start..<bytes.count where bytes[index] == UInt8(ascii: "{") || bytes[index] == UInt8(ascii: "[") {
            guard index > 0, bytes[index - 1].isLineEnd, !isInBlock(index) else { continue }
            guard let next = bytes[(index + 1)...].first(where: { !$0.isSpace }), isCallStart(next) else { continue }
            if let body = body(at: index), body.cursor.isAtTextEnd {
                return Found(calls: body.calls, words: [start..<index])
            }
            attempts += 1
            if attempts == CallLimits.attemptsMax { return nil }
        }
        return nil
    }

    /// Whether every call has what its tool requires: the name of a tool is a common word, and a brace may follow it.
    private func areSatisfied(_ calls: [ParsedCall]) -> Bool {
        calls.allSatisfy { call in
            guard let tool = tools.tool(named: call.name),
                case .object(let arguments)? = try? JSON(parsing: call.arguments)
            else { return false }
            return tool.isSatisfied(by: arguments)
        }
    }

    func isCallStart(_ byte: UInt8) -> Bool {
        byte.isToolName || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "{")
    }

    /// Calls whose markers were hidden: `name{…}`, `functions.name:0{…}`, `functionname` and a fence (DeepSeek).
    private func stripped(from start: Int) -> Found? {
        var attempts = 0
        for index in start..<bytes.count where bytes[index] == UInt8(ascii: "{") {
            guard let name = nameStart(before: index), !isInBlock(name.words) else { continue }
            if let body = body(at: name.call), body.cursor.isAtTextEnd, areSatisfied(body.calls) {
                return Found(calls: body.calls, words: [start..<max(name.words, start)])
            }
            attempts += 1
            if attempts == CallLimits.attemptsMax { return nil }
        }
        return nil
    }

    private func isStripped(at start: Int) -> Bool {
        bytes[start...].firstIndex(of: UInt8(ascii: "{")).flatMap(nameStart).map { $0.words <= start } ?? false
    }

    static let fence = Array("```json".utf8)
    static let kinds = ["functions.", "function"].map { Array($0.utf8) }

    /// Where the name before an opening brace begins, and where the words before it end.
    func nameStart(before brace: Int) -> (call: Int, words: Int)? {
        var end = skippingSpace(before: brace)
        let isTight = end == brace
        if end >= Self.fence.count, bytes[(end - Self.fence.count)..<end].elementsEqual(Self.fence) {
            end = skippingSpace(before: end - Self.fence.count)
        }
        var name = end
        while name > 0, bytes[name - 1].isDigit { name -= 1 }
        let isNumbered = name < end && name > 0 && bytes[name - 1] == UInt8(ascii: ":")
        end = isNumbered ? name - 1 : end
        var words = 0
        let start = tools.nameStart(bytes, endingAt: end) { start in
            words = start
            if let kind = Self.kinds.first(where: { isBefore(start, $0) }) {
                words = start - kind.count
                return true
            }
            // Between blanks it is a word of a sentence.
            return start == 0 || isNumbered || isTight && bytes[start - 1] == UInt8(ascii: " ")
                || !(bytes[start - 1].isWord && bytes[start - 1] < 0x80 || bytes[start - 1] == UInt8(ascii: " "))
        }
        return start.map { ($0, words) }
    }

    func isBefore(_ index: Int, _ text: [UInt8]) -> Bool {
        index >= text.count && bytes[(index - text.count)..<index].elementsEqual(text)
    }

    /// A few are enough: a text of white space would take for ever.
    func skippingSpace(before index: Int) -> Int {
        var end = index
        while end > 0, index - end < 4, bytes[end - 1].isSpace { end -= 1 }
        return end
    }

    /// Whether a place is within a fenced block.
    func isInBlock(_ index: Int) -> Bool {
        var range = blocks[...]
        while let last = range.indices.last {
            let middle = range.startIndex + (last - range.startIndex) / 2
            if blocks[middle].contains(index) { return true }
            range = index < blocks[middle].lowerBound ? range[..<middle] : range[(middle + 1)...]
        }
        return false
    }

    func body(at index: Int) -> CallBody? {
        var body = CallBody(tools: tools, isCut: isCut, isMarked: false, at: ByteCursor(bytes, at: index, watch: watch))
        guard case .read = body.read() else { return nil }
        return body
    }

    private func words(behind cursor: ByteCursor) -> Range<Int> {
        var rest = cursor
        rest.skipEnds()
        return rest.isAtResult ? rest.position..<rest.position : rest.position..<bytes.count
    }
}
