// The tools that a request offers to the model, and which of them it has to use.

/// A function that the model may call.
package struct Tool: Equatable, Sendable {
    /// The name to call it by; never empty when decoded.
    package var name: String
    /// What it does, in words for the model.
    package var description: String?
    /// The object as received, `{"type":"function","function":{…}}`, with its keys in their order: prompts show it.
    package var definition: JSON

    /// A tool from its parts.
    package init(name: String, description: String? = nil, definition: JSON) {
        self.name = name
        self.description = description
        self.definition = definition
    }
}

extension Tool {
    init(_ json: JSON, at path: String) throws(APIError) {
        let fields = try FieldReader(json, at: path)
        if let type = try fields.string("type"), type != "function" {
            throw .unsupportedValue(fields.path(of: "type"), "This server offers models only tools of type 'function'.")
        }
        let function = try fields.requiredFields("function")
        name = try function.requiredName("name")
        description = try function.string("description")
        _ = try function.fields("parameters")
        definition = json
    }
}

/// Whether the model has to call a tool, and which.
package enum ToolChoice: Equatable, Sendable {
    case none
    case auto
    case required
    case named(String)
}

extension ToolChoice {
    /// Reads `tool_choice`; a choice that the tools cannot meet is refused before anything is generated.
    init(_ fields: FieldReader, tools: [Tool]) throws(APIError) {
        let key = "tool_choice"
        switch fields.value(key) {
        case nil: self = .auto
        case .string("none"): self = .none
        case .string("auto"): self = .auto
        case .string("required"): self = .required
        case .string: throw .invalidValue(key, expected: "'none', 'auto', 'required' or an object")
        case .object: self = .named(try Self.name(try fields.requiredFields(key)))
        case .some(let value): throw fields.wrongType(key, "a string or an object", value)
        }
        switch self {
        case .none, .auto: break
        case .required:
            if tools.isEmpty { throw .invalidValue(key, expected: "'none' or 'auto' where 'tools' is empty") }
        case .named(let name):
            guard tools.contains(where: { $0.name == name }) else {
                throw .invalidValue("tool_choice.function.name", expected: "the name of a function in 'tools'")
            }
        }
    }

    private static func name(_ choice: FieldReader) throws(APIError) -> String {
        guard try choice.requiredString("type") == "function" else {
            throw .unsupportedValue(choice.path(of: "type"), "This server knows only choices of type 'function'.")
        }
        return try choice.requiredFields("function").requiredName("name")
    }
}
