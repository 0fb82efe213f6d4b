// The lines that tell a model what is wrong with its JSON.

import JSONText
import OpenAI
import Testing

@testable import Tools

struct SchemaMessageTests {
    @Test(arguments: [
        (#"{"type":"object"}"#, "[]", ["the whole: expected an object, not an array"]),
        (
            #"{"properties":{"items":{"items":{"properties":{"price":{"type":"number"}}}}}}"#,
            #"{"items":[{},{},{"price":"5"}]}"#, ["items[2].price: expected a number, not a string"]
        ),
        (#"{"items":{"type":"integer"}}"#, "[1,1.5]", ["[1]: expected an integer, not a number with a fraction"]),
        (
            #"{"required":["a","b"]}"#, "{}",
            [#"the whole: the key "a" is missing"#, #"the whole: the key "b" is missing"#]
        ),
        (#"{"properties":{"a":{"required":["b"]}}}"#, #"{"a":{}}"#, [#"a: the key "b" is missing"#]),
        (#"{"additionalProperties":false}"#, #"{"odd key":1}"#, [#"["odd key"]: not allowed here"#]),
        (#"{"properties":{"s":{"enum":["a","b",1]}}}"#, #"{"s":"c"}"#, [#"s: expected one of "a", "b", 1"#]),
        (#"{"properties":{"s":{"const":"x"}}}"#, #"{"s":"c"}"#, [#"s: expected "x""#]),
        (#"{"minimum":3}"#, "2", ["the whole: expected at least 3"]),
        (#"{"maximum":2.5}"#, "3", ["the whole: expected at most 2.5"]),
        (#"{"exclusiveMinimum":3}"#, "3", ["the whole: expected more than 3"]),
        (#"{"exclusiveMaximum":3}"#, "3", ["the whole: expected less than 3"]),
        (#"{"multipleOf":5}"#, "3", ["the whole: expected a multiple of 5"]),
        (#"{"minLength":1}"#, #""""#, ["the whole: expected at least 1 character"]),
        (#"{"maxItems":2}"#, "[1,2,3]", ["the whole: expected at most 2 elements"]),
        (#"{"uniqueItems":true}"#, "[1,1]", ["the whole: expected elements that all differ"]),
        (#"{"pattern":"^a"}"#, #""b""#, ["the whole: expected a text that matches ^a"]),
        (#"{"anyOf":[{"type":"string"},{"type":"null"}]}"#, "1", ["the whole: expected a string or null"]),
        (
            #"{"anyOf":[{"type":"object","required":["a"]},{"type":"null"}]}"#, "{}",
            [#"the whole: the key "a" is missing"#]
        ),
        (#"{"oneOf":[{"minimum":1},{"minimum":2}]}"#, "3", ["the whole: matches 2 of the alternatives instead of one"]),
        (#"{"not":{"type":"null"}}"#, "null", ["the whole: has a form that is not allowed"]),
    ])
    func `a problem is told with its place`(schema: String, value: String, problems: [String]) throws {
        #expect(try JSONSchema(try JSON(parsing: schema)).problems(in: try JSON(parsing: value)) == problems)
    }

    @Test func `only some problems are told, and long names are shortened`() throws {
        let schema = try JSONSchema(["items": ["type": "string"]])
        #expect(schema.problems(in: .array(Array(repeating: 1, count: 100))).count == SchemaLimits.problemsMax)
        let long = String(repeating: "k", count: 10_000)
        let problems = try JSONSchema(["additionalProperties": false]).problems(in: .object([long: 1]))
        #expect(problems.count == 1 && problems[0].utf8.count < 200)
        let choices = try JSONSchema(["enum": .array((0..<1000).map { .string("choice \($0)") })])
        #expect(choices.problems(in: "x").allSatisfy { $0.utf8.count < 400 && $0.hasSuffix("…") })
    }
}
