// How values are written, down to the byte: prompts depend on it.

import Testing

@testable import JSONText

struct JSONWriterTests {
    let value: JSON = ["b": [1, 2.5, nil], "a": ["x": true, "y": "é\n"], "e": [], "o": [:]]

    @Test func `compact text has no spaces`() {
        #expect(value.compact == #"{"b":[1,2.5,null],"a":{"x":true,"y":"é\n"},"e":[],"o":{}}"#)
    }

    @Test func `spaced text is what Python's json.dumps writes`() {
        #expect(value.text(.spaced) == #"{"b": [1, 2.5, null], "a": {"x": true, "y": "é\n"}, "e": [], "o": {}}"#)
    }

    @Test func `indented text has one member a line`() {
        let expected = """
            {
              "b": [
                1,
                2.5,
                null
              ],
              "a": {
                "x": true,
                "y": "é\\n"
              },
              "e": [],
              "o": {}
            }
            """
        #expect(value.text(.indented) == expected)
    }

    @Test func `only what has to be escaped is escaped`() {
        let text = "\u{1}\u{8}\t\n\u{B}\u{C}\r\u{1F} \"\\/\u{7F}é\u{2028}😀</script>"
        let expected = #""\u0001\b\t\n\u000b\f\r\u001f \"\\/"# + "\u{7F}é\u{2028}😀</script>\""
        #expect(JSON.string(text).compact == expected)
        #expect(JSON.string("").compact == "\"\"")
    }

    /// Strings are written a kilobyte at a time.
    @Test func `a string is the same at every length, wherever its escapes stand`() throws {
        for length in Array(0..<40) + Array(990..<1050) + [2040, 2048, 5000] {
            for mark in ["", "\n", "\"", "\u{1}", "é", "\u{1}\n\u{1F}\u{1}\u{1}"] {
                let string = mark + String(repeating: "x", count: length) + mark + mark + "yz"
                let written = JSON.string(string).compact
                #expect(try JSON(parsing: written) == .string(string))
                let escapes = string.unicodeScalars.reduce(2) { count, scalar in
                    count + (scalar == "\n" || scalar == "\"" ? 1 : scalar.value < 0x20 ? 5 : 0)
                }
                #expect(written.utf8.count == string.utf8.count + escapes)
            }
        }
    }

    @Test func `writing appends`() {
        var bytes = Array("data: ".utf8)
        JSON.array([1]).write(into: &bytes, style: .compact)
        #expect(bytes == Array("data: [1]".utf8))
    }
}
