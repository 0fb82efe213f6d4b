import JSONText
import OpenAI

/// Tools as types of TypeScript, as gpt-oss is told them in its developer message (OpenAI's guide to the Harmony format).
///
/// Of a schema the types remain, with descriptions and defaults as comments; what TypeScript cannot say is left out.
struct TypedDefinitions {
    /// Schemas are taken apart to this depth and are `any` below: a schema can be of any depth, the stack cannot.
    private static let levelsMax = 16

    private var bytes: [UInt8] = []

    static func text(of tools: [Tool]) -> String {
        var writer = TypedDefinitions()
        writer.write("# Tools\n\n## functions\n\nnamespace functions {\n\n")
        for tool in tools { writer.write(tool) }
        writer.write("} // namespace functions")
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private mutating func write(_ tool: Tool) {
        let function = tool.function
        writeComment(function["description"]?.string ?? "")
        write("type \(tool.name) = (")
        if let schema = function["parameters"], schema["properties"]?.object?.isEmpty == false {
            write("_: ")
            writeMembers(of: schema, level: 0)
        }
        write(") => any;\n\n")
    }

    private mutating func write(_ text: String) {
        bytes += text.utf8
    }

    /// A line of comment for each line of a text.
    private mutating func writeComment(_ text: String) {
        guard !text.isEmpty else { return }
        for line in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            bytes += line.isEmpty ? "//".utf8 : "// ".utf8
            bytes += line
            bytes.append(UInt8(ascii: "\n"))
        }
    }

    /// The properties of an object between braces, a line each.
    private mutating func writeMembers(of schema: JSON, level: Int) {
        let required = (schema["required"]?.array ?? []).compactMap(\.string)
        write("{\n")
        for property in schema["properties"]?.object?.members ?? [] {
            writeComment(property.value["description"]?.string ?? "")
            write(Self.isIdentifier(property.key) ? property.key : JSON.string(property.key).compact)
            write(required.contains(property.key) ? ": " : "?: ")
            writeType(property.value, level: level + 1)
            write(",")
            if let value = property.value["default"] { write(" // default: \(Self.line(value))") }
            write("\n")
        }
        write("}")
    }

    private mutating func writeType(_ schema: JSON, level: Int) {
        guard level < Self.levelsMax else { return write("any") }
        if let value = schema["const"] {
            write(value.text(.spaced))
        } else if let values = schema["enum"]?.array, !values.isEmpty {
            writeUnion(values.count) { writer, index in writer.write(values[index].text(.spaced)) }
        } else if let schemas = (schema["anyOf"] ?? schema["oneOf"])?.array, !schemas.isEmpty {
            writeUnion(schemas.count) { writer, index in writer.writeType(schemas[index], level: level + 1) }
        } else if let types = Self.types(of: schema) {
            writeUnion(types.count) { writer, index in writer.writeType(named: types[index], schema, level: level) }
        } else {
            writeType(named: schema["type"]?.string, schema, level: level)
        }
        if schema["nullable"]?.bool == true { write(" | null") }
    }

    private mutating func writeType(named name: String?, _ schema: JSON, level: Int) {
        switch name {
        case "string": write("string")
        case "integer", "number": write("number")
        case "boolean": write("boolean")
        case "null": write("null")
        case "array": writeArray(of: schema["items"] ?? [:], level: level)
        case "object" where schema["properties"]?.object?.isEmpty == false: writeMembers(of: schema, level: level)
        case "object": write("object")
        default: write("any")
        }
    }

    private mutating func writeArray(of items: JSON, level: Int) {
        let isUnion = Self.isUnion(items)
        if isUnion { write("(") }
        writeType(items, level: level + 1)
        write(isUnion ? ")[]" : "[]")
    }

    /// The names in a list of types, each once, so that no schema is written more often than it was given.
    private static func types(of schema: JSON) -> [String]? {
        guard let names = schema["type"]?.array, !names.isEmpty else { return nil }
        var types: [String] = []
        for name in names.compactMap(\.string) where !types.contains(name) { types.append(name) }
        return types.isEmpty ? ["any"] : types
    }

    private static func isUnion(_ schema: JSON) -> Bool {
        let parts = schema["enum"]?.array ?? (schema["anyOf"] ?? schema["oneOf"])?.array ?? schema["type"]?.array
        return parts.map { $0.count > 1 } == true || schema["nullable"]?.bool == true
    }

    /// A value on one line: a string as it is where it has no line of its own.
    private static func line(_ value: JSON) -> String {
        guard let text = value.string, !text.utf8.contains(where: { $0 < 0x20 }) else { return value.text(.spaced) }
        return text
    }

    private mutating func writeUnion(_ count: Int, _ write: (inout TypedDefinitions, Int) -> Void) {
        for index in 0..<count {
            if index > 0 { self.write(" | ") }
            write(&self, index)
        }
    }

    private static func isIdentifier(_ name: String) -> Bool {
        let isWord = name.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "_") || byte == UInt8(ascii: "$") || byte >= 0x80
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
        return isWord && !name.isEmpty
    }
}
