import Prompting
import TestSupport
import Testing

@Suite struct ReplyReaderTests {
    struct Case: Sendable {
        let stops: [String]
        let raw: String
        let content: String
        let isStopped: Bool
    }

    static let table = [
        Case(stops: ["</s>"], raw: "Hello", content: "Hello", isStopped: false),
        Case(stops: ["</s>"], raw: "Hello</s>", content: "Hello", isStopped: true),
        // Never by character sets: the letters of the stop may end the answer.
        Case(stops: ["</s>"], raw: "class</s>", content: "class", isStopped: true),
        Case(stops: ["</s>"], raw: "a < b / s >", content: "a < b / s >", isStopped: false),
        // Old workers return what shared the stop's last token too.
        Case(stops: ["### Input:"], raw: "yes\n\n### Input:\nmore", content: "yes", isStopped: true),
        Case(stops: ["</s>", "[INST]"], raw: "a[INST]b</s>c", content: "a", isStopped: true),
        Case(stops: ["ab", "abc"], raw: "xabc", content: "x", isStopped: true),
        Case(stops: ["abc", "ab"], raw: "xabc", content: "x", isStopped: true),
        Case(stops: ["b", "abc"], raw: "xabc", content: "x", isStopped: true),
        Case(stops: ["b", "abc"], raw: "xabd", content: "xa", isStopped: true),
        Case(stops: ["aab"], raw: "aaab", content: "a", isStopped: true),
        // Half a stop at the end may be what was meant.
        Case(stops: ["<|im_end|>"], raw: "Hello<|im_", content: "Hello<|im_", isStopped: false),
        Case(stops: ["<|im_end|>"], raw: "<|im_end|>", content: "", isStopped: true),
        Case(stops: ["</s>"], raw: "\n\n  Hello \n", content: "  Hello \n", isStopped: false),
        Case(stops: ["\n"], raw: "\nHello\n", content: "", isStopped: true),
        Case(stops: ["\n"], raw: "Hello\r\nyou", content: "Hello", isStopped: true),
        Case(stops: ["", "x"], raw: "ax", content: "a", isStopped: true),
        Case(stops: [], raw: "", content: "", isStopped: true),
        Case(stops: ["漢"], raw: "一漢字", content: "一", isStopped: true),
        Case(stops: ["👧"], raw: "👩‍👧!", content: "👩‍", isStopped: true),
        Case(stops: ["e\u{301}"], raw: "caf\u{E9}", content: "caf\u{E9}", isStopped: false),
    ]

    @Test(arguments: table, [true, false])
    func `a text is cut at its earliest stop`(example: Case, isFormatStop: Bool) {
        let reader = ReplyReader(
            Reading(),
            formatStops: isFormatStop ? example.stops : [],
            userStops: isFormatStop ? [] : example.stops
        )
        // One token asked for: whatever no stop ends was ended by its length.
        let reply = reader.read(example.raw, askedTokens: 1, wantedTokens: nil)
        #expect(Array(reply.content.utf8) == Array(example.content.utf8))
        #expect(reply.reason == (example.isStopped ? .stop : .length))
        #expect(reply.reasoning == nil)
    }

    @Test func `what continues a prefill keeps its first spaces`() {
        let reply = reader(Reading(isContinuation: true)).read("\n  1}</s>", askedTokens: 512, wantedTokens: nil)
        #expect(reply.content == "\n  1}")
        #expect(reply.reason == .stop)
    }

    @Test(arguments: FormatTable.builtIn.names)
    func `every stop of every format is cut whether the worker trims it or not`(name: String) throws {
        let stops = try format(name).stops
        let reader = ReplyReader(Reading(), formatStops: stops, userStops: ["END"])
        for text in stops.map({ " Fine." + $0 + "user\nHi END" }) + [" Fine. END", " Fine."] {
            #expect(reader.read(text, askedTokens: 512, wantedTokens: nil).content == "Fine.")
        }
    }

    static let chatML = Reading(
        turnOpeners: ["<|im_start|>system", "<|im_start|>user", "<|im_start|>assistant", "<|im_start|>tool"],
        assistantOpener: "<|im_start|>assistant"
    )

    @Test(arguments: [
        ("<|im_start|>assistant\nHello<|im_end|>", "Hello"),
        ("\n<|im_start|>assistant\n\n<|im_start|>assistant\n Hello", "Hello"),
        ("<|im_start|>user\nHello", ""),
        ("Hello\n<|im_start|>user\nAnd you?", "Hello"),
        ("Hello\n<|im_start|>assistant\nHello", "Hello"),
        ("<|im_start|>assistant\nHello<|im_start|>tool\n1", "Hello"),
        ("Hello <|im_start |>user", "Hello <|im_start |>user"),
        ("user\nHello", "user\nHello"),
    ])
    func `a leading header of the assistant is dropped and any other ends the answer`(raw: String, content: String) {
        // The families whose openers are stops too, and those where they are not.
        for stops in [["<|im_end|>", "<|im_start|>"], ["<|im_end|>"]] {
            let reader = ReplyReader(Self.chatML, formatStops: stops, userStops: [])
            #expect(reader.read(raw, askedTokens: 512, wantedTokens: nil).content == content)
        }
    }

    @Test func `a prefill is followed by no header`() {
        var reading = Self.chatML
        (reading.isContinuation, reading.assistantOpener) = (true, "ASSISTANT:")
        let raw = "ASSISTANT: and USER:"
        #expect(reader(reading).read(raw, askedTokens: 512, wantedTokens: nil).content == raw)
    }

    @Test func `a thousand long stops against a long text take no longer than the two to be read`() {
        let start = "Observation: " + String(repeating: "a", count: 10_000)
        let stops = (0..<1000).map { String(repeating: "x", count: $0 % 7) + start + "\($0)" }
        let text = String(repeating: "The answer is 42, Observation: aaaa. ", count: 28_000)
        let raw = text + start + "994 and more"
        func read(_ stops: [String]) -> Duration {
            let reader = ReplyReader(Reading(), formatStops: ["</s>"], userStops: stops)
            return CPUTime.measure {
                let reply = reader.read(raw, askedTokens: 4096, wantedTokens: nil)
                #expect(reply.content.utf8.count == text.utf8.count - 1)
            }
        }
        // They have ten times the bytes of the text; each of them tried at each place would take thousands of times as long.
        #expect(read(stops) < read([start + "994"]) * 100)
    }

    @Test func `stops that agree for long with every place of a text cost no more`() {
        let stops = (0..<500).map { String(repeating: "a", count: 1000 + $0) + "b" }
        let text = String(repeating: "a", count: 50_000)
        let reader = ReplyReader(Reading(), formatStops: [], userStops: stops)
        let seconds = CPUTime.measure {
            #expect(reader.read(text, askedTokens: 4096, wantedTokens: nil).content == text)
            #expect(reader.read(text + "b", askedTokens: 4096, wantedTokens: nil).content.utf8.count == 50_000 - 1499)
        }
        #expect(seconds < .seconds(10))
    }

    private func reader(_ reading: Reading) -> ReplyReader {
        ReplyReader(reading, formatStops: ["</s>"], userStops: [])
    }
}
