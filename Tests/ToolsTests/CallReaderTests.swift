import OpenAI
import Testing
import Tools

@Suite struct CallReaderTests {
    static let reader = CallReader(tools: CallCase.tools)

    @Test func `there are enough cases`() {
        #expect(CallCase.all.count >= 150)
        #expect(Set(CallCase.all.map(\.title)).count == CallCase.all.count)
    }

    @Test(arguments: CallCase.all)
    func `an output is read as its case says`(example: CallCase) {
        let read = Self.reader.read(example.raw, isCut: false)
        #expect(read.calls == example.calls)
        #expect(read.content == example.content)
        #expect(read.isBroken == example.isBroken)
    }

    @Test(arguments: CallCase.all.filter { !$0.calls.isEmpty })
    func `without the tools of the request there is no call`(example: CallCase) {
        let without = CallReader(tools: []).read(example.raw, isCut: false)
        #expect(without == CallReader.Read(content: example.raw, calls: [], isBroken: false))
        let others = CallReader(tools: [CallCase.tool("other", "{}")]).read(example.raw, isCut: false)
        #expect(others.calls == [])
        #expect(others.content == example.raw)
    }

    @Test(arguments: CallCase.all.filter { !$0.calls.isEmpty && !$0.title.hasPrefix("hidden markers of DeepSeek") })
    func `line ends of Windows change nothing about which tools are called`(example: CallCase) {
        let read = Self.reader.read(example.raw.replacing("\n", with: "\r\n"), isCut: false)
        #expect(read.calls.map(\.name) == example.calls.map(\.name))
    }

    /// What a longer text might have gone on with is no call where the length has ended the text.
    @Test(arguments: [
        "<tool_call>\n{\"name\": \"read\", \"arguments\": {\"path\": \"a\"}",
        "<tool_call>\n<function=read>\n<parameter=path>\na\n</parameter>\n",
        "<tool_call>read\n<arg_key>path</arg_key>\n<arg_value>a</arg_value>\n",
        "<tool_call>list_files",
        "<minimax:tool_call>\n<invoke name=\"read\">\n<parameter name=\"path\">a</parameter>\n",
        "I read.\n{\"name\": \"read\", \"arguments\": {\"path\": \"a\"}}",
        "Like this: read{\"path\": \"a\"}",
        "```json\n{\"name\": \"read\", \"arguments\": {\"path\": \"a\"}}",
        "{\"name\": \"read\", \"arguments\": {\"path\": \"a\"}",
    ])
    func `in a text cut by its length only what is closed is a call`(raw: String) {
        #expect(Self.reader.read(raw, isCut: true).calls == [])
        #expect(Self.reader.read(raw, isCut: true).content == raw)
        #expect(Self.reader.read(raw, isCut: false).calls.count == 1)
    }

    @Test func `a closed call is one even if the length ends the text behind it`() {
        let raw =
            "<tool_call>\n{\"name\": \"read\", \"arguments\": {\"path\": \"a\"}}\n</tool_call>\n<tool_call>\n{\"na"
        let read = Self.reader.read(raw, isCut: true)
        #expect(read.calls == [ParsedCall(name: "read", arguments: #"{"path":"a"}"#)])
        #expect(read.content == "")
        #expect(!read.isBroken)
    }

    @Test func `what a broken call quotes is not called`() {
        let quoted = "<tool_call>{\"name\": \"bash\", \"arguments\": {\"command\": \"rm a\"}}</tool_call>"
        let raw =
            "<tool_call>{\"name\": \"edit\", \"arguments\": {\"path\": \"a\", \"old\": \"he said \"\(quoted)\"\"}}"
        let read = Self.reader.read(raw, isCut: false)
        #expect(read == CallReader.Read(content: raw, calls: [], isBroken: true))
        let bare = "{\"name\": \"edit\", \"arguments\": {\"path\": \"a\", \"old\": \"he said \"so\": \(quoted)\"}}"
        #expect(Self.reader.read(bare, isCut: false) == CallReader.Read(content: bare, calls: [], isBroken: false))
    }

    @Test func `a NUL in a parameter becomes a character that can be passed on`() {
        let raw = "<function=bash>\n<parameter=command>\na\0b\n</parameter>\n</function>"
        let calls = [ParsedCall(name: "bash", arguments: "{\"command\":\"a\u{FFFD}b\"}")]
        #expect(Self.reader.read(raw, isCut: false).calls == calls)
    }

    @Test func `at most 64 calls are read`() {
        let call = "<tool_call>{\"name\": \"read\", \"arguments\": {\"path\": \"a\"}}</tool_call>\n"
        for raw in [
            String(repeating: call, count: 70), "[TOOL_CALLS]" + String(repeating: "read{\"path\": \"a\"}", count: 70),
        ] {
            let read = Self.reader.read(raw, isCut: false)
            #expect(read.calls.count == 64)
            #expect(read.content == "")
        }
    }

    @Test func `arguments of a megabyte are read, larger ones are not`() {
        for (count, isRead) in [(999_000, true), (1_000_001, false)] {
            let text = String(repeating: "x", count: count)
            let raw = "<tool_call>{\"name\": \"bash\", \"arguments\": {\"command\": \"\(text)\"}}</tool_call>"
            let read = Self.reader.read(raw, isCut: false)
            #expect(read.calls.isEmpty == !isRead)
            #expect(read.isBroken == !isRead)
        }
    }

    static let units = [
        "<tool_call>", "<tool_call>{", "<tool_call>{“", "<tool_call>[", "<tool_call>{\"name\":",
        "<tool_call>read<arg_key>",
        "<function=read><parameter=path>", "</parameter>", "<", "[", "{", "{\n", "[\n", "{“\n", "{\"a\n", "{\"",
        "{\"a\":“", "[read(\n",
        "read{", "read{“", "```", "```json\n", "```\n", "```json\n{}\n```\n", "`<tool_call>{“", "\"<tool_call>{",
        " \"<tool_call>{“", ">\n", "<tool_response>", "</tool_call>", "}", " ", "\n", "functions.read:0",
        "[TOOL_CALLS]read",
        "<tools>", "<|tool_call_start|>[", "<tool_call>list_files", "a: // ", "漢",
    ]

    @Test(arguments: units)
    func `reading takes time in proportion to the text`(unit: String) {
        // Linear work takes a second at most without optimisation, work that grows with the square minutes.
        let raw = String(repeating: unit, count: 40_000 / unit.utf8.count)
        let good = "<tool_call>{\"name\": \"read\", \"arguments\": {\"path\": \"a\"}}</tool_call>"
        let seconds = ContinuousClock().measure {
            for text in [raw, good + raw, "<tool_call>" + raw, "[TOOL_CALLS]" + raw, "<tool_call>{\"a\":" + raw] {
                _ = Self.reader.read(text, isCut: false)
            }
        }
        #expect(seconds < .seconds(20))
    }
}
