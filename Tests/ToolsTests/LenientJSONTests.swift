import JSONText
import OpenAI
import Testing
import Tools

@Suite struct LenientJSONTests {
    @Test(arguments: [
        ("{'a': 'b'}", #"{"a":"b"}"#),
        (#"{'a': 'it\'s "b"'}"#, #"{"a":"it's \"b\""}"#),
        ("{“a”: “b”, ‘c’: ‘d’}", #"{"a":"b","c":"d"}"#),
        ("{a: 1, b-c: 2, $d: 3, é: 4, 5: 6}", #"{"a":1,"b-c":2,"$d":3,"é":4,"5":6}"#),
        ("[True, False, None, undefined, NaN]", "[true,false,null,null,null]"),
        ("[1,,2,]", "[1,2]"),
        ("{,\"a\":1,,}", #"{"a":1}"#),
        ("[1 2 \"a\" {\"b\": 3 \"c\": 4} [5]]", #"[1,2,"a",{"b":3,"c":4},[5]]"#),
        ("// one\n{ # two\n\"a\": /* three */ 1 }", #"{"a":1}"#),
        ("{\"a\": \"http://b#c /* d */\"}", #"{"a":"http://b#c /* d */"}"#),
        ("{\"a\": \"one\r\n\ttwo\"}", #"{"a":"one\r\n\ttwo"}"#),
        (#"{"a": "\d+ \. \$ \x41 \é"}"#, #"{"a":"\\d+ \\. \\$ \\x41 \\é"}"#),
        (#"{"a": "\u00e9 \ud83d\ude00 \u12 \uD800 \udc00x"}"#, #"{"a":"é 😀 \\u12 \#u{FFFD} \#u{FFFD}x"}"#),
        (#"{"a": "\u0000"}"#, #"{"a":"\#u{FFFD}"}"#),
        ("{\"a\": \"\0\"}", #"{"a":"\#u{FFFD}"}"#),
        ("{\"a\": \"\"\"b \"c\"\nd\"\"\", 'e': ''''f'''}", #"{"a":"b \"c\"\nd","e":"'f"}"#),
        (#"{"a": "", 'b': ''}"#, #"{"a":"","b":""}"#),
        ("[+1, .5, -.5, 5., 1e5, 1.50, -0]", "[1,0.5,-0.5,5,1e5,1.50,-0]"),
        ("[0755, 2024-01-31, 1_000]", #"["0755","2024-01-31","1_000"]"#),
        ("```json\n{\"a\": 1}\n```", #"{"a":1}"#),
        ("\u{FEFF} {\"a\": 1}", #"{"a":1}"#),
        ("{\"a\": [1, 2}", #"{"a":[1,2]}"#),
        ("[{\"a\": 1]", #"[{"a":1}]"#),
        ("[{\"a\": 1}}]", #"[{"a":1}]"#),
        ("{\"a\": 1} and so on", #"{"a":1}"#),
        ("{a:<|\"|>b \"c\" \\n<|\"|>}", #"{"a":"b \"c\" \\n"}"#),
        ("{\"a\": 1, \"a\": 2}", #"{"a":1,"a":2}"#),
        ("\"a\"", "\"a\""),
        ("42", "42"),
    ])
    func `what models write is read as they mean it`(text: String, json: String) throws {
        let value = try #require(LenientJSON.read(text))
        #expect(value.json.compact == json)
        #expect(value.ending == .complete)
    }

    @Test(arguments: [
        ("{\"a\": {\"b\": 1}", #"{"a":{"b":1}}"#, LenientJSON.Ending.closed),
        ("[[1, 2], {}", "[[1,2],{}]", .closed),
        ("{\"a\": {\"b\": 1}</tool_call>", #"{"a":{"b":1}}"#, .closed),
        ("{\"a\": \"b\"", #"{"a":"b"}"#, .open),
        ("{\"a\": 1</tool_call>", #"{"a":1}"#, .open),
        ("{\"a\": true", #"{"a":true}"#, .open),
        ("{\"a\": 1, \"b\": 2", #"{"a":1}"#, .cut),
        ("{\"a\": 1, \"b\": \"c", #"{"a":1}"#, .cut),
        ("{\"a\": 1, \"b\": ", #"{"a":1}"#, .cut),
        ("{\"a\": 1, \"b", #"{"a":1}"#, .cut),
        ("{\"a\": 1, \"b\"", #"{"a":1}"#, .cut),
        ("{\"a\": 1, \"b\": tru", #"{"a":1}"#, .cut),
        ("{\"a\": {\"b\": 1, \"c\": \"d\\", #"{"a":{"b":1}}"#, .cut),
        ("{\"a\": [1, 2", #"{"a":[1]}"#, .cut),
        ("{\"a\": {}, ", #"{"a":{}}"#, .cut),
        ("{\"a\": 1 /* b", "{}", .open),
        ("{", "{}", .cut),
        ("[", "[]", .cut),
        ("{\"a\": it is}", "{}", .cut),
    ])
    func `what is not whole is closed and says so`(text: String, json: String, ending: LenientJSON.Ending) throws {
        let value = try #require(LenientJSON.read(text))
        #expect(value.json.compact == (text.contains("/*") ? #"{"a":1}"# : json))
        #expect(value.ending == ending)
    }

    @Test(arguments: ["", " ", "}", "words", "\"a", "'", "-", "<", "tru", "```json", "“a"])
    func `where no value stands nothing is read`(text: String) {
        #expect(LenientJSON.read(text) == nil)
    }

    @Test(arguments: [
        ("Here: {\"a\": 1}.", #"{"a":1}"#),
        ("As [seen] it is {\"a\": 1}", #"{"a":1}"#),
        ("```json\n[1, 2]\n```", "[1,2]"),
        ("Here: {\"a\": 1, \"b\": \"c", #"{"a":1}"#),
    ])
    func `the first container is found among words`(text: String, json: String) {
        #expect(LenientJSON.firstContainer(in: text)?.json.compact == json)
    }

    @Test func `where no container stands none is found`() {
        #expect(LenientJSON.firstContainer(in: "No braces \"here\".") == nil)
    }

    @Test func `values nest as deep as JSON's reader allows`() {
        let deep = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
        #expect(LenientJSON.read(deep)?.json == (try? JSON(parsing: deep)))
        #expect(LenientJSON.read("[" + deep + "]") == nil)
        #expect(LenientJSON.read(String(repeating: "{a:", count: 100_000)) == nil)
    }

    @Test func `JSON reads as its own reader reads it`() throws {
        var random = RandomOutputs(seed: 1)
        for _ in 0..<2000 {
            let json = random.json(levels: 5)
            for style in [JSON.Style.compact, .spaced, .indented] {
                let text = json.text(style)
                let value = try #require(LenientJSON.read(text))
                #expect(value.json == (try JSON(parsing: text)))
                #expect(value.ending == .complete)
                #expect(value.end == text.utf8.count)
            }
        }
    }

    @Test func `any bytes are read as something that can be written as JSON`() throws {
        var random = RandomOutputs(seed: 2)
        for _ in 0..<5000 {
            let text = random.text()
            guard let value = LenientJSON.read(text) else { continue }
            #expect(try JSON(parsing: value.json.compact) == value.json)
            #expect(value.end <= text.utf8.count)
        }
    }

    @Test func `a cut text is never complete, and holds no more than the whole`() throws {
        var random = RandomOutputs(seed: 3)
        for _ in 0..<200 {
            let text = JSON.array([random.json(levels: 4)]).compact
            let bytes = Array(text.utf8)
            for end in 1..<bytes.count where bytes[end] & 0xC0 != 0x80 {
                let value = try #require(LenientJSON.read(String(decoding: bytes[..<end], as: UTF8.self)))
                #expect(value.ending != .complete)
            }
        }
    }
}
