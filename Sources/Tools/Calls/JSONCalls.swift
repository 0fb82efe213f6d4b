import JSONText
import OpenAI

/// Finds calls in JSON that a model wrote for them.
struct JSONCalls {
    enum Found {
        case calls([ParsedCall])
        /// A call of a tool that the request does not have.
        case unknownName
        /// No call, or one whose arguments cannot be told.
        case nothing
    }

    let tools: ToolIndex
    /// Whether a marker said that this is a call: otherwise it has to have both a name and arguments.
    let isMarked: Bool

    static let nameKeys = ["name", "tool_name", "function_name", "function", "tool"]
    static let argumentKeys = ["arguments", "parameters", "args", "input", "params"]
    static let wrapperKeys = ["tool_call", "function_call", "function"]
    /// Members of a call that are neither its name nor arguments.
    static let otherKeys: Set = ["id", "type", "tool_call_id", "call_id", "index"]
    private static let levelsMax = 4

    func found(in json: JSON) -> Found {
        found(in: json, levels: Self.levelsMax)
    }

    private func found(in json: JSON, levels: Int) -> Found {
        guard levels > 0 else { return .nothing }
        switch json {
        case .object(let object): return found(in: object, levels: levels)
        case .array(let elements) where !elements.isEmpty:
            var calls: [ParsedCall] = []
            for element in elements.prefix(CallLimits.callsMax) {
                switch found(in: element, levels: levels - 1) {
                case .calls(let more): calls += more
                case .unknownName: return .unknownName
                case .nothing: return .nothing
                }
            }
            return .calls(calls)
        default: return .nothing
        }
    }

    private func found(in object: JSONObject, levels: Int) -> Found {
        if let key = Self.nameKeys.first(where: { object[$0]?.string != nil }), let name = object[key]?.string {
            guard let tool = tools.tool(named: name) else { return .unknownName }
            return call(tool, object, nameKey: key).map { .calls([$0]) } ?? .nothing
        }
        if let calls = object["tool_calls"] { return found(in: calls, levels: levels - 1) }
        // A model may begin its object anew behind a prefill that ended in `"name":`.
        for key in Self.wrapperKeys + ["name"] {
            if let inner = object[key], inner.object != nil { return found(in: inner, levels: levels - 1) }
        }
        // Apertus' form: the name is the key.
        if isMarked, object.members.count == 1, let member = object.members.first, member.value.object != nil {
            guard let tool = tools.tool(named: member.key) else { return .unknownName }
            return call(tool, arguments: member.value).map { .calls([$0]) } ?? .nothing
        }
        return .nothing
    }

    private func call(_ tool: ToolSignature, _ object: JSONObject, nameKey: String) -> ParsedCall? {
        if let key = Self.argumentKeys.first(where: { object[$0] != nil }), let arguments = object[key] {
            if Self.isDefinition(arguments, of: tool) { return nil }
            if let call = call(tool, arguments: arguments) { return call }
            if !isMarked { return nil }
        } else if !isMarked {
            return nil
        }
        // The arguments may stand beside the name.
        let beside = JSONObject(
            object.members.filter { $0.key != nameKey && (tool.has($0.key) || !Self.otherKeys.contains($0.key)) }
        )
        let isFlat = !beside.isEmpty && beside.members.allSatisfy { tool.has($0.key) } && tool.isSatisfied(by: beside)
        return isFlat ? call(tool, arguments: .object(beside)) : nil ?? withoutArguments(tool, object, beside)
    }

    private func withoutArguments(_ tool: ToolSignature, _ object: JSONObject, _ beside: JSONObject) -> ParsedCall? {
        guard beside.members.allSatisfy({ $0.value.isNull }) else { return nil }
        return call(tool, arguments: .null)
    }

    /// A call with arguments as given: an object, one written as a string, or none where none is required.
    func call(_ tool: ToolSignature, arguments: JSON) -> ParsedCall? {
        switch arguments {
        case .object(let object): return ParsedCall(tool, unwrapped(object, tool))
        case .string(let text) where text.trimmed.isEmpty: return call(tool, arguments: .null)
        case .string(let text):
            guard let value = LenientJSON.read(text), value.ending == .complete, value.json.object != nil else {
                return nil
            }
            return call(tool, arguments: value.json)
        case .null: return tool.required.isEmpty ? ParsedCall(tool, JSONObject()) : nil
        case .array(let elements) where elements.isEmpty: return call(tool, arguments: .null)
        default: return nil
        }
    }

    /// The arguments of a call that stands where its arguments were wanted, as models write it behind a prefill.
    private func unwrapped(_ object: JSONObject, _ tool: ToolSignature) -> JSONObject {
        guard object.members.count == 2, let name = object["name"]?.string, tools.tool(named: name)?.name == tool.name,
            let key = Self.argumentKeys.first(where: { object[$0] != nil }), let inner = object[key]?.object,
            !tool.has(key)
        else { return object }
        return inner
    }

    /// Whether this is the tool's definition, which models repeat, and no call.
    private static func isDefinition(_ arguments: JSON, of tool: ToolSignature) -> Bool {
        arguments["properties"]?.object != nil && !tool.has("properties")
    }
}

extension ParsedCall {
    /// `nil` for arguments too large to pass on.
    init?(_ tool: ToolSignature, _ arguments: JSONObject) {
        let text = JSON.object(arguments).compact
        guard text.utf8.count <= CallLimits.argumentBytesMax else { return nil }
        self.init(name: tool.name, arguments: text)
    }
}
