package import JSONText

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
    /// Reads `tool_choice`, and takes the tools away that it does not allow; a choice that the tools cannot meet is refused
    /// before anything is generated.
    init(_ fields: FieldReader, tools: inout [Tool]) throws(APIError) {
        let key = "tool_choice"
        switch fields.value(key) {
        case nil: self = .auto
        case .string(let mode): self = try Self.mode(mode, at: key, expected: "'none', 'auto', 'required' or an object")
        case .object: self = try Self.object(try fields.requiredFields(key), &tools)
        case .some(let value): throw fields.wrongType(key, "a string or an object", value)
        }
        if self == .required, tools.isEmpty {
            throw .invalidValue(key, expected: "'none' or 'auto' where 'tools' is empty")
        }
    }

    private static func mode(_ mode: String, at path: String, expected: String) throws(APIError) -> ToolChoice {
        switch mode {
        case "none": .none
        case "auto": .auto
        case "required": .required
        default: throw .invalidValue(path, expected: expected)
        }
    }

    private static func object(_ choice: FieldReader, _ tools: inout [Tool]) throws(APIError) -> ToolChoice {
        switch try choice.requiredString("type") {
        case "function":
            let name = try choice.requiredFields("function").requiredName("name")
            try check(name, at: "tool_choice.function.name", tools)
            return .named(name)
        case "allowed_tools": return try allowed(try choice.requiredFields("allowed_tools"), &tools)
        default:
            throw .unsupportedValue(
                choice.path(of: "type"),
                "This server knows only choices of type 'function' and 'allowed_tools'."
            )
        }
    }

    /// Some of the tools, under OpenAI's `mode`.
    private static func allowed(_ fields: FieldReader, _ tools: inout [Tool]) throws(APIError) -> ToolChoice {
        let mode = try mode(
            try fields.requiredString("mode"),
            at: fields.path(of: "mode"),
            expected: "'auto' or 'required'"
        )
        let known = tools
        let names = try fields.list("tools") { (json, path) throws(APIError) in
            let tool = try FieldReader(json, at: path)
            let function = try tool.requiredFields("function")
            let name = try function.requiredName("name")
            try check(name, at: function.path(of: "name"), known)
            return name
        }
        guard let names else { throw .missing(fields.path(of: "tools")) }
        tools = tools.filter { names.contains($0.name) }
        return mode
    }

    private static func check(_ name: String, at path: String, _ tools: [Tool]) throws(APIError) {
        guard tools.contains(where: { $0.name == name }) else {
            throw .invalidValue(path, expected: "the name of a function in 'tools'")
        }
    }
}
