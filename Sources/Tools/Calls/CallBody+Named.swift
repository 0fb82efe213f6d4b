import JSONText
import OpenAI

/// The shapes that begin with the tool's name.
extension CallBody {
    /// `name{…}`, `name(…)`, `name<arg_key>…`, or the bare name of a tool that needs no arguments.
    mutating func named() -> Outcome {
        let start = cursor.position
        var written = cursor.text(cursor.run(while: \.isToolName))
        // DeepSeek's first form says the kind of the tool, then its name.
        if written == "function", cursor.take(Self.separator) { written = cursor.text(cursor.run(while: \.isToolName)) }
        let isCalled = cursor.byte == UInt8(ascii: "(")
        let end = cursor.position
        skipJoints()
        let tool = tools.tool(named: written)
        switch cursor.byte {
        case UInt8(ascii: "{"):
            guard let tool else { return .unknownName }
            return arguments(of: tool)
        case UInt8(ascii: "(") where isCalled:
            guard let tool else { return .unknownName }
            cursor.position = end
            return pythonArguments(of: tool) ? .read : .broken
        case UInt8(ascii: "<") where cursor.holds("<arg_key>"):
            guard let tool else { return .unknownName }
            return keyedArguments(of: tool)
        default: return bare(tool, from: start, to: end)
        }
    }

    private static let separator = Array("<｜tool▁sep｜>".utf8)
    private static let callID = Array("[CALL_ID]".utf8)

    private mutating func bare(_ tool: ToolSignature?, from start: Int, to end: Int) -> Outcome {
        guard let tool else {
            cursor.position = start
            return .nothing
        }
        guard isMarked, isAtCloserOrFence || (!isCut && cursor.isAtTextEnd),
            let call = JSONCalls(tools: tools, isMarked: true).call(tool, arguments: .null)
        else { return .broken }
        cursor.position = end
        add(call)
        return .read
    }

    /// Goes behind what families put between name and arguments.
    private mutating func skipJoints() {
        while true {
            cursor.skipSpace()
            if cursor.take(Self.callID) {
                _ = cursor.run(while: \.isToolName)
            } else if !cursor.takeAny(CallMarker.joints), !takeFormat(), !skipFence() {
                return
            }
        }
    }

    /// Harmony's word for the form of the arguments.
    private mutating func takeFormat() -> Bool {
        let start = cursor.position
        guard cursor.take("json") else { return false }
        if cursor.byte == UInt8(ascii: "{") || cursor.byte == UInt8(ascii: "<") || cursor.byte?.isSpace == true {
            return true
        }
        cursor.position = start
        return false
    }

    private mutating func arguments(of tool: ToolSignature) -> Outcome {
        guard let value = LenientJSON.read(cursor), isUsable(value),
            let call = JSONCalls(tools: tools, isMarked: isMarked).call(tool, arguments: value.json)
        else { return .broken }
        add(call)
        return .read
    }

    /// GLM's form: `<arg_key>K</arg_key><arg_value>V</arg_value>`, repeated.
    private mutating func keyedArguments(of tool: ToolSignature) -> Outcome {
        var arguments = JSONObject()
        while cursor.take("<arg_key>") {
            guard let key = taggedText("</arg_key>") else { return .broken }
            cursor.skipSpace()
            guard cursor.take("<arg_value>"), let text = taggedText("</arg_value>", before: ["<arg_key>"]) else {
                return .broken
            }
            arguments[key.trimmed] = tool.value(text.withoutLineEnds(isPaired: true), of: key.trimmed)
            cursor.skipSpace()
        }
        guard isEnded(arguments, tool), let call = ParsedCall(tool, arguments) else { return .broken }
        add(call)
        return .read
    }
}

/// Calls as Python writes them.
extension CallBody {
    /// Whether the bracket here opens a list of calls: `[f(a=1), g()]`.
    var isAtPythonList: Bool {
        var next = cursor
        next.position += 1
        next.skipSpace()
        let name = next.run(while: \.isToolName)
        return !name.isEmpty && next.byte == UInt8(ascii: "(")
    }

    mutating func pythonList() -> Outcome {
        cursor.position += 1
        var found: [ParsedCall] = []
        while true {
            cursor.skipSpace()
            if cursor.take("]") { break }
            if !found.isEmpty, cursor.take(",") { continue }
            let name = cursor.run(while: \.isToolName)
            guard cursor.byte == UInt8(ascii: "(") else { return .broken }
            guard let tool = tools.tool(named: cursor.text(name)) else { return .unknownName }
            guard let call = pythonCall(of: tool) else { return .broken }
            found.append(call)
        }
        if found.isEmpty { return .nothing }
        for call in found.prefix(CallLimits.callsMax - calls.count) { add(call) }
        return .read
    }

    mutating func pythonArguments(of tool: ToolSignature) -> Bool {
        guard let call = pythonCall(of: tool) else { return false }
        add(call)
        return true
    }

    /// Reads from the opening parenthesis to the closing one; values without a name get those of the schema, in order.
    private mutating func pythonCall(of tool: ToolSignature) -> ParsedCall? {
        cursor.position += 1
        var arguments = JSONObject()
        var unnamed = 0
        while true {
            cursor.skipSpace()
            if cursor.take(")") { return ParsedCall(tool, arguments) }
            if !arguments.isEmpty, cursor.take(",") { continue }
            let start = cursor.position
            let name = cursor.text(cursor.run(while: \.isWord))
            cursor.skipSpace()
            let isNamed = !name.isEmpty && cursor.take("=")
            if !isNamed {
                cursor.position = start
                guard unnamed < tool.parameterNames.count else { return nil }
            }
            var reader = LenientReader(cursor)
            guard let value = reader.value() else { return nil }
            cursor.position = value.end
            guard value.ending == .complete else { return nil }
            arguments[isNamed ? name : tool.parameterNames[unnamed]] = value.json
            if !isNamed { unnamed += 1 }
        }
    }
}
