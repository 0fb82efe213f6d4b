// What is made of values that miss a schema by little.

import JSONText
import OpenAI
import Testing

@testable import Tools

struct SchemaCoercionTests {
    @Test(arguments: [
        (#"{"type":"integer"}"#, #""42""#, "42"), (#"{"type":"integer"}"#, #"" -7 ""#, "-7"),
        (#"{"type":"integer"}"#, #""4.5""#, #""4.5""#), (#"{"type":"integer"}"#, "4.5", "4.5"),
        (#"{"type":"integer"}"#, #""4.0""#, "4.0"), (#"{"type":"number"}"#, #""1e3""#, "1e3"),
        (#"{"type":"number"}"#, #""1,000""#, #""1,000""#), (#"{"type":"number"}"#, #""true""#, #""true""#),
        (#"{"type":"boolean"}"#, #""true""#, "true"), (#"{"type":"boolean"}"#, #""False""#, "false"),
        (#"{"type":"boolean"}"#, "1", "1"), (#"{"type":"boolean"}"#, #""yes""#, #""yes""#),
        (#"{"type":["integer","null"]}"#, #""null""#, "null"), (#"{"type":["integer","null"]}"#, #""""#, "null"),
        (#"{"type":["string","null"]}"#, #""null""#, #""null""#), (#"{"type":"string"}"#, "12.50", #""12.50""#),
        (#"{"type":"string"}"#, "true", "true"), (#"{"type":"string"}"#, "null", "null"),
        (#"{"type":"array"}"#, #""a""#, #"["a"]"#), (#"{"type":"array","items":{"type":"integer"}}"#, #""5""#, "[5]"),
        (#"{"type":"array"}"#, #"{"a":1}"#, #"[{"a":1}]"#), (#"{"type":"array"}"#, "null", "null"),
        (#"{"type":"array"}"#, #""[1,2]""#, "[1,2]"), (#"{"type":"object"}"#, #""{\"a\":1}""#, #"{"a":1}"#),
        (#"{"type":"array","items":{"type":"boolean"}}"#, #"["true",false,"x"]"#, #"[true,false,"x"]"#),
        (#"{"prefixItems":[{"type":"integer"}],"items":{"type":"string"}}"#, #"["1",2]"#, #"[1,"2"]"#),
        (#"{"enum":["Red","green"]}"#, #""RED""#, #""Red""#),
        (#"{"enum":["Red","green"]}"#, #"" green ""#, #""green""#),
        (#"{"enum":["Red","red"]}"#, #""RED""#, #""RED""#), (#"{"enum":["a"]}"#, #""b""#, #""b""#),
        (#"{"enum":[1,2]}"#, #""2""#, "2"), (#"{"enum":["1","2"]}"#, "2", #""2""#),
        (#"{"const":"X"}"#, #""x""#, #""X""#),
        (#"{"enum":["a",null]}"#, #""NULL""#, "null"),
        (#"{"properties":{"a":{}},"additionalProperties":false}"#, #"{"a":1,"b":2}"#, #"{"a":1}"#),
        (#"{"properties":{"a":{"type":"null"}}}"#, #"{"a":1,"b":2}"#, #"{"a":1,"b":2}"#),
        (#"{"patternProperties":{"^x":{}},"additionalProperties":false}"#, #"{"xa":1,"b":2}"#, #"{"xa":1}"#),
        (#"{"additionalProperties":{"type":"integer"}}"#, #"{"a":"1"}"#, #"{"a":1}"#),
        (
            #"{"properties":{"a":{"type":["string","null"]},"b":{"type":"string"}},"required":["a","b"]}"#,
            #"{"b":"x"}"#,
            #"{"b":"x","a":null}"#
        ),
        (
            #"{"properties":{"a":{"anyOf":[{"type":"integer"},{"type":"null"}]}},"required":["a"]}"#, "{}",
            #"{"a":null}"#
        ),
        (#"{"properties":{"a":{"type":"string"}},"required":["a"]}"#, "{}", "{}"),
        (#"{"anyOf":[{"type":"integer"},{"type":"null"}]}"#, #""5""#, "5"),
        (
            #"{"anyOf":[{"type":"null"},{"type":"object","properties":{"a":{"type":"integer"}}}]}"#, #"{"a":"1"}"#,
            #"{"a":1}"#
        ),
        (
            #"{"anyOf":[{"type":"null"},{"type":"object","properties":{"a":{"type":"integer"},"b":{"const":1}}}]}"#,
            #"{"a":"1","b":2}"#, #"{"a":1,"b":2}"#
        ),
        (
            #"{"oneOf":[{"properties":{"k":{"const":"a"}},"required":["k"]},{"properties":{"k":{"const":"b"},"n":{"type":"integer"}}}]}"#,
            #"{"k":"b","n":"1"}"#, #"{"k":"b","n":1}"#
        ),
        (#"{"allOf":[{"properties":{"a":{"type":"integer"}}}]}"#, #"{"a":"1"}"#, #"{"a":1}"#),
        (##"{"$ref":"#/$defs/a","$defs":{"a":{"type":"integer"}}}"##, #""1""#, "1"),
        (
            ##"{"properties":{"v":{"type":"integer"},"next":{"$ref":"#"}}}"##,
            #"{"v":1,"next":{"v":"2","next":{"v":"3"}}}"#,
            #"{"v":1,"next":{"v":2,"next":{"v":3}}}"#
        ),
        (#"{"type":"array","items":{"type":"array","items":{"type":"integer"}}}"#, "5", "[[5]]"),
        // Nothing is put into arrays without end.
        (##"{"type":"array","items":{"$ref":"#"}}"##, "1", "1"),
        (##"{"type":"array","items":{"$ref":"#"}}"##, "[[1]]", "[[1]]"),
        // What is valid stays, even where another form of it would be as well.
        (#"{"type":["string","integer"]}"#, #""42""#, #""42""#),
        (#"{"anyOf":[{"type":"integer"},{}]}"#, #""1""#, #""1""#),
        (
            #"{"properties":{"a":{"type":"string"},"b":{"type":"integer"}}}"#, #"{"a":"1","b":"2"}"#,
            #"{"a":"1","b":2}"#
        ),
    ])
    func `near misses are mended`(schema: String, value: String, expected: String) throws {
        #expect(try JSONSchema(try JSON(parsing: schema)).coerce(try JSON(parsing: value)).compact == expected)
    }
}
