import Prompting
import Testing

/// What is certain of an answer while it is written; `SettledReplyPropertyTests` tries it on many texts.
@Suite struct SettledReplyTests {
    private static let thinks = Reading(thought: .think)
    private static let expected = Reading(thought: .think, isThoughtExpected: true)
    private static let open = Reading(thought: .think, isThoughtExpected: true, isThoughtOpen: true)
    private static let harmony = Reading(isThoughtExpected: true, hasChannels: true)

    private static func settled(_ reading: Reading, _ text: String, userStops: [String] = []) -> [String] {
        let reader = ReplyReader(reading, formatStops: ["<|im_end|>", "</s>"], userStops: userStops)
        let settled = reader.settled(text)
        return [settled.reasoning, settled.content]
    }

    @Test(arguments: [
        ("Hello there", "Hello there"), ("Hello there \n", "Hello there"), ("Hello<|im_", "Hello"), ("Hello<", "Hello"),
        ("Hello <|im_en", "Hello"), ("Hello<|im_x", "Hello<|im_x"), ("Hello</s>", "Hello"),
        ("Hello </s> more", "Hello"),
        ("  ", ""), ("", ""), (" Hello", "Hello"), ("\n\n  code", "  code"), ("<", ""), ("<thi", ""),
        ("<this", "<this"),
        ("Hello\u{FFFD}", "Hello"), ("Hello\u{FFFD}\u{FFFD}\u{FFFD}", "Hello"), ("A\u{FFFD}b", "A\u{FFFD}b"),
        ("Ümlaut 😀", "Ümlaut 😀"),
    ])
    func `of plain words only what may end them is held back`(text: String, content: String) {
        #expect(Self.settled(Reading(), text) == ["", content])
    }

    @Test(arguments: [
        ("a STOP", "a"), ("a STOP more", "a"), ("a STO", "a"), ("a S", "a"), ("a SX", "a SX"), ("a longSTO", "a long"),
    ])
    func `a stop of the user's is held back from its first letter on`(text: String, content: String) {
        #expect(Self.settled(Reading(), text, userStops: ["STOP"]) == ["", content])
    }

    @Test func `a stop that has only begun may begin before one that is there`() {
        #expect(Self.settled(Reading(), "xab", userStops: ["b", "abcd"]) == ["", "x"])
        #expect(Self.settled(Reading(), "xabx", userStops: ["b", "abcd"]) == ["", "xa"])
    }

    @Test(arguments: [
        (thinks, "<think>\nHm, so", "Hm, so", ""), (thinks, "<think>Hm.</thi", "Hm.", ""),
        (thinks, "<think>Hm.</think>", "Hm.", ""), (thinks, "<think>Hm.</think>\n\nYes", "Hm.", "Yes"),
        (open, "Hm, so \n", "Hm, so", ""), (open, "<think>Hm", "Hm", ""), (open, "<thi", "", ""),
        (open, "Hm.\n<tool_call>{}", "Hm.", ""), (open, "Hm.<tool", "Hm.", ""),
        (open, "Hm.<tool_call>{}</think>Yes", "Hm.<tool_call>{}", "Yes"),
    ])
    func `a thought comes out while it is thought`(reading: Reading, text: String, reasoning: String, content: String) {
        #expect(Self.settled(reading, text) == [reasoning, content])
    }

    @Test func `while a closing tag may make a thought of the answer nothing of it is sent`() {
        let words = String(repeating: "word ", count: 1000)
        #expect(Self.settled(Self.thinks, String(words.prefix(255))) == ["", ""])
        #expect(Self.settled(Self.thinks, String(words.prefix(259))) == ["", String(words.prefix(259))])
        #expect(Self.settled(Self.expected, String(words.prefix(4094))) == ["", ""])
        #expect(Self.settled(Self.expected, String(words.prefix(4099))) == ["", String(words.prefix(4099))])
        #expect(Self.settled(Self.thinks, "Hm.</think>") == ["", ""])
        #expect(Self.settled(Self.thinks, "Hm.</think>Yes") == ["Hm.", "Yes"])
        // Tags that are talked about are no thought's.
        #expect(Self.settled(Self.thinks, "Write `</think>") == ["", "Write `</think>"])
        #expect(Self.settled(Self.thinks, "Write <think> and go on") == ["", "Write <think> and go on"])
    }

    @Test(arguments: [(thinks, 256), (expected, 4096)])
    func `a closing tag that was never opened counts only near the start`(reading: Reading, bytesMax: Int) {
        let reader = ReplyReader(reading, formatStops: [], userStops: [])
        let near = String(repeating: "a", count: bytesMax - "</think>".utf8.count)
        let split = reader.read(near + "</think>b", askedTokens: 100_000, wantedTokens: nil)
        #expect(split.reasoning == near && split.content == "b")
        let far = reader.read(near + "a</think>b", askedTokens: 100_000, wantedTokens: nil)
        #expect(far.reasoning == nil && far.content == near + "a</think>b")
    }

    @Test func `the answer's own closing tag is held back`() {
        let tags = ThoughtTags(
            open: "<think>",
            close: "</think>",
            answerOpen: "<response>",
            answerClose: "</response>"
        )
        let granite = Reading(thought: tags)
        #expect(Self.settled(granite, "<think>a</think><resp") == ["a", ""])
        #expect(Self.settled(granite, "<think>a</think><response>\nb</resp") == ["a", "b"])
        #expect(Self.settled(granite, "<think>a</think><response>b</response>\n") == ["a", "b"])
        #expect(Self.settled(granite, "<think>a</think><response>b</response> c") == ["a", "b</response> c"])
    }

    @Test func `a header of the assistant's is waited for`() {
        let reading = Reading(assistantOpener: "### Assistant:")
        #expect(Self.settled(reading, "### Ass") == ["", ""])
        #expect(Self.settled(reading, "### Assistant:\n ### ") == ["", ""])
        #expect(Self.settled(reading, "### Assistant: Hi") == ["", "Hi"])
        #expect(Self.settled(reading, "### Answer") == ["", "### Answer"])
    }

    @Test(arguments: [
        ("<|channel|>analysis<|message|>Hm, so", "Hm, so", ""), ("<|channel|>analysis<|mess", "", ""),
        ("<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final", "Hm.", ""),
        ("<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Yes <|re", "Hm.", "Yes"),
        (
            "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant to=functions.f<|channel|>commentary<|message|>{",
            "Hm.", ""
        ),
        ("<|channel|>commentary<|message|>I look.<|end|><|start|>assistant to=functions.f", "", "I look."),
        ("analysisWe need", "We need", ""), ("analysisWe need the assis", "We need the", ""),
        ("analysisWe need.assistantfin", "We need.", ""), ("analysisWe need.assistantfinalHello", "We need.", "Hello"),
        ("analysisHm.assistantcommentary to=functions.f {\"a\":", "Hm.", ""),
        ("analysisHm.assistantcommentary t", "Hm.", ""),
        ("analys", "", ""), ("analysis", "", ""), ("analysis of it", "", ""), ("finally, yes", "", "finally, yes"),
        ("finalHello", "", "Hello"), ("Hello", "", "Hello"), ("Hello <|chan", "", "Hello"), ("<think>Hm", "Hm", ""),
    ])
    func `channels come out while they are written`(text: String, reasoning: String, content: String) {
        #expect(Self.settled(Self.harmony, text) == [reasoning, content])
    }

    @Test func `a stop across the border of two parts is found`() {
        for (format, user) in [(["<|im_end|>"], []), ([], ["<|im_end|>"])] as [([String], [String])] {
            let reader = ReplyReader(Reading(), formatStops: format, userStops: user)
            let (first, second) = ("One two<|im", "_end|>three")
            #expect(reader.settled(first).content == "One two")
            #expect(reader.settled(first + second).content == "One two")
            let reply = reader.read(first + second, askedTokens: 10, wantedTokens: nil)
            #expect(reply.content == "One two" && reply.reason == .stop)
        }
    }

    static let prose = String(repeating: "The harbour lay still, and the boats came in — slowly. ", count: 40)

    @Test(arguments: FormatTable.builtIn.names)
    func `of prose little is held back in any format`(name: String) throws {
        let prompt = try format(name).render(.of((.user, "Q")), effort: ThinkingEffort.none, today: "")
        let reader = ReplyReader(prompt.reading, formatStops: prompt.stops, userStops: ["Observation:", "\n\n"])
        for count in stride(from: 500, to: 2000, by: 61) {
            let text = String(Self.prose.prefix(count))
            #expect(reader.settled(text).content.utf8.count >= text.utf8.count - 40)
        }
    }

    @Test(arguments: [
        (open, ""), (thinks, "<think>"), (harmony, "analysis"), (harmony, "<|channel|>analysis<|message|>"),
    ])
    func `of a thought less is held back`(reading: Reading, start: String) {
        let reader = ReplyReader(reading, formatStops: ["<|im_end|>"], userStops: ["Observation:"])
        for count in stride(from: 1, to: 2000, by: 23) {
            let text = String(Self.prose.prefix(count))
            #expect(reader.settled(start + text).reasoning.utf8.count >= text.utf8.count - 20)
        }
    }

    @Test(arguments: ["<|channel|>final<|message|>", "final", "analysisHm.assistantfinal", ""])
    func `of an answer in channels less is held back`(start: String) {
        let reader = ReplyReader(Self.harmony, formatStops: ["<|return|>"], userStops: [])
        for count in stride(from: 1, to: 2000, by: 23) {
            let text = String(Self.prose.prefix(count))
            #expect(reader.settled(start + text).content.utf8.count >= text.utf8.count - 20)
        }
    }
}
