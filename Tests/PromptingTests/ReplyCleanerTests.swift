import Prompting
import Testing

@Suite struct ReplyCleanerTests {
    struct Case: Sendable {
        let stops: [String]
        let raw: String
        let text: String
        let stop: String?
    }

    static let table = [
        Case(stops: ["</s>"], raw: "Hello", text: "Hello", stop: nil),
        Case(stops: ["</s>"], raw: "Hello</s>", text: "Hello", stop: "</s>"),
        // Never by character sets: the letters of the stop may end the answer.
        Case(stops: ["</s>"], raw: "class</s>", text: "class", stop: "</s>"),
        Case(stops: ["</s>"], raw: "a < b / s >", text: "a < b / s >", stop: nil),
        // Old workers return what shared the stop's last token too.
        Case(stops: ["### Input:"], raw: "yes\n\n### Input:\nmore", text: "yes\n\n", stop: "### Input:"),
        Case(stops: ["</s>", "[INST]"], raw: "a[INST]b</s>c", text: "a", stop: "[INST]"),
        Case(stops: ["ab", "abc"], raw: "xabc", text: "x", stop: "ab"),
        Case(stops: ["abc", "ab"], raw: "xabc", text: "x", stop: "abc"),
        Case(stops: ["b", "abc"], raw: "xabc", text: "x", stop: "abc"),
        Case(stops: ["aab"], raw: "aaab", text: "a", stop: "aab"),
        // Half a stop at the end may be what was meant.
        Case(stops: ["<|im_end|>"], raw: "Hello<|im_", text: "Hello<|im_", stop: nil),
        Case(stops: ["<|im_end|>"], raw: "<|im_end|>", text: "", stop: "<|im_end|>"),
        Case(stops: ["</s>"], raw: "\n\n  Hello \n", text: "Hello \n", stop: nil),
        Case(stops: ["\n"], raw: "\nHello\n", text: "", stop: "\n"),
        Case(stops: ["\n"], raw: "Hello\r\nyou", text: "Hello\r", stop: "\n"),
        Case(stops: ["", "x"], raw: "ax", text: "a", stop: "x"),
        Case(stops: [], raw: "", text: "", stop: nil),
        Case(stops: ["漢"], raw: "一漢字", text: "一", stop: "漢"),
        Case(stops: ["👧"], raw: "👩‍👧!", text: "👩‍", stop: "👧"),
        Case(stops: ["e\u{301}"], raw: "caf\u{E9}", text: "caf\u{E9}", stop: nil),
    ]

    @Test(arguments: table)
    func `a reply is cut at its earliest stop`(example: Case) {
        let reply = ReplyCleaner(stops: example.stops).clean(example.raw)
        #expect(Array(reply.text.utf8) == Array(example.text.utf8))
        #expect(reply.stop == example.stop)
        #expect(reply.isStopped == (example.stop != nil))
    }

    @Test func `what continues a prefill keeps its first spaces`() {
        let reply = ReplyCleaner(stops: ["</s>"]).clean("\n  1}</s>", isContinuation: true)
        #expect(reply == Reply(text: "\n  1}", stop: "</s>"))
    }

    @Test(arguments: FormatTable.builtIn.names)
    func `every stop of every format is cut whether the worker trims it or not`(name: String) throws {
        let stops = try format(name).stops
        for stop in stops {
            #expect(ReplyCleaner(stops: stops + ["END"]).clean(" Fine." + stop + "user\nHi END").text == "Fine.")
        }
        #expect(ReplyCleaner(stops: stops + ["END"]).clean(" Fine. END").text == "Fine. ")
        #expect(ReplyCleaner(stops: stops + ["END"]).clean(" Fine.").text == "Fine.")
    }
}
