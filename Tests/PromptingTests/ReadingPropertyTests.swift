import Prompting
import TestSupport
import Testing

/// What holds for any text, tried with many random ones; the seed is fixed, so that every run tries the same.
@Suite struct ReadingPropertyTests {
    /// A family of models, as far as reading goes.
    struct Family: Sendable, CustomTestStringConvertible {
        let name: String
        let reading: Reading
        let stops: [String]
        /// What stands around the thought of a perfect answer, and before its content.
        var thoughtOpen = "<think>\n"
        var thoughtClose = "\n</think>\n\n"
        var contentOpen = ""

        var testDescription: String { name }

        /// The texts that mean something to this family, and so are no ordinary text to it.
        var markers: [String] {
            let tags = [reading.thought?.open, reading.thought?.close].compactMap { $0 }
            let channels = ["<|channel|>", "<|message|>", "<|start|>", "<|end|>", "<|return|>", "<|call|>"]
            let opener = [reading.assistantOpener].filter { !$0.isEmpty }
            return stops + reading.turnOpeners + opener + tags + (reading.hasChannels ? channels : [])
        }

        /// The texts that would end a thought too early, or make it words to a tool.
        var thoughtMarkers: [String] { ["</think>", "assistantf", "assistanta", "to=functions."] }

        func reader(userStops: [String] = []) -> ReplyReader {
            ReplyReader(reading, formatStops: stops, userStops: userStops)
        }
    }

    static let families = [
        Family(
            name: "chatml",
            reading: Reading(
                thought: .think,
                turnOpeners: ["<|im_start|>system", "<|im_start|>user", "<|im_start|>assistant"],
                assistantOpener: "<|im_start|>assistant"
            ),
            stops: ["<|im_end|>", "<|im_start|>", "<|endoftext|>"]
        ),
        Family(
            name: "llama3",
            reading: Reading(assistantOpener: "<|start_header_id|>assistant<|end_header_id|>"),
            stops: ["<|eot_id|>", "<|eom_id|>", "<|start_header_id|>", "<|end_of_text|>"]
        ),
        Family(
            name: "magistral",
            reading: Reading(thought: ThoughtTags(open: "[THINK]", close: "[/THINK]"), turnOpeners: ["[INST]"]),
            stops: ["</s>", "[INST]", "[SYSTEM_PROMPT]"],
            thoughtOpen: "[THINK]",
            thoughtClose: "[/THINK]"
        ),
        Family(
            name: "deepseek-r1",
            reading: Reading(
                thought: .think,
                isThoughtOpen: true,
                turnOpeners: ["<｜User｜>", "<｜Assistant｜>"],
                assistantOpener: "<｜Assistant｜>"
            ),
            stops: ["<｜end▁of▁sentence｜>", "<｜User｜>"],
            thoughtOpen: ""
        ),
        Family(
            name: "alpaca",
            reading: Reading(turnOpeners: ["### Instruction:", "### Response:"], assistantOpener: "### Response:"),
            stops: ["### Instruction:", "### Response:", "### Input:", "</s>"]
        ),
        Family(
            name: "gpt-oss",
            reading: Reading(hasChannels: true, turnOpeners: ["<|start|>user<|message|>"]),
            stops: ["<|return|>", "<|call|>", "<|start|>user"],
            thoughtOpen: "<|channel|>analysis<|message|>",
            thoughtClose: "<|end|><|start|>assistant<|channel|>final<|message|>",
            contentOpen: "<|channel|>final<|message|>"
        ),
        Family(
            name: "gpt-oss flattened",
            reading: Reading(hasChannels: true),
            stops: ["<|return|>"],
            thoughtOpen: "analysis",
            thoughtClose: "assistantfinal",
            contentOpen: "final"
        ),
    ]

    static let pieces = [
        "word", " ", "\n", "\r\n", "\t", "é", "e\u{301}", "漢字", "かな", "한국", "😀", "👩‍👩‍👧", "\u{200B}", "\u{FEFF}", "\0", "<",
        ">", "|",
        "[", "]", "</", "<|", "|>", "###", "assistant", "user", "analysis", "class", "```", "{\"a\": [1]}", "<s>",
        "</s>", "[INST]",
        "[/INST]", "[THINK]", "[/THINK]", "<think>", "</think>", "<tool_call>", "</tool_call>", "<|im_start|>",
        "<|im_end|>",
        "<|eot_id|>", "<|start_header_id|>", "<end_of_turn>", "<｜User｜>", "<｜end▁of▁sentence｜>", "### Response:",
        "USER:",
        "<|channel|>", "<|message|>", "<|end|>", "<|start|>assistant", "<|return|>", "final", "<response>",
        " to=functions.f",
    ]

    @Test(arguments: families)
    func `a perfect answer comes back unchanged, outer white space aside`(family: Family) {
        var random = RandomAnswers(seed: 1)
        for _ in 0..<100 {
            // Behind the bare name of a channel a lower-case letter would make it another word.
            let lead = family.name == "gpt-oss flattened" ? "Yes. " : ""
            let content = lead + random.text(without: family.markers)
            let thought = random.text(without: family.markers + family.thoughtMarkers)
            let stop = random.element(family.stops + [""], fallback: "")
            let reader = family.reader()
            let opened = family.reading.isThoughtOpen ? "</think>" : family.contentOpen

            let answer = reader.read(opened + content + stop, askedTokens: 4096, wantedTokens: nil)
            #expect(bytes(answer.content) == trimmed(content))
            #expect(answer.reasoning == nil)
            #expect(answer.reason == .stop)

            let raw = family.thoughtOpen + thought + family.thoughtClose + content + stop
            let reply = reader.read(raw, askedTokens: 4096, wantedTokens: nil)
            #expect(bytes(reply.content) == trimmed(content))
            #expect(bytes(reply.reasoning ?? "") == trimmed(thought))
            #expect(reply.reason == .stop)
        }
    }

    @Test(arguments: families.filter { ["chatml", "gpt-oss"].contains($0.name) })
    func `a perfect answer of 1 MB comes back unchanged`(family: Family) {
        var random = RandomAnswers(seed: 2)
        let part = random.text(pieces: 500, without: family.markers) + "end. "
        let content = "It: " + String(repeating: part, count: 1_000_000 / part.utf8.count + 1)
        let raw = family.thoughtOpen + "Hm." + family.thoughtClose + content + family.stops[0]
        let reply = family.reader(userStops: ["no such text"]).read(raw, askedTokens: 4096, wantedTokens: nil)
        #expect(bytes(reply.content) == trimmed(content))
        #expect(reply.reasoning == "Hm.")
        #expect(reply.tokens == 4096)
    }

    @Test(arguments: families, [false, true])
    func `any bytes are read without a crash, and no character is cut in two`(family: Family, isContinuation: Bool) {
        var random = RandomAnswers(seed: 3)
        var family = family
        if isContinuation {
            var reading = family.reading
            reading.isContinuation = true
            family = Family(name: family.name, reading: reading, stops: family.stops)
        }
        for _ in 0..<1000 {
            let raw = String(decoding: random.bytes(), as: UTF8.self)
            let stops = [random.element(Self.pieces, fallback: ""), "漢"]
            let wanted = Int.random(in: 0...40, using: &random)
            let reply = family.reader(userStops: stops).read(raw, askedTokens: 32, wantedTokens: wanted)
            #expect(!stops.contains { holds(reply.content, $0) })
            #expect((0...32).contains(reply.tokens))
            #expect((0...reply.tokens).contains(reply.reasoningTokens))
            #expect(reply.reasoning != "")
            // Messages of one channel are joined by a blank line, so only the parts of theirs are parts of the text.
            if !family.reading.hasChannels {
                #expect(holds(raw, reply.content))
                #expect(holds(raw, reply.reasoning ?? ""))
            }
        }
    }

    @Test func `the earliest of many stops that share their letters is found, as by trying each at each place`() {
        var random = RandomAnswers(seed: 4)
        for _ in 0..<2000 {
            let stops = (0..<Int.random(in: 1...8, using: &random)).map { _ in
                random.letters("ab", count: Int.random(in: 0...9, using: &random))
            }
            let text = random.letters("aabc", count: Int.random(in: 0...60, using: &random))
            let end = text.indices.first { index in
                stops.contains { !$0.isEmpty && text[index...].hasPrefix($0) }
            }
            let reply = ReplyReader(Reading(), formatStops: [], userStops: stops)
                .read(text, askedTokens: 4096, wantedTokens: nil)
            #expect(reply.content == text[..<(end ?? text.endIndex)])
        }
    }

    static let units = [
        "<", "<|", "<|channel|>", "<|channel|>final", "<|channel|>analysis<|message|>", "<|message|>", "a<|message|>",
        "<|start|>", "<|start|>assistant", "<|end|>", "<|constrain|>", "assistant", "assistantanalysis", "analysis",
        "assistantcommentary to=functions.f ", " to=", "<think>", "</think", "<tool_call", "[", " ", "\n", "\r\n", "a",
        "<|im_start|>assistant\n", "漢", "e\u{301}",
    ]

    @Test(arguments: units)
    func `reading takes time in proportion to the text`(unit: String) {
        // Linear work takes a second or two without optimisation, work that grows with the square minutes.
        let repeated = String(repeating: unit, count: 15_000 / unit.utf8.count)
        let stops = (1...20).map { String(repeating: unit, count: $0 * 3) + "END" }
        let seconds = CPUTime.measure {
            for family in Self.families where ["chatml", "deepseek-r1", "gpt-oss"].contains(family.name) {
                let reader = family.reader(userStops: stops)
                for start in ["", "<|channel|>final<|message|>"] {
                    _ = reader.read(start + repeated, askedTokens: 4096, wantedTokens: nil)
                }
            }
        }
        #expect(seconds < .seconds(5))
    }

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    private func trimmed(_ text: String) -> [UInt8] {
        let isSpace = { (byte: UInt8) in byte == 32 || (9...13).contains(byte) }
        let rest = text.utf8.drop(while: isSpace)
        return Array(rest.reversed().drop(while: isSpace).reversed())
    }
}

/// Whether a text holds another, byte for byte.
private func holds(_ text: String, _ part: String) -> Bool {
    let (text, part) = (Array(text.utf8), Array(part.utf8))
    guard part.count <= text.count else { return false }
    return (0...(text.count - part.count)).contains { text[$0...].starts(with: part) }
}
