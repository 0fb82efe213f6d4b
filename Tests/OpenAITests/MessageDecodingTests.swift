// Messages in every form in which clients write them.

import Testing

@testable import OpenAI

struct MessageDecodingTests {
    func message(_ json: String) throws -> ChatMessage? {
        try decode(requestBody(messages: "[\(json)]")).messages.first
    }

    @Test(arguments: ChatMessage.Role.allCases)
    func `content may be a string, parts or null in every role`(_ role: ChatMessage.Role) throws {
        let parts = #"[{"type":"text","text":"a"},{"type":"refusal","refusal":"b"},{"type":"text","text":"","x":1}]"#
        for (content, expected) in [("\"hi\"", "hi"), (parts, "a\nb\n"), ("[]", ""), ("null", "")] {
            let read = try message(#"{"role":"\#(role.rawValue)","content":\#(content)}"#)
            #expect(read == ChatMessage(role: role, content: expected))
        }
    }

    @Test func `only an assistant may leave its content out`() throws {
        #expect(try message(#"{"role":"assistant"}"#) == ChatMessage(role: .assistant, content: ""))
        for role in ChatMessage.Role.allCases where role != .assistant {
            let body = requestBody(messages: #"[{"role":"\#(role.rawValue)"}]"#)
            Refusal.missing(body, "messages[0].content").check()
        }
    }

    @Test func `a conversation with tools is read as sent`() throws {
        let request = try decode(
            requestBody(
                messages: #"""
                    [{"role":"assistant","content":null,"reasoning_content":"th","tool_calls":[
                      {"id":"c1","type":"function","function":{"name":"f","arguments":"{\"b\": 1,\"a\":2}"}},
                      {"id":"c2","function":{"name":"g"}}]},
                     {"role":"tool","tool_call_id":"c1","content":"42","cache_control":{"type":"ephemeral"}},
                     {"role":"user","name":"bob","content":"hi","tool_calls":[{"ignored":true}]},
                     {"role":"assistant","function_call":{"name":"h","arguments":"{}"}},
                     {"role":"assistant","content":null,"refusal":"no"}]
                    """#
            )
        )
        let calls = [
            ToolCall(id: "c1", name: "f", arguments: #"{"b": 1,"a":2}"#),
            ToolCall(id: "c2", name: "g", arguments: "{}"),
        ]
        #expect(
            request.messages == [
                ChatMessage(role: .assistant, content: "", toolCalls: calls),
                ChatMessage(role: .tool, content: "42", toolCallID: "c1"),
                ChatMessage(role: .user, content: "hi", name: "bob"),
                ChatMessage(role: .assistant, content: "", toolCalls: [ToolCall(id: "", name: "h", arguments: "{}")]),
                ChatMessage(role: .assistant, content: "no"),
            ]
        )
    }

    static let roles = "one of 'system', 'developer', 'user', 'assistant', 'tool', 'function'"
    static let textOrParts = "a string or an array of parts"

    /// What is wrong with the second message of a request.
    static let refusals: [Refusal] = [
        .type(second("5"), "messages[1]", "an object", "a number"),
        .type(second("null"), "messages[1]", "an object", "null"),
        .missing(second(#"{"content":"x"}"#), "messages[1].role"),
        .missing(second(#"{"role":null,"content":"x"}"#), "messages[1].role"),
        .type(second(#"{"role":1,"content":"x"}"#), "messages[1].role", "a string", "a number"),
        .value(second(#"{"role":"bot","content":"x"}"#), "messages[1].role", roles),
        .type(second(#"{"role":"user","content":1}"#), "messages[1].content", textOrParts, "a number"),
        .type(second(#"{"role":"user","content":{}}"#), "messages[1].content", textOrParts, "an object"),
        .type(second(#"{"role":"assistant","content":true}"#), "messages[1].content", textOrParts, "a boolean"),
        .type(second(#"{"role":"user","content":["x"]}"#), "messages[1].content[0]", "an object", "a string"),
        .missing(second(#"{"role":"user","content":[{"text":"x"}]}"#), "messages[1].content[0].type"),
        .missing(second(#"{"role":"user","content":[{"type":"text"}]}"#), "messages[1].content[0].text"),
        .type(
            second(#"{"role":"user","content":[{"type":"text","text":1}]}"#),
            "messages[1].content[0].text",
            "a string",
            "a number"
        ),
        .value(
            second(#"{"role":"user","content":[{"type":"hologram"}]}"#),
            "messages[1].content[0].type",
            "'text' or 'refusal'"
        ),
        .type(second(#"{"role":"user","content":"","name":1}"#), "messages[1].name", "a string", "a number"),
        .type(
            second(#"{"role":"tool","content":"","tool_call_id":1}"#),
            "messages[1].tool_call_id",
            "a string",
            "a number"
        ),
        .type(second(#"{"role":"assistant","tool_calls":{}}"#), "messages[1].tool_calls", "an array", "an object"),
        .missing(second(#"{"role":"assistant","tool_calls":[{}]}"#), "messages[1].tool_calls[0].id"),
        .missing(second(#"{"role":"assistant","tool_calls":[{"id":"c"}]}"#), "messages[1].tool_calls[0].function"),
        .type(
            second(#"{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":{}}}]}"#),
            "messages[1].tool_calls[0].function.arguments",
            "a string",
            "an object"
        ),
        .unsupported(
            second(#"{"role":"assistant","tool_calls":[{"id":"c","type":"custom","custom":{}}]}"#),
            "messages[1].tool_calls[0].type",
            "This server knows only calls of type 'function'."
        ),
    ]

    static func second(_ message: String) -> String {
        requestBody(messages: #"[{"role":"system","content":"s"},\#(message)]"#)
    }

    @Test(arguments: refusals)
    func `a message that cannot be understood is refused by name`(_ refusal: Refusal) {
        refusal.check()
    }

    @Test(arguments: [("image_url", "image"), ("input_audio", "audio"), ("video_url", "video"), ("file", "file")])
    func `media are refused by kind`(_ type: String, kind: String) {
        let part = #"{"type":"text","text":"see"},{"type":"\#(type)","\#(type)":{"url":"data:,"}}"#
        let body = Self.second(#"{"role":"user","content":[\#(part)]}"#)
        Refusal.unsupported(body, "messages[1].content[1]", "This server does not support \(kind) input.").check()
    }
}
