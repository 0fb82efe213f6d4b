import JSONText
import OpenAI
import Testing
import Tools

/// How many bytes at its end an answer that is still being written holds back.
@Suite struct HeldBytesTests {
    private struct Row {
        let title: String
        let text: String
        let worstMax: Int
        /// Where a call begins: what stands behind is held in any case.
        var end: Int?
    }

    private static let reader = CallReader(
        tools: ["read", "write", "bash", "grep", "edit"].map {
            CallCase.tool($0, #"{"path": {"type": "string"}}"#, "path")
        }
    )

    private static let sentences = [
        "First I read the configuration, then I edit the two places that name the old path.",
        "The call of `grep` with {pattern} returns a list; write it to a file only if it is short.",
        "In bash, `read -r line` reads one line (see [1]), and \"<tool_call>\" is what begins a call.",
        "That is why f(x) < g(x) holds for all x, and the tests pass: 12 of 12.",
        "- [ ] write the tests\n- [x] read the code",
        "> He wrote <tool_call> in a quoted line.",
        "[The manual](https://example.org/read) says more about it.",
        "Use the <tools> section of the page, or the <tool_call> tag of the template.",
    ]

    /// A text of about some bytes that goes through some lines again and again.
    private static func text(of lines: [String], bytes: Int) -> String {
        var text = ""
        var index = 0
        while text.utf8.count < bytes {
            text += lines[index % lines.count] + "\n"
            index += 1
        }
        return text
    }

    private static let python = [
        "def read(path):", "    with open(path) as file:", "        return {\"a\": file.read(), \"b\": [1, 2, 3]}",
        "edit = read(\"a\")", "{", "    \"name\": edit,", "}", "bash(\"ls\")", "# write it: grep{x}",
        "[read(path=\"a\")]",
    ]
    private static let swift = ["func read() {", "    edit {", "        $0.write { [1] }", "    }", "}"]
    private static let c = ["int main(void)", "{", "    read(0, buffer, 1);", "    return write{0};", "}"]
    private static let html = ["<p>read</p>", "<tool_call>no call</tool_call>", "<script>{", "[", "</script>"]
    private static let shell = ["read -r line", "grep{a,b} file", "[ -f a ] && edit", "{ bash; }"]
    private static let javascript = ["const a = [", "{", "  name: \"read\",", "  arguments: {},", "}", "]", "edit{1}"]

    private static func block(_ label: String, _ lines: [String], bytes: Int) -> String {
        "Here is the code:\n\n```\(label)\n" + text(of: lines, bytes: bytes) + "```\n\n"
    }

    private static let rows: [Row] = {
        let words = text(of: sentences, bytes: 6000)
        let path = JSON.string(String(words.prefix(900))).compact
        let call = "<tool_call>\n{\"name\": \"read\", \"arguments\": {\"path\": \(path)}}\n</tool_call>"
        let languages = [
            ("python", python), ("swift", swift), ("c", c), ("html", html), ("bash", shell), ("js", javascript),
        ].map { block($0, $1, bytes: 1200) + text(of: sentences, bytes: 700) }
        return [
            Row(title: "prose", text: words, worstMax: 64),
            Row(title: "python, 5000 bytes", text: block("python", python, bytes: 5000), worstMax: 200),
            Row(title: "Markdown, 6 languages", text: languages.joined(), worstMax: 64),
            Row(title: "code without label", text: block("", python, bytes: 3000) + words, worstMax: 64),
            Row(
                title: "JSON that is no call",
                text: block("json", ["{", "  \"port\": 80,", "  \"paths\": [\"a\", \"b\"]", "}"], bytes: 20) + words,
                worstMax: 70
            ),
            Row(title: "prose before a call", text: words + call, worstMax: 64, end: words.utf8.count),
        ]
    }()

    @Test func `little is held back of prose and code that is cut every 200 bytes`() {
        print("held back, in bytes      cuts   mean  worst")
        for row in Self.rows {
            let bytes = Array(row.text.utf8)
            let held = stride(from: 200, through: bytes.count, by: 200).map { end in
                let cut = String(decoding: bytes[..<end], as: UTF8.self)
                return min(end, row.end ?? end) - Self.reader.settledContent(cut).utf8.count
            }
            let worst = held.max() ?? .max
            let columns = [held.count, held.reduce(0, +) / max(held.count, 1), worst]
            let numbers = columns.map { String(repeating: " ", count: max(0, 7 - String($0).count)) + String($0) }
            print(row.title + String(repeating: " ", count: max(0, 22 - row.title.count)) + numbers.joined())
            #expect(worst <= row.worstMax, "\(row.title)")
        }
    }

    @Test func `what is settled is known in time in proportion to the text`() {
        for unit in CallReaderTests.units {
            let text = "a " + String(repeating: unit, count: 40_000 / unit.utf8.count)
            let seconds = ContinuousClock().measure {
                _ = Self.reader.settledContent(text)
                _ = Self.reader.withoutBegunCall(text)
            }
            #expect(seconds < .seconds(20), "\(unit)")
        }
    }
}
