import JSONText

// One message of a conversation as clients write it: content as a string, as parts or as null, in every role.

/// One message of a chat request.
package struct ChatMessage: Equatable, Sendable {
    /// Who speaks; `developer` is the newer name of `system`, `function` the older name of `tool`.
    package enum Role: String, Equatable, Sendable, CaseIterable {
        case system, developer, user, assistant, tool, function
    }

    /// Who speaks.
    package var role: Role
    /// The text; parts are joined by a line break and null is empty.
    package var content: String
    /// The name of the speaker, or of the function in a `function` message.
    package var name: String?
    /// What the assistant called; empty in the other roles.
    package var toolCalls: [ToolCall]
    /// Which call a `tool` message answers.
    package var toolCallID: String?

    /// A message from its parts.
    package init(
        role: Role,
        content: String,
        name: String? = nil,
        toolCalls: [ToolCall] = [],
        toolCallID: String? = nil
    ) {
        self.role = role
        self.content = content
        self.name = name
        self.toolCalls = toolCalls
        self.toolCallID = toolCallID
    }
}

extension ChatMessage {
    /// Reads a message; what it thought before (`reasoning_content`) is dropped, as it is no part of the conversation.
    init(_ json: JSON, at path: String) throws(APIError) {
        let fields = try FieldReader(json, at: path)
        role = try Self.role(fields)
        name = try fields.string("name")
        content = try Self.content(fields, role)
        toolCalls = role == .assistant ? try Self.calls(fields) : []
        toolCallID = try fields.string("tool_call_id")
    }

    private static func role(_ fields: FieldReader) throws(APIError) -> Role {
        guard let role = Role(rawValue: try fields.requiredString("role")) else {
            let names = Role.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            throw .invalidValue(fields.path(of: "role"), expected: "one of \(names)")
        }
        return role
    }

    private static func content(_ fields: FieldReader, _ role: Role) throws(APIError) -> String {
        switch fields.object["content"] {
        case .string(let text): return text
        case .array:
            let texts = try fields.list("content", of: partText) ?? []
            return texts.joined(separator: "\n")
        case nil where role != .assistant: throw .missing(fields.path(of: "content"))
        // A refusal is all that the assistant said then.
        case nil, .null: return role == .assistant ? try fields.string("refusal") ?? "" : ""
        case .some(let value): throw fields.wrongType("content", "a string or an array of parts", value)
        }
    }

    private static func partText(_ part: JSON, at path: String) throws(APIError) -> String {
        let fields = try FieldReader(part, at: path)
        switch try fields.requiredString("type") {
        case "text": return try fields.requiredString("text")
        case "refusal": return try fields.requiredString("refusal")
        case "image_url", "image", "input_image": throw noInput("image", at: path)
        case "input_audio", "audio", "audio_url": throw noInput("audio", at: path)
        case "video_url", "input_video", "video": throw noInput("video", at: path)
        case "file", "input_file": throw noInput("file", at: path)
        default: throw .invalidValue(fields.path(of: "type"), expected: "'text' or 'refusal'")
        }
    }

    private static func noInput(_ kind: String, at path: String) -> APIError {
        .unsupportedValue(path, "This server does not support \(kind) input.")
    }

    private static func calls(_ fields: FieldReader) throws(APIError) -> [ToolCall] {
        let calls = try fields.list("tool_calls", of: ToolCall.init) ?? []
        guard calls.isEmpty, let old = try fields.fields("function_call") else { return calls }
        // The older form of a single call has no id; its answer is the `function` message that follows.
        return [try ToolCall(id: "", old)]
    }
}

/// A call that the assistant made earlier in the conversation.
package struct ToolCall: Equatable, Sendable {
    /// What the answer to the call refers to; empty for the older form of a call.
    package var id: String
    /// The function called.
    package var name: String
    /// The arguments as JSON text, exactly as sent.
    package var arguments: String

    /// A call from its parts.
    package init(id: String, name: String, arguments: String) {
        self.id = id
        self.name = name
        self.arguments = arguments
    }
}

extension ToolCall {
    init(_ json: JSON, at path: String) throws(APIError) {
        let fields = try FieldReader(json, at: path)
        if let type = try fields.string("type"), type != "function" {
            throw .unsupportedValue(fields.path(of: "type"), "This server knows only calls of type 'function'.")
        }
        try self.init(id: try fields.requiredString("id"), try fields.requiredFields("function"))
    }

    /// Reads the function of a call; one without arguments is written with none by some clients.
    init(id: String, _ function: FieldReader) throws(APIError) {
        self.id = id
        name = try function.requiredName("name")
        arguments = try function.string("arguments") ?? "{}"
    }
}
