import Testing
import Tools

/// What is left of an answer that its length has ended inside of a call.
@Suite struct BegunCallTests {
    /// Checks a text at every cut place; says what went wrong first.
    static func begun(in text: String) -> String? {
        let reader = SettledContentTests.reader
        let bytes = Array(text.utf8)
        for end in bytes.indices where bytes[end] & 0xC0 != 0x80 {
            let cut = String(decoding: bytes[..<end], as: UTF8.self)
            let left = reader.withoutBegunCall(cut)
            if !cut.utf8.starts(with: left.utf8) { return "\(end): not a beginning: \(left.debugDescription)" }
            if left != cut, left.utf8.last == 32 || left.utf8.last == 10 { return "\(end): \(left)" }
            let content = SettledContentTests.withoutLead(reader.read(left, isCut: true).content)
            let settled = reader.settledContent(cut)
            if !content.utf8.starts(with: settled.utf8) {
                return "\(end) of \(text.debugDescription): \(content.debugDescription), \(settled.debugDescription)"
            }
        }
        return nil
    }

    @Test(arguments: CallCase.all)
    func `what is left of an output at any cut begins with what was settled`(example: CallCase) {
        for text in [example.raw, "I look.\n" + example.raw] { #expect(Self.begun(in: text) == nil) }
    }

    @Test func `what is left of any answer at any cut begins with what was settled`() {
        var answers = MixedAnswers(seed: 7)
        for _ in 0..<150 { #expect(Self.begun(in: answers.text()) == nil) }
    }

    /// A first bracket, the opening line of a fence and the name of a tool are words as well: they may be left.
    @Test func `of an output that is cut at any place at most the first bytes of a call are left`() {
        var cuts = 0
        var leftBytes: [Int] = []
        for example in CallCase.all where !example.calls.isEmpty {
            let bytes = Array(example.raw.utf8)
            for end in bytes.indices where bytes[end] & 0xC0 != 0x80 {
                cuts += 1
                let cut = String(decoding: bytes[..<end], as: UTF8.self)
                let left = SettledContentTests.reader.withoutBegunCall(cut)
                let content = Array(SettledContentTests.reader.read(left, isCut: true).content.trimmedBytes)
                if example.content.trimmedBytes.starts(with: content) { continue }
                let whole = Array(example.content.trimmedBytes)
                let count = zip(content, whole).prefix { $0 == $1 }.count
                let rest = String(decoding: content[count...], as: UTF8.self)
                leftBytes.append(rest.utf8.count)
                #expect(
                    rest.utf8.count <= 14 && !rest.contains("\"") && !rest.contains("_call>"),
                    "\(example): \(rest)"
                )
            }
        }
        print("a part of a call is left at \(leftBytes.count) of \(cuts) cuts, at most \(leftBytes.max() ?? 0) bytes")
        #expect(cuts > 10_000)
        #expect(leftBytes.count * 40 < cuts)
    }

    @Test(arguments: [
        ("I look.\n<tool_call>\n{\"name\": \"rea", "I look."), ("I look. <tool_c", "I look."), ("<tool_call>", ""),
        ("I look.\n\n<tool_calls>\n<tool_call>read\n<arg_key>pa", "I look."),
        ("{\"name\": \"read\", \"arguments\": {\"path\": \"a", ""), ("Yes.\n{\"name\": \"re", "Yes."),
        ("Yes.\nread{\"path\": \"", "Yes."), ("bash(command=\"l", ""), ("Yes.\n```tool_call\nre", "Yes."),
        ("Yes.\n```json\n{\"name\": \"bash\", \"arg", "Yes."), ("Yes.\n[read(path=\"a\"), ba", "Yes."),
        (
            "<tool_call>{\"name\": \"read\", \"arguments\": {\"path\": \"a\"}}</tool_call>\n<tool_call>{\"na",
            "<tool_call>{\"name\": \"read\", \"arguments\": {\"path\": \"a\"}}</tool_call>"
        ),
    ])
    func `a call that was begun is left out`(text: String, left: String) {
        #expect(SettledContentTests.reader.withoutBegunCall(text) == left)
    }

    @Test(arguments: [
        "I read the ", "Use `<tool_call>` and `<tool_ca", "```python\ndef read(path):\n    return {\"name\": \"read",
        "> <tool_call>\nA quote", "Yes.\n{\"name\": \"Bob\", \"ag", "Yes.\n```json\n{\"port\": 8", "a <", "a\n```js",
        "[1, 2",
        "The tag <tool_call> says so and", "{\"port\": 80, \"name\": \"x", "int main()\n{\n  int a", "a  ",
        "[read the docs](htt",
    ])
    func `a text that begins no call is left as it is`(text: String) {
        #expect(SettledContentTests.reader.withoutBegunCall(text) == text)
    }
}

extension String {
    /// Without white space at both ends.
    fileprivate var trimmedBytes: Substring.UTF8View {
        var rest = utf8[...]
        func isSpace(_ byte: UInt8?) -> Bool { byte == 32 || (9...13).contains(byte ?? 0) }
        while isSpace(rest.first) { rest.removeFirst() }
        while isSpace(rest.last) { rest.removeLast() }
        return rest
    }
}
