import JSONText
import OpenAI
import OpenCode
import Testing

/// What is read as JSONC, told by what becomes of it: a text that is refused is never edited.
@Suite struct JSONCReaderTests {
    private static let nothing = OpenCodeDocument(models: [])

    @Test(arguments: [
        "{}", " { } ", "{\"a\":1}", "{\"a\":1,}", "{\"a\":[1,2,],}", "{\"a\":[]}", "{\"a\":[{},],}", "// c\n{}",
        "{}// c",
        "{}/* c */", "/* { */{/* } */}/* */", "{\"a\"/**/:/**/1/**/,/**/}", "{\"a\":\"// no comment\"}",
        "{\"a\":\"/*\",\"b\":\"*/\"}", "{\"a\\\"b\":\"\\\\\"}", "{\"a\":-1.5e+3,\"b\":true,\"c\":false,\"d\":null}",
        "{//\r\"a\":1}", "{// ü\n\"ü\":\"\\u00fc\"}", "{/***/\"a\":1}", "{\"a\":1,\"a\":2}", "{\t\"a\"\r\n:\r1}",
        "\u{FEFF}{}", "{\"a\":" + String(repeating: "[", count: 127) + String(repeating: "]", count: 127) + "}", "",
        " \n", "// only\n", "/* only */", "//",
    ])
    func `what opencode reads is read`(text: String) throws {
        #expect(try Self.nothing.merged(into: Array(text.utf8)) == nil)
        if let json = try? json(of: Array(text.utf8)) {
            #expect(try twoModels.text(in: text).isEmpty == false)
            #expect(json.object != nil)
        }
    }

    @Test(arguments: [
        ("{", 1, 2), ("}", 1, 1), ("{,}", 1, 2), ("{\"a\"}", 1, 5), ("{\"a\":}", 1, 6), ("{\"a\":1 \"b\":2}", 1, 8),
        ("{\"a\":1,,}", 1, 8), ("{\"a\":[,]}", 1, 7), ("{\"a\":[1 2]}", 1, 9), ("{a:1}", 1, 2), ("{'a':1}", 1, 2),
        ("{\"a\":'b'}", 1, 6), ("{\n  \"ü\": nul\n}", 2, 8), ("{\"a\":01}", 1, 6), ("{\"a\":+1}", 1, 6),
        ("{\"a\":1.}", 1, 6), ("{\"a\":NaN}", 1, 6), ("{\"a\":\"x", 1, 6), ("{\"a\":\"x\\", 1, 6),
        ("{\"a\":\"x\ny\"}", 1, 6),
        ("{\"a\":\"\\q\"}", 1, 6), ("{\"a\":\"\\ud800\"}", 1, 6), ("{}{}", 1, 3), ("{} x", 1, 4), ("{}/", 1, 3),
        ("{}/*", 1, 3), ("{}/* *", 1, 3), ("{/*/}", 1, 2), ("# no\n{}", 1, 1), ("[1,2", 1, 5), ("\u{FEFF}x", 1, 1),
        ("{\r\n\"a\":1,\r\nb}", 3, 1), ("/", 1, 1), ("\u{A0}{}", 1, 1),
    ])
    func `anything else is refused, with the place`(text: String, line: Int, column: Int) {
        #expect(throws: OpenCodeFileProblem.notJSONC(line: line, column: column)) {
            try twoModels.merged(into: Array(text.utf8))
        }
    }

    @Test func `too deep is refused`() {
        let text = "{\"a\":" + String(repeating: "[", count: 128) + String(repeating: "]", count: 128) + "}"
        #expect(throws: OpenCodeFileProblem.self) { try twoModels.merged(into: Array(text.utf8)) }
        #expect(throws: OpenCodeFileProblem.self) {
            try twoModels.merged(into: [UInt8](repeating: 0x5B, count: 200_000))
        }
    }

    @Test func `bytes that are not UTF-8 are refused in strings and kept in comments`() throws {
        #expect(throws: OpenCodeFileProblem.self) {
            try twoModels.merged(into: Array("{\"a\":\"".utf8) + [0xFF, 0x22, 0x7D])
        }
        let text = Array("{} // ".utf8) + [0xFF, 0x0A]
        #expect(try twoModels.merged(into: text)?.suffix(6) == text.suffix(6))
    }
}
