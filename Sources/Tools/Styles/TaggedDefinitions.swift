import JSONText
import OpenAI

/// Tools described in tags, as Qwen3-Coder and Nemotron 3 are told them.
///
/// Names, types and descriptions come first, whatever the order of the schema; every other key is a tag of its own, with
/// JSON in it where the value is no string.
enum TaggedDefinitions {
    /// The tools, each behind a line end, and the end of their list.
    static func text(of tools: [Tool]) -> String {
        var bytes: [UInt8] = []
        for tool in tools { write(tool, into: &bytes) }
        bytes += "\n</tools>\n\n".utf8
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func write(_ tool: Tool, into bytes: inout [UInt8]) {
        let function = tool.function
        bytes += "\n<function>".utf8
        write(.string(tool.name), in: "name", into: &bytes)
        if let description = function["description"] { write(trimmed(description), in: "description", into: &bytes) }
        bytes += "\n<parameters>".utf8
        let schema = function["parameters"]?.object ?? JSONObject()
        for parameter in schema["properties"]?.object?.members ?? [] { write(parameter, into: &bytes) }
        writeOthers(of: schema, but: ["type", "properties"], into: &bytes)
        bytes += "\n</parameters>".utf8
        writeOthers(of: function, but: ["type", "name", "description", "parameters"], into: &bytes)
        bytes += "\n</function>".utf8
    }

    private static func write(_ parameter: JSONObject.Member, into bytes: inout [UInt8]) {
        bytes += "\n<parameter>".utf8
        write(.string(parameter.key), in: "name", into: &bytes)
        if let type = parameter.value["type"] { write(type, in: "type", into: &bytes) }
        if let description = parameter.value["description"] {
            write(trimmed(description), in: "description", into: &bytes)
        }
        let schema = parameter.value.object ?? JSONObject()
        writeOthers(of: schema, but: ["name", "type", "description"], into: &bytes)
        bytes += "\n</parameter>".utf8
    }

    private static func writeOthers(of object: JSONObject, but known: [String], into bytes: inout [UInt8]) {
        for member in object.members where !known.contains(member.key) {
            write(member.value, in: member.key, into: &bytes)
        }
    }

    private static func write(_ value: JSON, in tag: String, into bytes: inout [UInt8]) {
        bytes += "\n<\(tag)>".utf8
        if let text = value.string {
            bytes += text.utf8
        } else {
            value.write(into: &bytes, style: .spaced)
        }
        bytes += "</\(tag)>".utf8
    }

    private static func trimmed(_ value: JSON) -> JSON {
        guard let text = value.string else { return value }
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (9...13).contains(byte) }
        let start = text.utf8.firstIndex { !isSpace($0) } ?? text.endIndex
        let end = text.utf8.lastIndex { !isSpace($0) }.map { text.utf8.index(after: $0) } ?? start
        return .string(String(text[start..<end]))
    }
}
