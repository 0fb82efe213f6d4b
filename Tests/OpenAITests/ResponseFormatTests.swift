// `response_format` in the forms in which clients send it.

import Testing

import JSONText
@testable import OpenAI

struct ResponseFormatTests {
    private static func named(
        _ name: String,
        _ schema: JSON?,
        description: String? = nil,
        isStrict: Bool = false
    ) -> ResponseFormat {
        .jsonSchema(.init(name: name, description: description, schema: schema, isStrict: isStrict))
    }

    @Test(
        arguments: [
            (#""response_format":null"#, .text), (#""response_format":{"type":"text"}"#, .text),
            (#""response_format":{"type":"json_object"}"#, .jsonObject),
            (#""response_format":{"type":"json_object","json_schema":5}"#, .jsonObject),
            // What openai-python's `.parse()` sends for a pydantic model.
            (
                #""response_format":{"type":"json_schema","json_schema":{"schema":{"type":"object","title":"A"},"name":"A","strict":true}}"#,
                named("A", ["type": "object", "title": "A"], isStrict: true)
            ),
            // What the AI SDK sends for a schema of zod's.
            (
                #""response_format":{"type":"json_schema","json_schema":{"schema":{"$schema":"x"},"strict":true,"name":"response","description":"D"}}"#,
                named("response", ["$schema": "x"], description: "D", isStrict: true)
            ),
            (
                #""response_format":{"type":"json_schema","json_schema":{"name":"n","strict":null,"schema":null}}"#,
                named("n", nil)
            ),
            (#""response_format":{"type":"json_schema","json_schema":{"name":"n","schema":true}}"#, named("n", true)),
        ] as [(String, ResponseFormat)]
    )
    func `each form is read`(more: String, format: ResponseFormat) throws {
        #expect(try decode(requestBody(more)).responseFormat == format)
    }

    @Test func `without it the answer is text`() throws {
        #expect(try decode(requestBody()).responseFormat == .text)
    }

    private static func schema(_ fields: String) -> String {
        requestBody(#""response_format":{"type":"json_schema","json_schema":\#(fields)}"#)
    }

    private static let path = "response_format.json_schema"

    static let refusals: [Refusal] = [
        .type(requestBody(#""response_format":"json""#), "response_format", "an object", "a string"),
        .missing(requestBody(#""response_format":{}"#), "response_format.type"),
        .type(requestBody(#""response_format":{"type":1}"#), "response_format.type", "a string", "a number"),
        .value(
            requestBody(#""response_format":{"type":"yaml"}"#),
            "response_format.type",
            "'text', 'json_object' or 'json_schema'"
        ),
        .missing(requestBody(#""response_format":{"type":"json_schema"}"#), path),
        .type(schema("[]"), path, "an object", "an array"),
        .missing(schema(#"{"schema":{}}"#), "\(path).name"),
        .value(schema(#"{"name":"","schema":{}}"#), "\(path).name", "a string that is not empty"),
        .type(schema(#"{"name":1,"schema":{}}"#), "\(path).name", "a string", "a number"),
        .type(schema(#"{"name":"n","description":[],"schema":{}}"#), "\(path).description", "a string", "an array"),
        .type(schema(#"{"name":"n","strict":"yes","schema":{}}"#), "\(path).strict", "a boolean", "a string"),
        .type(schema(#"{"name":"n","schema":[]}"#), "\(path).schema", "an object or a boolean", "an array"),
        .type(schema(#"{"name":"n","schema":"x"}"#), "\(path).schema", "an object or a boolean", "a string"),
    ]

    @Test(arguments: refusals)
    func `what is no format is refused with its field`(_ refusal: Refusal) {
        refusal.check()
    }
}
