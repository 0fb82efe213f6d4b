import JSONText
import OpenAI
import Testing
import Tools

@Suite struct ToolDefinitionTests {
    /// The facts' own text for Hermes, with an object as Python writes it.
    @Test func `Hermes is told one object a line, without strict and $schema, in the client's order`() throws {
        let plain = """
            # Tools

            You may call one or more functions to assist with the user query.

            You are provided with function signatures within <tools></tools> XML tags:
            <tools>
            {"type": "function", "function": {"name": "b", "description": "é \\"x\\"", "parameters": {"type": "object", \
            "properties": {"z": {"type": "number", "maximum": 1.50}, "strict": {"$schema": 1}}}}}
            {"type": "function", "function": {"name": "a"}}
            </tools>

            For each function call, return a json object with function name and arguments within \
            <tool_call></tool_call> XML tags:
            <tool_call>
            {"name": <function-name>, "arguments": <args-json-object>}
            </tool_call>
            """
        let tools = [
            try tool(
                """
                {"name":"b","strict":true,"description":"é \\"x\\"","parameters":{"$schema":"s","type":"object",
                 "properties":{"z":{"type":"number","maximum":1.50},"strict":{"$schema":1}}}}
                """
            ),
            // Some clients leave the type out.
            Tool(name: "a", definition: ["function": ["name": "a"]]),
        ]
        #expect(ToolStyle.hermes.definitions(tools) == plain)
        let guided = ToolStyle.hermes.definitions(tools, isTrained: false)
        #expect(guided.hasPrefix(plain + "\n\n"))
        #expect(
            guided.hasSuffix("<tool_call>\n{\"name\": \"b\", \"arguments\": {\"z\": 1}}\n</tool_call>")
        )
        #expect(ToolStyle.none.definitions(tools) == guided)
    }

    @Test(arguments: [
        (#"{"properties":{"a":{"type":"string"},"b":{"type":"integer"}},"required":["b"]}"#, #"{"b": 1}"#),
        (#"{"properties":{"a":{"enum":["x","y"]}}}"#, #"{"a": "x"}"#),
        (
            #"{"properties":{"a":{"type":["array","null"]},"b":{"type":"object"},"c":{"type":"boolean"},"d":{"const":2}},"#
                + #""required":["d","c","b","a"]}"#, #"{"a": [], "b": {}, "c": true, "d": 2}"#
        ),
        (#"{}"#, "{}"), (#"{"properties":[],"required":{}}"#, "{}"),
    ])
    func `the example for the untrained has values of the right kinds`(schema: String, arguments: String) throws {
        let text = ToolStyle.hermes.definitions([try tool(#"{"name":"f","parameters":\#(schema)}"#)], isTrained: false)
        #expect(text.hasSuffix("{\"name\": \"f\", \"arguments\": \(arguments)}\n</tool_call>"))
    }

    static let types: [(schema: String, type: String)] = [
        (#"{"type":"string"}"#, "string"), (#"{"type":"integer"}"#, "number"), (#"{"type":"null"}"#, "null"),
        (#"{"type":"array"}"#, "any[]"), (#"{"type":"array","items":{"type":"string"}}"#, "string[]"),
        (#"{"type":"array","items":{"type":["string","null"]}}"#, "(string | null)[]"),
        (#"{"type":"array","items":{"enum":["a"]}}"#, #""a"[]"#), (#"{"enum":["a",1,null]}"#, #""a" | 1 | null"#),
        (#"{"const":{"a":1}}"#, #"{"a": 1}"#), (#"{"type":"object"}"#, "object"), (#"{}"#, "any"), ("true", "any"),
        (#"{"type":"string","nullable":true}"#, "string | null"), (#"{"type":["string","string"]}"#, "string"),
        (#"{"anyOf":[{"type":"boolean"},{"type":"array","items":{"type":"number"}}]}"#, "boolean | number[]"),
        (##"{"oneOf":[{"$ref":"#/$defs/a"},{"type":"string"}]}"##, "any | string"), (#"{"type":7}"#, "any"),
        (
            #"{"type":"object","properties":{"b-c":{"type":"string","description":"One\ntwo"},"d":{"type":"number"}},"#
                + #""required":["d"]}"#, "{\n// One\n// two\n\"b-c\"?: string,\nd: number,\n}"
        ),
    ]

    @Test(arguments: types)
    func `a schema becomes a type`(sample: (schema: String, type: String)) throws {
        let parameters = #"{"type":"object","properties":{"p":\#(sample.schema)}}"#
        let text = ToolStyle.harmony.definitions([try tool(#"{"name":"f","parameters":\#(parameters)}"#)])
        let start = "# Tools\n\n## functions\n\nnamespace functions {\n\ntype f = (_: {\np?: "
        #expect(text == start + sample.type + ",\n}) => any;\n\n} // namespace functions")
    }

    @Test func `a default is a comment on its line, and a function without parameters takes none`() throws {
        let text = ToolStyle.harmony.definitions([
            try tool(
                #"{"name":"f","description":"Does.","parameters":{"properties":{"p":{"default":"a"},"q":{"default":"b\nc"}}}}"#
            ), try tool(#"{"name":"g","parameters":{"type":"object","properties":{}}}"#),
        ])
        #expect(
            text.contains(
                "// Does.\ntype f = (_: {\np?: any, // default: a\nq?: any, // default: \"b\\nc\"\n}) => any;\n\n"
            )
        )
        #expect(text.contains("type g = () => any;\n\n} // namespace functions"))
    }

    @Test(arguments: ToolStyle.allCases)
    func `a schema of any depth or kind is written`(style: ToolStyle) throws {
        let open = #"{"type":["object","array","object"],"properties":{"a":"#
        let deep = String(repeating: open, count: 50) + "{}" + String(repeating: "}}", count: 50)
        for schema in [deep, "{}", #"{"properties":3,"required":3}"#, #"{"type":[],"properties":{"a":null}}"#] {
            let text = style.definitions([try tool(#"{"name":"f","description":null,"parameters":\#(schema)}"#)])
            #expect(text.utf8.count < 6000)
        }
    }
}
