import JSONText
import OpenAI

/// JSON that the end of the text has cut, looked at as the beginning of a call.
struct PartialCall {
    private let tools: ToolIndex
    private let cursor: ByteCursor
    private static let levelsMax = 4

    init(tools: ToolIndex, at cursor: ByteCursor) {
        self.tools = tools
        self.cursor = cursor
    }

    /// Whether all that is written may belong to a call: its keys are those of calls, and its name is a tool's as far as it
    /// goes.
    ///
    /// An opening bracket alone is not enough.
    var isLikeCall: Bool {
        var start = cursor
        _ = start.run { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") || $0.isSpace }
        guard let byte = start.byte else { return false }
        let quote = byte == UInt8(ascii: "'") ? byte : UInt8(ascii: "\"")
        let text = cursor.bytes[cursor.position..<cursor.end]
        // Of the two, one closes the string that was cut, and one completes the key.
        let values = [[quote], [quote] + Array(":null".utf8)].compactMap { end in
            LenientJSON.read(ByteCursor(text + end))?.json
        }
        guard values.count == 2 else { return false }
        return values.allSatisfy { isLikeCall($0, levels: Self.levelsMax) }
    }

    private func isLikeCall(_ json: JSON, levels: Int) -> Bool {
        guard levels > 0 else { return false }
        if let elements = json.array {
            return !elements.isEmpty && elements.allSatisfy { isLikeCall($0, levels: levels - 1) }
        }
        guard let object = json.object else { return false }
        for member in object.members {
            let isLast = member.key == object.members.last?.key
            if JSONCalls.nameKeys.contains(member.key), let name = member.value.string {
                return tools.tool(named: name) != nil || (isLast && tools.hasName(beginningWith: name))
            }
            if JSONCalls.wrapperKeys.contains(member.key) || member.key == "tool_calls" || member.key == "name" {
                let isBegun = member.value.isNull || member.value.array?.isEmpty == true
                return isBegun || isLikeCall(member.value, levels: levels - 1)
            }
            let isKnown = JSONCalls.argumentKeys.contains(member.key) || JSONCalls.otherKeys.contains(member.key)
            guard isKnown || (isLast && member.value.isNull && Self.isKeyBeginning(member.key)) else { return false }
        }
        return true
    }

    private static func isKeyBeginning(_ text: String) -> Bool {
        (JSONCalls.nameKeys + JSONCalls.argumentKeys + JSONCalls.wrapperKeys + JSONCalls.otherKeys + ["tool_calls"])
            .contains { $0.hasPrefix(text) }
    }
}
