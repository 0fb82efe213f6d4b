import JSONText
import OpenAI

/// What the calls of one tool are checked and typed by.
struct ToolSignature: Sendable {
    let name: String
    /// The schema of the arguments, `null` where the tool has none.
    private let parameters: JSON
    /// The parameters, in the order of the schema.
    let parameterNames: [String]
    let required: [String]
    private let properties: [String: JSON]

    /// How far references within a schema are followed.
    private static let referencesMax = 16

    init(_ tool: Tool) {
        name = tool.name
        parameters = (tool.definition["function"] ?? tool.definition)["parameters"] ?? .null
        let members = parameters["properties"]?.object?.members ?? []
        parameterNames = members.map(\.key)
        required = (parameters["required"]?.array ?? []).compactMap(\.string)
        properties = Dictionary(members.map { ($0.key, $0.value) }) { $1 }
    }

    func has(_ parameter: String) -> Bool {
        properties[parameter] != nil
    }

    /// Whether some arguments name every required parameter.
    func isSatisfied(by arguments: JSONObject) -> Bool {
        required.allSatisfy { arguments[$0] != nil }
    }

    /// The value that a text stands for, as the parameter's schema has it.
    ///
    /// A string stays one even if it looks like a number. What does not fit its type stays a string too, and the client
    /// tells the model.
    func value(_ text: String, of parameter: String) -> JSON {
        guard let schema = properties[parameter] else { return (try? JSON(parsing: text)) ?? .string(text) }
        let types = Self.types(of: schema, in: parameters, depth: 0)
        let word = text.trimmed
        if types.contains("null"), word == "null" || word == "None" { return .null }
        if types.contains("string") { return .string(text) }
        if types.isEmpty { return Self.untyped(text, schema) }
        guard let value = LenientJSON.read(word), value.ending == .complete, value.end == word.utf8.count,
            types.contains(where: { Self.fits(value.json, $0) })
        else { return .string(text) }
        return value.json
    }

    private static func untyped(_ text: String, _ schema: JSON) -> JSON {
        let choices = schema["enum"]?.array ?? []
        if choices.contains(.string(text)) { return .string(text) }
        return (try? JSON(parsing: text)) ?? .string(text)
    }

    private static func fits(_ value: JSON, _ type: String) -> Bool {
        switch (value, type) {
        case (.number(let number), "integer"): number.isInteger
        case (.number, "number"), (.bool, "boolean"), (.object, "object"), (.array, "array"), (.null, "null"): true
        default: false
        }
    }

    /// The types that a schema allows, empty if it names none.
    private static func types(of schema: JSON, in root: JSON, depth: Int) -> Set<String> {
        guard depth < referencesMax else { return [] }
        if let type = schema["type"]?.string {
            return Set([type]).union(schema["nullable"]?.bool == true ? ["null"] : [])
        }
        if let types = schema["type"]?.array { return Set(types.compactMap(\.string)) }
        if let reference = schema["$ref"]?.string {
            return referenced(reference, in: root).map { types(of: $0, in: root, depth: depth + 1) } ?? []
        }
        let branches = ["anyOf", "oneOf", "allOf"].flatMap { schema[$0]?.array ?? [] }
        // A schema of 16 levels with two branches each would take for ever.
        let known = branches.prefix(branches.count <= referencesMax && depth < 4 ? referencesMax : 1)
        return known.reduce(into: []) { $0.formUnion(types(of: $1, in: root, depth: depth + 1)) }
    }

    private static func referenced(_ reference: String, in root: JSON) -> JSON? {
        guard reference.hasPrefix("#/") else { return nil }
        return reference.dropFirst(2).split(separator: "/").reduce(root as JSON?) { $0?[String($1)] }
    }
}

extension String {
    /// Without the ASCII white space around it.
    var trimmed: String {
        var rest = utf8[...]
        rest = rest.drop(while: \.isSpace)
        while let last = rest.last, last.isSpace { rest.removeLast() }
        return String(Substring(rest))
    }
}
