// Which values a schema takes: a table of schemas, each with values that are valid and values that are not.

import JSONText
import OpenAI
import Testing

@testable import Tools

/// A schema with values on both sides, all as JSON text.
struct SchemaCase: Sendable, CustomTestStringConvertible {
    let schema: String
    let valid: [String]
    let invalid: [String]

    init(_ schema: String, valid: [String] = [], invalid: [String] = []) {
        (self.schema, self.valid, self.invalid) = (schema, valid, invalid)
    }

    var testDescription: String { schema }
}

struct JSONSchemaTests {
    static let kinds: [SchemaCase] = [
        SchemaCase("true", valid: ["null", "{}", "1"]),
        SchemaCase("false", invalid: ["null", "{}", "1"]),
        SchemaCase("{}", valid: ["null", "[]", #""a""#]),
        SchemaCase(#"{"type":"string"}"#, valid: [#""""#, #""1""#], invalid: ["1", "null", "[]", "{}", "true"]),
        SchemaCase(#"{"type":"number"}"#, valid: ["1", "-1.5", "1e3"], invalid: [#""1""#, "null", "true"]),
        SchemaCase(#"{"type":"integer"}"#, valid: ["1", "-0", "1.0", "1e3"], invalid: ["1.5", #""1""#, "1e-1"]),
        SchemaCase(#"{"type":"boolean"}"#, valid: ["true", "false"], invalid: ["0", #""true""#, "null"]),
        SchemaCase(#"{"type":"null"}"#, valid: ["null"], invalid: ["0", #""""#, "false", "{}"]),
        SchemaCase(#"{"type":"array"}"#, valid: ["[]", "[1,null]"], invalid: ["{}", #""[]""#]),
        SchemaCase(#"{"type":"object"}"#, valid: ["{}", #"{"a":1}"#], invalid: ["[]", "null"]),
        SchemaCase(#"{"type":["string","null"]}"#, valid: [#""a""#, "null"], invalid: ["1", "[]"]),
        SchemaCase(#"{"type":["integer","string"]}"#, valid: ["1", #""a""#], invalid: ["1.5", "null"]),
        SchemaCase(#"{"type":"string","nullable":true}"#, valid: [#""a""#, "null"], invalid: ["1"]),
        SchemaCase(#"{"nullable":true,"type":"string"}"#, valid: ["null"], invalid: ["1"]),
        SchemaCase(#"{"type":"any"}"#, valid: ["1", "null"]),
        SchemaCase(#"{"type":[]}"#, valid: ["1"]),
        SchemaCase(#"{"type":5}"#, valid: ["1"]),
        SchemaCase(#"{"type":"string","type":"integer"}"#, valid: ["1"], invalid: [#""a""#]),
    ]

    static let choices: [SchemaCase] = [
        SchemaCase(#"{"enum":["a","b"]}"#, valid: [#""a""#, #""b""#], invalid: [#""c""#, #""A""#, "1", "null"]),
        SchemaCase(
            #"{"enum":[1,null,true,{"a":[1]}]}"#,
            valid: ["1.0", "null", "true", #"{"a":[1.0]}"#],
            invalid: ["2"]
        ),
        SchemaCase(#"{"enum":[{"a":1,"b":2}]}"#, valid: [#"{"b":2,"a":1}"#], invalid: [#"{"a":1}"#]),
        SchemaCase(#"{"enum":[]}"#, invalid: ["1", "null"]),
        SchemaCase(#"{"enum":"a"}"#, valid: ["1"]),
        SchemaCase(#"{"const":"x"}"#, valid: [#""x""#], invalid: [#""y""#, "null"]),
        SchemaCase(#"{"const":null}"#, valid: ["null"], invalid: ["0"]),
        SchemaCase(#"{"const":1,"enum":[1,2]}"#, valid: ["1"], invalid: ["2"]),
        SchemaCase(#"{"const":false}"#, valid: ["false"], invalid: ["0", "true"]),
    ]

    static let bounds: [SchemaCase] = [
        SchemaCase(#"{"minimum":3}"#, valid: ["3", "3.1", #""a""#], invalid: ["2.9", "-3"]),
        SchemaCase(#"{"maximum":3}"#, valid: ["3", "-1"], invalid: ["3.01", "1e9"]),
        SchemaCase(#"{"exclusiveMinimum":0}"#, valid: ["0.1"], invalid: ["0", "-1"]),
        SchemaCase(#"{"exclusiveMaximum":10}"#, valid: ["9.9"], invalid: ["10", "11"]),
        SchemaCase(#"{"minimum":0,"exclusiveMinimum":true}"#, valid: ["1"], invalid: ["0"]),
        SchemaCase(#"{"exclusiveMaximum":true,"maximum":5}"#, valid: ["4"], invalid: ["5"]),
        SchemaCase(#"{"minimum":5,"exclusiveMinimum":false}"#, valid: ["5"], invalid: ["4"]),
        SchemaCase(#"{"multipleOf":3}"#, valid: ["9", "0", "-3", "9.0"], invalid: ["10", "1.5"]),
        SchemaCase(#"{"multipleOf":0.1}"#, valid: ["0.3", "1", "0.7"], invalid: ["0.35"]),
        SchemaCase(#"{"multipleOf":0}"#, valid: ["1"]),
        SchemaCase(#"{"minimum":"3","maximum":null}"#, valid: ["2"]),
        SchemaCase(#"{"minLength":2}"#, valid: [#""ab""#, "1"], invalid: [#""a""#, #""""#]),
        SchemaCase(#"{"maxLength":2}"#, valid: [#""ab""#, #""😀😀""#], invalid: [#""abc""#]),
        SchemaCase(#"{"minItems":1}"#, valid: ["[1]", "{}"], invalid: ["[]"]),
        SchemaCase(#"{"maxItems":1}"#, valid: ["[1]", "[]"], invalid: ["[1,2]"]),
        SchemaCase(
            #"{"minProperties":1,"maxProperties":2}"#,
            valid: [#"{"a":1}"#],
            invalid: ["{}", #"{"a":1,"b":1,"c":1}"#]
        ),
        SchemaCase(
            #"{"uniqueItems":true}"#,
            valid: ["[1,2]", "[]", #"[{"a":1},{"a":2}]"#, #"[1,"1"]"#],
            invalid: ["[1,1.0]", #"[{"a":1,"b":2},{"b":2,"a":1}]"#]
        ),
        SchemaCase(#"{"minLength":-1,"maxItems":"2"}"#, valid: [#""""#, "[1,2,3]"]),
    ]

    static let containers: [SchemaCase] = [
        SchemaCase(#"{"required":["a"]}"#, valid: [#"{"a":null}"#, "[]"], invalid: ["{}", #"{"A":1}"#]),
        SchemaCase(#"{"properties":{"a":{"type":"string"}}}"#, valid: ["{}", #"{"b":1}"#], invalid: [#"{"a":1}"#]),
        SchemaCase(
            #"{"properties":{"a":true},"additionalProperties":false}"#,
            valid: ["{}", #"{"a":1}"#],
            invalid: [#"{"a":1,"b":2}"#]
        ),
        SchemaCase(
            #"{"additionalProperties":{"type":"integer"}}"#,
            valid: [#"{"x":1,"y":2}"#],
            invalid: [#"{"x":"1"}"#]
        ),
        SchemaCase(
            #"{"patternProperties":{"^x-":{"type":"string"}},"additionalProperties":false}"#,
            valid: [#"{"x-a":"b"}"#],
            invalid: [#"{"x-a":1}"#, #"{"y":"b"}"#]
        ),
        SchemaCase(#"{"patternProperties":{"(?i)a":false},"additionalProperties":false}"#, valid: [#"{"a":1}"#]),
        SchemaCase(#"{"properties":{"a":false}}"#, valid: ["{}"], invalid: [#"{"a":1}"#]),
        SchemaCase(#"{"items":{"type":"integer"}}"#, valid: ["[]", "[1,2]"], invalid: [#"[1,"2"]"#]),
        SchemaCase(#"{"items":false}"#, valid: ["[]"], invalid: ["[1]"]),
        SchemaCase(
            #"{"prefixItems":[{"type":"string"},{"type":"integer"}]}"#,
            valid: [#"["a",1,null]"#, #"["a"]"#],
            invalid: ["[1]", #"["a","b"]"#]
        ),
        SchemaCase(#"{"prefixItems":[true],"items":false}"#, valid: ["[1]"], invalid: ["[1,2]"]),
        SchemaCase(
            #"{"items":[{"type":"string"}],"additionalItems":{"type":"null"}}"#,
            valid: [#"["a",null]"#],
            invalid: [#"["a",1]"#, "[1]"]
        ),
        SchemaCase(#"{"items":{"type":"integer"},"additionalItems":false}"#, valid: ["[1,2]"]),
        SchemaCase(
            #"{"properties":{"a":{"items":{"required":["b"]}}}}"#,
            valid: [#"{"a":[{"b":1}]}"#],
            invalid: [#"{"a":[{"b":1},{}]}"#]
        ),
    ]

    static let combined: [SchemaCase] = [
        SchemaCase(#"{"anyOf":[{"type":"string"},{"minimum":5}]}"#, valid: [#""a""#, "6"], invalid: ["4"]),
        SchemaCase(#"{"anyOf":[]}"#, valid: ["1"]),
        SchemaCase(#"{"oneOf":[{"multipleOf":3},{"multipleOf":5}]}"#, valid: ["3", "5"], invalid: ["15", "2"]),
        SchemaCase(#"{"oneOf":[{"contains":1},{"type":"array"}]}"#, valid: ["[]"]),
        SchemaCase(#"{"allOf":[{"minimum":1},{"maximum":3}]}"#, valid: ["2"], invalid: ["0", "4"]),
        SchemaCase(
            #"{"type":"integer","anyOf":[{"maximum":1},{"minimum":5}]}"#,
            valid: ["0", "5"],
            invalid: ["3", "0.5"]
        ),
        SchemaCase(#"{"not":{"type":"null"}}"#, valid: ["1"], invalid: ["null"]),
        SchemaCase(#"{"not":{}}"#, invalid: ["1", "null"]),
        SchemaCase(#"{"not":{"pattern":"(?i)a"}}"#, valid: [#""a""#, #""b""#]),
        SchemaCase(#"{"not":{"pattern":"a(?=b)"}}"#, valid: [#""ac""#, #""c""#]),
        SchemaCase(#"{"not":{"if":{},"then":false}}"#, valid: ["1"]),
        SchemaCase(#"{"format":"date-time","type":"string"}"#, valid: [#""no date""#]),
        SchemaCase(#"{"type":"string","title":"T","default":1,"examples":[2]}"#, valid: [#""a""#]),
        SchemaCase(#"{"pattern":"^\\d{3}$"}"#, valid: [#""123""#, "5"], invalid: [#""12""#, #""a123""#]),
        SchemaCase(#"{"pattern":"("}"#, valid: [#""a""#]),
    ]

    static let references: [SchemaCase] = [
        SchemaCase(##"{"$ref":"#/$defs/a","$defs":{"a":{"type":"string"}}}"##, valid: [#""x""#], invalid: ["1"]),
        SchemaCase(
            ##"{"$ref":"#/definitions/a","definitions":{"a":{"type":"null"}}}"##,
            valid: ["null"],
            invalid: ["1"]
        ),
        SchemaCase(
            ##"{"properties":{"child":{"$ref":"#"}},"required":["v"]}"##,
            valid: [#"{"v":1,"child":{"v":2,"child":{"v":3}}}"#],
            invalid: [#"{"v":1,"child":{"v":2,"child":{}}}"#]
        ),
        SchemaCase(
            ##"{"$defs":{"n":{"anyOf":[{"type":"null"},{"type":"object","properties":{"n":{"$ref":"#/$defs/n"}},"required":["n"]}]}},"$ref":"#/$defs/n"}"##,
            valid: ["null", #"{"n":{"n":null}}"#],
            invalid: [#"{"n":{"n":1}}"#, #"{"n":{}}"#]
        ),
        SchemaCase(
            ##"{"$ref":"#/$defs/a~1b~0c%25","$defs":{"a/b~c%":{"type":"null"}}}"##,
            valid: ["null"],
            invalid: ["1"]
        ),
        SchemaCase(
            ##"{"items":[{"type":"null"},{"$ref":"#/items/0"}]}"##,
            valid: ["[null,null]"],
            invalid: ["[null,1]"]
        ),
        SchemaCase(
            ##"{"$ref":"#/$defs/a","maximum":3,"$defs":{"a":{"minimum":1}}}"##,
            valid: ["2"],
            invalid: ["0", "4"]
        ),
        SchemaCase(##"{"$ref":"#"}"##, valid: ["1"]),
        SchemaCase(##"{"allOf":[{"$ref":"#"}],"type":"null"}"##, valid: ["null"], invalid: ["1"]),
        SchemaCase(##"{"anyOf":[{"$ref":"#"},{"$ref":"#"}]}"##, valid: ["1"]),
        SchemaCase(
            ##"{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}},"$ref":"#/$defs/a"}"##,
            valid: ["1"]
        ),
        SchemaCase(##"{"$ref":"#/$defs/missing"}"##, valid: ["1"]),
        SchemaCase(##"{"$ref":"https://example.org/schema.json"}"##, valid: ["1"]),
        SchemaCase(##"{"$ref":"#anchor"}"##, valid: ["1"]),
        SchemaCase(##"{"$ref":5}"##, valid: ["1"]),
    ]

    /// Keywords whose value makes no sense say nothing.
    static let nonsense: [SchemaCase] = [
        SchemaCase(
            #"{"properties":5,"required":{},"items":7,"anyOf":{},"allOf":"x","oneOf":null,"not":3,"pattern":[]}"#,
            valid: ["{}", "[]", "1"]
        ),
        SchemaCase(#"{"properties":{"a":"string"}}"#, valid: [#"{"a":1}"#]),
        SchemaCase(#"{"required":"a","enum":{},"patternProperties":[]}"#, valid: ["{}"]),
        SchemaCase(#"{"required":[1,"a"]}"#, valid: [#"{"a":1}"#], invalid: ["{}"]),
    ]

    @Test(arguments: [kinds, choices, bounds, containers, combined, references, nonsense].flatMap { $0 })
    func `values are told apart`(_ example: SchemaCase) throws {
        let schema = try JSONSchema(try JSON(parsing: example.schema))
        for value in example.valid { #expect(schema.problems(in: try JSON(parsing: value)) == [], "\(value)") }
        for value in example.invalid { #expect(schema.problems(in: try JSON(parsing: value)) != [], "\(value)") }
    }

    @Test(arguments: [nil, 1, "x", []] as [JSON])
    func `what is neither an object nor a boolean is no schema`(_ json: JSON) {
        let refusal = #expect(throws: APIError.self) { try JSONSchema(json) }
        #expect(refusal?.status == 400 && refusal?.param == "response_format.json_schema.schema")
    }
}
