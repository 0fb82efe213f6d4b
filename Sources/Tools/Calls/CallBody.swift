import JSONText
import OpenAI

/// Reads what stands behind a marker: calls, one after another, each by its shape.
struct CallBody {
    enum Outcome {
        /// At least one call.
        case read
        /// Nothing that looks like a call.
        case nothing
        /// Something that looks like a call and cannot be read; the cursor is where the reading ended.
        case broken
        /// A call of a tool that the request does not have.
        case unknownName
    }

    let tools: ToolIndex
    /// Whether the text was cut by its length: then whatever is not closed is no call.
    let isCut: Bool
    let isMarked: Bool
    var cursor: ByteCursor
    private(set) var calls: [ParsedCall] = []
    /// Where the call begins that was read last.
    private(set) var lastStart = 0
    /// Whether the last call began with its name, as then the next may.
    private var isNamed = false
    /// Whether a fence was opened within the marker.
    private var isFenced = false

    init(tools: ToolIndex, isCut: Bool, isMarked: Bool, at cursor: ByteCursor) {
        self.tools = tools
        self.isCut = isCut
        self.isMarked = isMarked
        self.cursor = cursor
    }

    /// Reads calls as long as they follow each other, and goes behind what closes them.
    mutating func read() -> Outcome {
        while calls.count < CallLimits.callsMax {
            let start = cursor.position
            lastStart = start
            skipIntroduction()
            let isAtName = cursor.byte?.isToolName == true
            let outcome = one()
            isNamed = isAtName
            switch outcome {
            case .read:
                skipExtraBrackets()
                if skipClosers(), !CallMarker.introductions.contains(where: cursor.holds), !isAtXML { return .read }
            case .nothing:
                cursor.position = start
                return calls.isEmpty ? .nothing : .read
            case .broken, .unknownName: return outcome
            }
        }
        return .read
    }

    mutating func add(_ call: ParsedCall) {
        calls.append(call)
    }

    private mutating func one() -> Outcome {
        if CallMarker.at(cursor.position, in: cursor).map({ $0.skipped > 0 }) ?? cursor.isAtResult { return .nothing }
        switch cursor.byte {
        case UInt8(ascii: "{"): return json()
        case UInt8(ascii: "[") where isAtPythonList: return pythonList()
        // Behind a call a bracket may open a note of the model's.
        case UInt8(ascii: "["): return calls.isEmpty || isAtList ? json() : .nothing
        case UInt8(ascii: "<"): return tagged()
        case let byte? where byte.isToolName: return calls.isEmpty || isNamed ? named() : .nothing
        default: return .nothing
        }
    }

    private var isAtList: Bool {
        var next = cursor
        next.position += 1
        next.skipSpace()
        return next.byte == UInt8(ascii: "{")
    }

    private mutating func json() -> Outcome {
        guard let value = LenientJSON.read(cursor) else { return .broken }
        guard isUsable(value) else { return .broken }
        switch JSONCalls(tools: tools, isMarked: isMarked).found(in: value.json) {
        case .calls(let found):
            calls += found.prefix(CallLimits.callsMax - calls.count)
            return .read
        case .unknownName: return .unknownName
        case .nothing: return .broken
        }
    }

    /// Whether a value is whole, or lacks closing brackets alone; the cursor goes behind it.
    ///
    /// Behind a text that closes the call the model has said that it is whole. At the end of the text that is believed
    /// only of a bracket, and not if the length may have ended it.
    mutating func isUsable(_ value: LenientJSON.Value) -> Bool {
        cursor.position = value.end
        if value.ending == .complete { return true }
        if value.ending == .cut { return false }
        return isAtCloserOrFence || (value.ending == .closed && !isCut && cursor.isAtTextEnd)
    }

    /// Whether a text that closes the call stands next.
    var isAtCloserOrFence: Bool {
        var next = cursor
        next.skipSpace()
        return next.isAtCloser || (isFenced && next.holds("```"))
    }

    /// Whether parameters that are not closed by their own tag are all there.
    func isEnded(_ arguments: JSONObject, _ tool: ToolSignature) -> Bool {
        if isAtCloserOrFence { return true }
        guard !arguments.isEmpty, tool.isSatisfied(by: arguments) else { return false }
        var next = cursor
        next.skipSpace()
        return CallMarker.at(next.position, in: next) != nil || (!isCut && cursor.isAtTextEnd)
    }

    /// Goes behind white space, commas, fences and what else stands before a call.
    private mutating func skipIntroduction() {
        while true {
            cursor.skipSpace()
            if !calls.isEmpty, cursor.take(",") || cursor.take(";") { continue }
            if cursor.takeAny(CallMarker.introductions) { continue }
            guard skipFence() else { return }
        }
    }

    /// Goes behind the opening of a fence and its label.
    mutating func skipFence() -> Bool {
        guard !isFenced, cursor.take("```") else { return false }
        _ = cursor.run(while: \.isWord)
        isFenced = true
        return true
    }

    private mutating func skipExtraBrackets() {
        while true {
            let start = cursor.position
            cursor.skipSpace()
            if !cursor.take("}"), !cursor.take("]") {
                cursor.position = start
                return
            }
        }
    }

    /// Goes behind what closes a call; `true` if anything did.
    private mutating func skipClosers() -> Bool {
        var isClosed = false
        while true {
            cursor.skipSpace()
            if cursor.takeAny(CallMarker.closers) {
                isClosed = true
            } else if isFenced, cursor.take("```") {
                isFenced = false
            } else if !cursor.takeAny(CallMarker.ends) {
                return isClosed
            }
        }
    }
}
