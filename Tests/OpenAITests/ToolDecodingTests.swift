// Tools keep the order of their keys, and a choice must be one that they can meet.

import JSONText
import Testing

@testable import OpenAI

struct ToolDecodingTests {
    static let tool =
        #"{"type":"function","function":{"name":"read","description":"Reads.","parameters":{"type":"object","#
        + #""properties":{"z":{"type":"string"},"a":{"type":"number","minimum":1.0}},"required":["z"]},"strict":true}}"#

    static func body(_ choice: String = "", tools: String = tool) -> String {
        requestBody("\"tools\":[\(tools)]" + (choice.isEmpty ? "" : ",\"tool_choice\":\(choice)"))
    }

    @Test func `a definition comes back byte for byte`() throws {
        let request = try decode(Self.body())
        #expect(request.tools.map(\.name) == ["read"])
        #expect(request.tools.first?.description == "Reads.")
        #expect(request.tools.first?.definition.compact == Self.tool)
        #expect(request.toolChoice == .auto)
    }

    @Test func `only the name of a function is needed`() throws {
        let request = try decode(Self.body(tools: #"{"function":{"name":"f","description":null,"parameters":null}}"#))
        #expect(request.tools.first?.name == "f" && request.tools.first?.description == nil)
    }

    @Test(arguments: [
        ("null", ToolChoice.auto), (#""auto""#, .auto), (#""none""#, .none), (#""required""#, .required),
        (#"{"type":"function","function":{"name":"read"}}"#, .named("read")),
    ])
    func `choices are read`(_ choice: String, expected: ToolChoice) throws {
        #expect(try decode(Self.body(choice)).toolChoice == expected)
    }

    static func allowed(_ mode: String, _ name: String) -> String {
        #"{"type":"allowed_tools","allowed_tools":{"mode":"\#(mode)","#
            + #""tools":[{"type":"function","function":{"name":"\#(name)"}}]}}"#
    }

    @Test(arguments: [("auto", ToolChoice.auto), ("required", .required)])
    func `of the tools those that are allowed are offered`(mode: String, choice: ToolChoice) throws {
        let two = Self.tool + #",{"type":"function","function":{"name":"write"}}"#
        let request = try decode(Self.body(Self.allowed(mode, "write"), tools: two))
        #expect(request.tools.map(\.name) == ["write"] && request.toolChoice == choice)
    }

    static let onlyFunctions = "This server offers models only tools of type 'function'."
    static let onlyFunctionChoices = "This server knows only choices of type 'function' and 'allowed_tools'."

    static let refusals: [Refusal] = [
        .type(requestBody(#""tools":{}"#), "tools", "an array", "an object"),
        .type(body(tools: "1"), "tools[0]", "an object", "a number"),
        .unsupported(body(tools: #"{"type":"custom","custom":{"name":"x"}}"#), "tools[0].type", onlyFunctions),
        .unsupported(body(tools: tool + #",{"type":"web_search"}"#), "tools[1].type", onlyFunctions),
        .missing(body(tools: #"{"type":"function"}"#), "tools[0].function"),
        .missing(body(tools: #"{"type":"function","function":{}}"#), "tools[0].function.name"),
        .type(body(tools: #"{"function":{"name":1}}"#), "tools[0].function.name", "a string", "a number"),
        .value(body(tools: #"{"function":{"name":""}}"#), "tools[0].function.name", "a string that is not empty"),
        .type(
            body(tools: #"{"function":{"name":"f","parameters":[]}}"#),
            "tools[0].function.parameters",
            "an object",
            "an array"
        ),
        .type(body("1"), "tool_choice", "a string or an object", "a number"),
        .value(body(#""any""#), "tool_choice", "'none', 'auto', 'required' or an object"),
        .missing(body("{}"), "tool_choice.type"),
        .missing(body(#"{"type":"allowed_tools"}"#), "tool_choice.allowed_tools"),
        .missing(body(#"{"type":"allowed_tools","allowed_tools":{"mode":"auto"}}"#), "tool_choice.allowed_tools.tools"),
        .value(body(allowed("any", "read")), "tool_choice.allowed_tools.mode", "'auto' or 'required'"),
        .value(
            body(allowed("auto", "write")),
            "tool_choice.allowed_tools.tools[0].function.name",
            "the name of a function in 'tools'"
        ),
        .unsupported(body(#"{"type":"custom"}"#), "tool_choice.type", onlyFunctionChoices),
        .missing(body(#"{"type":"function"}"#), "tool_choice.function"),
        .missing(body(#"{"type":"function","function":{}}"#), "tool_choice.function.name"),
        .value(
            body(#"{"type":"function","function":{"name":"write"}}"#),
            "tool_choice.function.name",
            "the name of a function in 'tools'"
        ),
        .value(body(#""required""#, tools: ""), "tool_choice", "'none' or 'auto' where 'tools' is empty"),
    ]

    @Test(arguments: refusals)
    func `tools that cannot be offered are refused by name`(_ refusal: Refusal) {
        refusal.check()
    }
}
