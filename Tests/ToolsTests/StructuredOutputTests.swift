// From what a model writes to JSON that is valid, and what the prompt says to get it.

import JSONText
import OpenAI
import Testing

@testable import Tools

struct StructuredOutputTests {
    typealias Result = StructuredOutput.Result

    /// As pydantic 2 writes the schema of two nested models for openai-python's `.parse()`.
    static let invoice = ##"""
        {"$defs":{"Item":{"properties":{"name":{"title":"Name","type":"string"},"price":{"title":"Price","type":"number"},
        "kind":{"anyOf":[{"$ref":"#/$defs/Kind"},{"type":"null"}]}},"required":["name","price","kind"],"title":"Item",
        "type":"object","additionalProperties":false},"Kind":{"enum":["goods","service"],"title":"Kind","type":"string"}},
        "properties":{"number":{"title":"Number","type":"integer"},"items":{"items":{"$ref":"#/$defs/Item"},"title":"Items",
        "type":"array"}},"required":["number","items"],"title":"Invoice","type":"object","additionalProperties":false}
        """##
    /// As the AI SDK writes the schema of `z.array(…)`, which it wraps into an object.
    static let elements = ##"""
        {"$schema":"http://json-schema.org/draft-07/schema#","type":"object","properties":{"elements":{"type":"array","items":
        {"type":"object","properties":{"id":{"type":"string"},"done":{"type":"boolean"}},"required":["id","done"],
        "additionalProperties":false}}},"required":["elements"],"additionalProperties":false}
        """##

    static func output(_ schema: String?) throws -> StructuredOutput {
        guard let schema else { return try #require(try StructuredOutput(.jsonObject)) }
        let named = ResponseFormat.NamedSchema(name: "response", schema: try JSON(parsing: schema))
        return try #require(try StructuredOutput(.jsonSchema(named)))
    }

    @Test(
        arguments: [
            // The plain forms, with the prefill and without.
            (nil, #""a":1}"#, .valid(#"{"a":1}"#)), (nil, #"{"a": 1}"#, .valid(#"{"a":1}"#)), (nil, "}", .valid("{}")),
            (nil, "\n  \"a\": [1, 2]\n}\n", .valid(#"{"a":[1,2]}"#)),
            // What stands around it.
            (nil, #"Sure, here it is: {"a":1} I hope this helps {smile}"#, .valid(#"{"a":1}"#)),
            (nil, "```json\n{\"a\":1}\n```", .valid(#"{"a":1}"#)), (nil, "\"a\":1}\n```\nDone.", .valid(#"{"a":1}"#)),
            (nil, #"As {you} asked [in 1]: {"a":1}"#, .valid(#"{"a":1}"#)),
            (nil, #""a":1} {"b":2}"#, .valid(#"{"a":1}"#)), (nil, #"{"a":1}}"#, .valid(#"{"a":1}"#)),
            // As models write it.
            (nil, #"{'a': True, b: None,}"#, .valid(#"{"a":true,"b":null}"#)), (nil, #"a: 1}"#, .valid(#"{"a":1}"#)),
            (nil, #""a":"it's } not ] the end"}"#, .valid(#"{"a":"it's } not ] the end"}"#)),
            (nil, "\"a\":\"one\ntwo\"}", .valid(#"{"a":"one\ntwo"}"#)),
            (nil, #"JSON: {"a":1}"#, .valid(#"{"a":1}"#)), (nil, #"a: {b: 1}}"#, .valid(#"{"a":{"b":1}}"#)),
            // Only brackets are missing.
            (nil, #""a":{"b":1}"#, .valid(#"{"a":{"b":1}}"#)), (nil, #""a":"b""#, .valid(#"{"a":"b"}"#)),
            (nil, "{\"a\":[1]\n```", .valid(#"{"a":[1]}"#)),
            // More is missing.
            (nil, #""a":1,"b":"c"#, .invalid(#"{"a":1}"#, problems: ["it ends before it is complete"])),
            // Nothing is there.
            (nil, "I cannot do that.", .none), (nil, "# Answer\n{\"a\":1}", .valid(#"{"a":1}"#)), (nil, "", .none),
            (nil, "{", .none), (nil, "[1,2]", .none),
            // A part of what cannot be read is not the answer.
            (nil, #"{"a": 1 oops {"b":2}}"#, .invalid(#"{"a":1}"#, problems: ["it ends before it is complete"])),
            // Schemas.
            (
                invoice, #""number":"7","items":[{"name":"x","price":"1.5","kind":"Goods"}]}"#,
                .valid(#"{"number":7,"items":[{"name":"x","price":1.5,"kind":"goods"}]}"#)
            ),
            (
                invoice, #"{"number":7,"items":{"name":"x","price":1,"note":"y"},"total":1}"#,
                .valid(#"{"number":7,"items":[{"name":"x","price":1,"kind":null}]}"#)
            ),
            (
                invoice, #"{"number":7,"items":[{"name":"x","price":"cheap","kind":"goods"}]}"#,
                .invalid(
                    #"{"number":7,"items":[{"name":"x","price":"cheap","kind":"goods"}]}"#,
                    problems: ["items[0].price: expected a number, not a string"]
                )
            ),
            (
                invoice, #"For example {"number":1}. Now: {"number":2,"items":[]}"#, .valid(#"{"number":2,"items":[]}"#)
            ),
            (
                invoice, #"{"numero":1} or rather {"number":"x","items":[]}"#,
                .invalid(#"{"number":"x","items":[]}"#, problems: ["number: expected an integer, not a string"])
            ),
            (elements, #""elements":[{"id":1,"done":"true"}]}"#, .valid(#"{"elements":[{"id":"1","done":true}]}"#)),
            (#"{"type":"array"}"#, "1,2]", .valid("[1,2]")), (#"{"type":"array"}"#, "[1,2]", .valid("[1,2]")),
            (#"{"type":"array"}"#, "[1],[2]]", .valid("[[1],[2]]")),
            (#"{"type":"array"}"#, #"{"a":1}]"#, .valid(#"[{"a":1}]"#)),
            (#"{"type":"array"}"#, #"{"a":1}"#, .valid(#"[{"a":1}]"#)), (#"{"type":"array"}"#, "]", .valid("[]")),
            (#"{"type":"array"}"#, "Here: [true]", .valid("[true]")),
            (#"{"type":"array"}"#, "[[1],[2]]", .valid("[[1],[2]]")),
            // Other roots.
            (#"{"type":"integer"}"#, " 42\n", .valid("42")),
            (#"{"type":"string"}"#, "plain text", .valid(#""plain text""#)),
            (#"{"type":"string"}"#, #""quoted""#, .valid(#""quoted""#)),
            (#"{"enum":["yes","no"]}"#, "Yes", .valid(#""yes""#)),
            (#"{"type":"boolean"}"#, "```\ntrue\n```", .valid("true")), (#"{"type":"integer"}"#, "many", .none),
            (#"{"type":["object","null"]}"#, "null", .valid("null")),
            (#"{"type":["object","null"]}"#, "so: {}", .valid("{}")),
            ("{}", #"{"a":1}"#, .valid(#"{"a":1}"#)), ("{}", "a\0b", .valid("\"a\u{FFFD}b\"")),
            ("{}", #"{"a":1,"b"#, .invalid(#"{"a":1}"#, problems: ["it ends before it is complete"])),
            (#"{"type":"string"}"#, #"like {"a":1}"#, .valid(#""like {\"a\":1}""#)),
        ] as [(String?, String, Result)]
    )
    func `an answer is read`(schema: String?, text: String, expected: Result) throws {
        let output = try Self.output(schema)
        #expect(output.read(text, isCut: false) == expected)
        // An answer that was joined to its prefill reads the same, but for one that begins with talk or a fence.
        if text.first.map({ "\"'}a0123456789]".contains($0) }) == true {
            #expect(output.read(output.prefill + text, isCut: false) == expected)
        }
    }

    @Test(
        arguments: [
            (nil, #""a":1,"b":"c"#, .cut(#"{"a":1}"#)), (nil, #""a":1,"b":12"#, .cut(#"{"a":1}"#)), (nil, "", .none),
            (nil, #""a":[1,{"b":2,"c":"#, .cut(#"{"a":[1,{"b":2}]}"#)), (nil, #""a":{"b":1}"#, .cut(#"{"a":{"b":1}}"#)),
            (nil, #""a":1} and then it talks on and"#, .valid(#"{"a":1}"#)), (nil, "Let me think ab", .none),
            (nil, #"Sure: {"a":1,"b"#, .cut(#"{"a":1}"#)),
            (nil, #"{"a":{"b":1},"c":{"d"#, .cut(#"{"a":{"b":1},"c":{}}"#)),
            (
                invoice, #"{"number":"7","items":[{"name":"x","pri"#,
                .cut(#"{"number":7,"items":[{"name":"x","kind":null}]}"#)
            ),
            (
                invoice, #"{"number":"x"} {"numb"#,
                .invalid(
                    #"{"number":"x"}"#,
                    problems: [
                        #"the whole: the key "items" is missing"#, "number: expected an integer, not a string",
                    ]
                )
            ),
            (nil, #""a":1 oops "b":2"#, .invalid(#"{"a":1}"#, problems: ["it ends before it is complete"])),
            (#"{"type":"array"}"#, "[1],[2],[3", .cut("[[1],[2],[]]")),
            (#"{"type":"array","items":{"type":"string"}}"#, #"["x","y"#, .cut(#"["x"]"#)),
            (#"{"type":"array","items":{"type":"string"}}"#, #""x","y"#, .cut(#"["x"]"#)),
        ] as [(String?, String, Result)]
    )
    func `an answer that its length cut is closed`(schema: String?, text: String, expected: Result) throws {
        #expect(try Self.output(schema).read(text, isCut: true) == expected)
    }

    @Test(arguments: [invoice, elements, "{}", #"{"type":"array"}"#])
    func `whatever is cut off, what is left is JSON or nothing`(schema: String) throws {
        let output = try Self.output(schema)
        let whole =
            #"{"number":7,"items":[{"name":"a \"b\" {c","price":1.5e3,"kind":null}],"elements":[true,[1,-2]]} and so on"#
        for length in 0...whole.utf8.count {
            let text = String(decoding: whole.utf8.prefix(length), as: UTF8.self)
            for isCut in [true, false] {
                switch output.read(text, isCut: isCut) {
                case .valid(let json), .cut(let json), .invalid(let json, _): _ = try JSON(parsing: json)
                case .none: break
                }
            }
        }
    }

    @Test(arguments: [
        (#"{"type":"object"}"#, "{"), (#"{"type":"array"}"#, "["), (#"{"type":["object"]}"#, "{"),
        (#"{"type":"string"}"#, ""),
        (#"{"type":["object","null"]}"#, ""), ("{}", ""), ("true", ""), (#"{"properties":{}}"#, "{"),
        (#"{"items":{}}"#, "["),
        (##"{"$ref":"#/$defs/a","$defs":{"a":{"type":"array"}}}"##, "["), (##"{"$ref":"#"}"##, ""),
        (#"{"anyOf":[{"type":"object"},{"properties":{}}]}"#, "{"),
        (#"{"anyOf":[{"type":"object"},{"type":"array"}]}"#, ""),
        (#"{"allOf":[{"minProperties":1},{"type":"object"}]}"#, "{"), (#"{"enum":[{"a":1}]}"#, ""), (invoice, "{"),
    ])
    func `the prefill is what every valid answer begins with`(schema: String, prefill: String) throws {
        #expect(try Self.output(schema).prefill == prefill)
    }

    @Test func `the instruction says the form and shows the schema`() throws {
        let first =
            "Reply with a single valid JSON object and nothing else: no introduction, no explanation, no code fence."
        #expect(try Self.output(nil).instruction == first)
        #expect(try StructuredOutput(.text) == nil)
        let schema: JSON = ["$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "properties": [:]]
        let named = ResponseFormat.NamedSchema(name: "person", description: "Who it is", schema: schema)
        let expected = """
            \(first)
            It has to match this JSON Schema (person: Who it is):
            {"type":"object","properties":{}}
            Use exactly the keys of the schema.
            """
        #expect(try StructuredOutput(.jsonSchema(named))?.instruction == expected)
        let unsaid = ResponseFormat.NamedSchema(name: "person", schema: nil)
        #expect(try StructuredOutput(.jsonSchema(unsaid))?.instruction == first + "\nIt is person.")
    }

    @Test func `a schema that is none is refused`() {
        let named = ResponseFormat.NamedSchema(name: "x", schema: [])
        let refusal = #expect(throws: APIError.self) { try StructuredOutput(.jsonSchema(named)) }
        #expect(refusal?.param == "response_format.json_schema.schema")
    }
}
