import FoundationEssentials
import JSONText
import OpenAI
import Testing
import Tools

/// A raw output of a model, and what has to be read of it.
///
/// The files in `Data` hold them: `=== title`, the output, then `--- calls` with a name and compact JSON a line, and
/// `--- content` where words are left, or `--- none` for no call, or `--- broken` for one that cannot be read. The last
/// two leave the whole text as content.
struct CallCase: Sendable, CustomTestStringConvertible {
    let title: String
    let raw: String
    let content: String
    let calls: [ParsedCall]
    let isBroken: Bool

    var testDescription: String { title }

    static let all = ["calls-marked", "calls-tagged", "calls-bare"].flatMap(read)

    static func read(_ file: String) -> [CallCase] {
        let folder = #filePath.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/Data"
        guard let bytes = FileManager.default.contents(atPath: "\(folder)/\(file).txt") else { return [] }
        return ("\n" + String(decoding: bytes, as: UTF8.self)).split(separator: "\n=== ").map(CallCase.init)
    }

    private init(_ block: Substring) {
        var parts: [String: [Substring]] = [:]
        var lines = block.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last == "" { lines.removeLast() }
        title = String(lines.removeFirst())
        var part = "raw"
        for line in lines {
            if line.hasPrefix("--- ") {
                part = String(line.dropFirst(4))
                parts[part] = []
            } else {
                parts[part, default: []].append(line)
            }
        }
        raw = (parts["raw"] ?? []).joined(separator: "\n")
        calls = (parts["calls"] ?? []).map { line in
            let words = line.split(separator: " ", maxSplits: 1)
            return ParsedCall(name: String(words[0]), arguments: String(words[1]))
        }
        isBroken = parts["broken"] != nil
        content = calls.isEmpty ? raw : (parts["content"] ?? []).joined(separator: "\n")
    }

    /// The tools of every case.
    static let tools = [
        tool(
            "read",
            #"{"path": {"type": "string"}, "offset": {"type": "integer"}, "limit": {"type": "integer"}}"#,
            "path"
        ),
        tool("bash", #"{"command": {"type": "string"}, "timeout": {"type": "number"}}"#, "command"),
        tool(
            "edit",
            #"""
            {"path": {"type": "string"}, "old": {"type": "string"}, "new": {"type": "string"}, "all": {"type": "boolean"}}
            """#,
            "path",
            "old",
            "new"
        ),
        tool("list_files", #"{"folder": {"type": "string"}}"#),
        tool("get-time", "{}"),
        tool("todo", #"{"items": {"type": "array", "items": {"type": "object"}}}"#, "items"),
        tool(
            "weather",
            #"""
            {"city": {"type": "string"}, "days": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
             "place": {"$ref": "#/$defs/place"}, "unit": {"enum": ["c", "f"]}}
            """#,
            "city"
        ),
    ]

    static func tool(_ name: String, _ properties: String, _ required: String...) -> Tool {
        let parameters: JSON = [
            "type": "object",
            "properties": (try? JSON(parsing: properties)) ?? .null,
            "required": .array(required.map(JSON.string)),
            "$defs": ["place": ["type": "object"]],
        ]
        let function: JSON = ["name": .string(name), "description": "Does it.", "parameters": parameters]
        return Tool(name: name, definition: ["type": "function", "function": function])
    }
}
