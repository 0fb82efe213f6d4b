// What the reader takes and what it refuses; the classes of cases are those of JSONTestSuite, the cases are our own.

import Testing

@testable import JSONText

struct JSONReaderTests {
    static let accepted = [
        "null", "true", "false", "0", "-0", "1", "-1", "10", "1.5", "-0.0", "0.25", "1e1", "1E1", "1e+1", "1e-1",
        "0e0", "0E+5", "1.0e-10", "123456789012345678901234567890", "1e400", "-1e-400", "\"\"", "\"a\"", "\"\u{7F}\"",
        #""\"""#, #""\\""#, #""\/""#, #""\b\f\n\r\t""#, #""\u0041""#, #""\u00e9""#, #""\u00E9""#, #""\uFFFF""#,
        #""\u2028""#, #""\ud83d\ude00""#, #""\uD834\uDD1E!""#, #""\u0001""#, #""a\u0020b""#, "\"é✓😀\"",
        "\"\u{10FFFF}\"", "\"\u{2028}\u{2029}\"", "[]", "[ ]", "[1]", "[1,2]", "[[]]", "[[],[]]", "[ 1 , 2 ]",
        "[null,1,\"2\",{}]", "{}", "{ }", #"{"a":1}"#, #"{"":0}"#, #"{"a":1,"a":2}"#, #"{ "a" : 1 , "b" : [ ] }"#,
        #"{"a":{"b":{"c":[{}]}}}"#, #"{"\u0061":1}"#, " 1 ", "\t1\n", "\r\n[]\r\n", "\u{FEFF}{}", "\u{FEFF} []",
    ]

    @Test(arguments: accepted)
    func `well-formed documents are read`(_ text: String) throws {
        let value = try JSON(parsing: text)
        #expect(try JSON(parsing: value.compact) == value)
    }

    static let rejected = [
        "", " ", "\n", "\u{FEFF}", "nul", "nulll", "NULL", "True", "tru", "truee", "fals", "undefined", "NaN", "nan",
        "Infinity", "-Infinity", "inf", "+1", "-", "--1", "01", "-01", "00", "1.", ".5", "-.5", "1.e1", "1e", "1e+",
        "1E-", "1e1.5", "0x10", "1_000", "1a", "1 2", "- 1", "1.2.3", "１", "\"", "\"a", "a\"", "'a'", "\"\\",
        "\"\\\"", #""\x41""#, #""\u""#, #""\u12""#, #""\u12G4""#, #""\u+123""#, #""\U0041""#, #""\'""#, #""\ ""#,
        #""\é""#, "\"\n\"", "\"\t\"", "\"\u{1F}\"", "[", "]", "[1", "[1,", "[,", "[,1]", "[1,]", "[1,,2]", "[1 2]",
        "[1;2]", "[}", "[1}", "[\"a", "[[]", "[]]", "{", "}", "{]", "{\"a\"", "{\"a\":", "{\"a\":}", "{\"a\":1",
        "{\"a\":1,", "{\"a\":1,}", "{,}", "{,\"a\":1}", "{\"a\" 1}", "{\"a\",1}", "{a:1}", "{'a':1}", "{1:1}",
        "{null:1}", "{\"a\":1 \"b\":2}", "{\"a\"::1}", "{\"a\":1}}", "{\"a\":1]", "{}{}", "[][]", "1,", "{} x",
        "/**/1", "1//x", "#1", "<html>", "data: {}", "\u{A0}1", "\u{0B}1", "\u{0C}1", "\u{FEFF}\u{FEFF}1", "\0", "1\0",
    ]

    @Test(arguments: rejected)
    func `malformed documents are refused`(_ text: String) {
        let error = #expect(throws: JSON.SyntaxError.self) { try JSON(parsing: text) }
        #expect(error?.kind == .malformed)
        #expect((error?.offset ?? -1) <= text.utf8.count)
    }

    static let notUTF8: [[UInt8]] = [
        [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82],
        [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xFE, 0x61],
    ]

    @Test(arguments: notUTF8)
    func `text that is not UTF-8 is refused`(_ bytes: [UInt8]) {
        for ending in ["", #"\n"#] {
            let document = Array(#"["a",""#.utf8) + bytes + Array(ending.utf8) + Array("\"]".utf8)
            #expect(throws: JSON.SyntaxError(kind: .notUTF8, offset: 5).inside(index: 1)) {
                try JSON(parsing: document)
            }
        }
        #expect(throws: JSON.SyntaxError.self) { try JSON(parsing: bytes) }
    }

    @Test(arguments: [
        #""\ud800""#, #""\udc00""#, #""\ud800\ud800""#, #""\ud83dx""#, #""\ud83d\n""#, #""\ud83d\u0041""#,
        #""\uDE00\uD83D""#, #""\ud83d\""#,
    ])
    func `half a surrogate pair is refused as its own kind`(_ text: String) {
        #expect(throws: JSON.SyntaxError(kind: .loneSurrogate, offset: 0 + 1)) { try JSON(parsing: text) }
    }

    @Test(arguments: [#""\u0000""#, "\"\0\"", #""\n\u0000""#, "\"\\n\0\"", #"{"\u0000":1}"#])
    func `the character U+0000 is refused as its own kind`(_ text: String) {
        let error = #expect(throws: JSON.SyntaxError.self) { try JSON(parsing: text) }
        #expect(error?.kind == .nul)
    }

    @Test(arguments: [
        (#"{"messages":[{"role":"user","content":"\u0000"}]}"#, "messages[0].content", 39),
        (#"{"a":[[],[1,{"b_c":"\ud800"}]]}"#, "a[1][1].b_c", 20),
        (#"[[[nul]]]"#, "[0][0][0]", 3),
        (#"{"a":{"b":1,}}"#, "a", 12),
        (#"{"my secret":{"x":tru}}"#, "?.x", 18),
        (#"{"\ud800":1}"#, "", 2),
        (#"{"a":1"#, "", 6),
    ])
    func `an error says where it is`(_ text: String, path: String, offset: Int) {
        let error = #expect(throws: JSON.SyntaxError.self) { try JSON(parsing: text) }
        #expect(error?.path == path)
        #expect(error?.offset == offset)
    }

    @Test(arguments: [("[", "]"), (#"{"a":"#, "}")])
    func `nesting is bounded`(_ opening: String, closing: String) throws {
        func nested(_ levels: Int) -> String {
            String(repeating: opening, count: levels) + (opening == "[" ? "" : "1")
                + String(repeating: closing, count: levels)
        }
        _ = try JSON(parsing: nested(JSON.depthLevelsMax))
        let error = #expect(throws: JSON.SyntaxError.self) { try JSON(parsing: nested(JSON.depthLevelsMax + 1)) }
        #expect(error?.kind == .tooDeep)
        let endless = #expect(throws: JSON.SyntaxError.self) {
            try JSON(parsing: String(repeating: opening, count: 200_000))
        }
        #expect(endless?.kind == .tooDeep)
    }

    @Test(arguments: [
        (#""\u0041\u00e9\u4F60""#, "Aé你"), (#""\ud83d\ude00""#, "😀"), (#""\uDBFF\uDFFF""#, "\u{10FFFF}"),
        (#""a\\b\/c\"d""#, "a\\b/c\"d"), (#""\b\f\n\r\t""#, "\u{8}\u{C}\n\r\t"), (#""\u005cn""#, "\\n"),
        (#""e\u0301""#, "e\u{301}"), (#""1234567\n1234567\n12345678""#, "1234567\n1234567\n12345678"),
    ])
    func `escapes are decoded`(_ text: String, expected: String) throws {
        let value = try JSON(parsing: text)
        #expect(value.string.map { Array($0.unicodeScalars) } == Array(expected.unicodeScalars))
    }

    @Test func `a string ends where it ends at every length and alignment`() throws {
        for length in 0..<40 {
            for mark in ["", "\\n", "\\\\", "\\\"", "é"] {
                let run = String(repeating: "x", count: length)
                let text = "[\"\(run)\(mark)\(run)\"]"
                let expected = mark == "\\n" ? "\n" : mark == "\\\\" ? "\\" : mark == "\\\"" ? "\"" : mark
                #expect(try JSON(parsing: text)[0] == .string(run + expected + run))
            }
        }
    }

    @Test func `the order of keys and repeated keys are kept, and the last one counts`() throws {
        let value = try JSON(parsing: #"{"z":1,"a":2,"m":3,"a":4}"#)
        #expect(value.object?.members.map(\.key) == ["z", "a", "m", "a"])
        #expect(value["a"] == 4)
        #expect(value.compact == #"{"z":1,"a":2,"m":3,"a":4}"#)
    }

    @Test func `accessors answer only for their own kind`() {
        let value: JSON = ["s": "x", "i": 3, "d": 1.5, "b": true, "n": nil, "a": [1, 2]]
        #expect(value["s"]?.string == "x" && value["s"]?.int == nil)
        #expect(value["i"]?.int == 3 && value["i"]?.double == 3 && value["i"]?.string == nil)
        #expect(value["d"]?.double == 1.5 && value["d"]?.int == nil)
        #expect(value["b"]?.bool == true && value["b"]?.array == nil)
        #expect(value["n"]?.isNull == true && value["n"]?.bool == nil)
        #expect(value["a"]?[1] == 2 && value["a"]?[2] == nil && value["a"]?["x"] == nil)
        #expect(value.object?.members.count == 6 && value["absent"] == nil)
    }

    @Test func `members are replaced in place, appended and removed`() {
        var object: JSONObject = ["a": 1, "b": 2, "a": 3]
        object["b"] = 5
        object["a"] = 4
        object["c"] = .null
        #expect(object == ["a": 1, "b": 5, "a": 4, "c": nil])
        object["a"] = nil
        #expect(object == ["b": 5, "c": nil])
    }
}
