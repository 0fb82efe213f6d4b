import Prompting
import TestSupport
import Testing

@Suite struct ChannelTests {
    struct Case: Sendable {
        let raw: String
        let reasoning: String?
        let content: String

        init(_ raw: String, _ reasoning: String?, _ content: String) {
            (self.raw, self.reasoning, self.content) = (raw, reasoning, content)
        }
    }

    private static let harmony = Reading(
        hasChannels: true,
        turnOpeners: [
            "<|start|>system<|message|>", "<|start|>developer<|message|>", "<|start|>user<|message|>",
            "<|start|>assistant<|channel|>final<|message|>",
        ],
        assistantOpener: "<|start|>assistant<|channel|>final<|message|>"
    )
    private static let stops = ["<|return|>", "<|call|>", "<|start|>user"]

    static let marked = [
        Case(
            "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Yes.",
            "Hm.",
            "Yes."
        ),
        Case("<|channel|>final<|message|>Yes.<|return|>", nil, "Yes."),
        Case("<|start|>assistant<|channel|>final<|message|>Yes.", nil, "Yes."),
        Case("<|channel|>final <|constrain|>json<|message|>{}", nil, "{}"),
        Case("<|message|>Yes.", nil, "Yes."),
        Case("<|channel|>analysis<|message|>Hm.", "Hm.", ""),
        Case("<|channel|>analysis<|message|><|end|><|start|>assistant<|channel|>final<|message|>Yes.", nil, "Yes."),
        // Words before a call are for the client.
        Case(
            "<|channel|>commentary<|message|>First. <|end|><|start|>assistant<|channel|>final<|message|> Then.",
            nil,
            "First.\n\nThen."
        ),
        Case(
            "<|channel|>analysis<|message|>A.\n<|end|><|start|>assistant<|channel|>analysis<|message|>B.<|end|>",
            "A.\n\nB.",
            ""
        ),
        // The next turn is the user's, or a tool's.
        Case("<|channel|>final<|message|>Yes.<|end|><|start|>user<|message|>And?", nil, "Yes."),
        Case("<|channel|>final<|message|>Yes.<|end|><|start|>assistant<|channel|>final<|message|>No.", nil, "Yes."),
        Case("<|channel|>analysis<|message|>Hm.<|end|><|start|>functions.f to=assistant<|message|>1", "Hm.", ""),
    ]

    static let calls = [
        Case("<|channel|>commentary to=functions.f <|constrain|>json<|message|>{}<|call|>", nil, ""),
        Case(" to=functions.f<|channel|>commentary json<|message|>{}", nil, ""),
        Case(
            "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant to=functions.f<|channel|>commentary<|message|>{}",
            "Hm.",
            ""
        ),
        Case(
            "<|channel|>commentary to=functions.f<|message|>{}<|end|><|start|>assistant<|channel|>final<|message|>Yes.",
            nil,
            "Yes."
        ),
        Case("<|channel|>analysis to=python<|message|>1<|call|>", nil, ""),
        Case("analysisHm.assistantcommentary to=functions.f json{\"a\":\"final\"}", "Hm.", ""),
        Case("analysisHm.assistant to=functions.fcommentary json{}assistantfinalYes.", "Hm.", "Yes."),
        Case("commentary to=functions.f json{}", nil, ""),
        Case(" to=functions.fcommentary json{}", nil, ""),
    ]

    static let flattened = [
        Case("analysisHm.assistantfinalYes.", "Hm.", "Yes."),
        Case("assistantanalysisHm.assistantfinalYes.", "Hm.", "Yes."),
        Case("analysis\nHm.\nassistantfinal\n\nYes.\n", "Hm.", "Yes."),
        Case("analysisThe assistant knows.assistantfinalYes.", "The assistant knows.", "Yes."),
        Case("analysisHm.assistantcommentaryFirst.assistantfinalThen.", "Hm.", "First.\n\nThen."),
        Case("analysisHm.", "Hm.", ""),
        Case("finalYes.", nil, "Yes."),
        Case("finalThe form is assistantfinal and analysis.", nil, "The form is assistantfinal and analysis."),
        // Words that begin like the name of a channel.
        Case("finally, the analysis is done.", nil, "finally, the analysis is done."),
        Case("analysis of the data shows growth.", nil, "analysis of the data shows growth."),
        // Some markers hidden, some not.
        Case("analysisHm.<|end|>assistantfinalYes.", "Hm.", "Yes."),
        Case("analysis<|message|>Hm.<|end|><|start|>assistantfinalYes.", "Hm.", "Yes."),
    ]

    static let damaged = [
        Case("<|channel|>analysis<|message|>Hm.<|end|><|start|>assis", "Hm.", ""),
        Case("<|channel|>analysis<|message|>Hm.<|end|><|start|>", "Hm.", ""),
        Case("<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>fin", "Hm.", ""),
        Case("<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final", "Hm.", ""),
        Case("<|channel|>analysis<|message|>Hm.<|channel|>final<|message|>Yes.", "Hm.", "Yes."),
        Case("<|channel|>analysis<|message|>Hm.<|start|>assistant<|channel|>final<|message|>Yes.", "Hm.", "Yes."),
        Case("<|channel|>final Yes.", nil, "Yes."),
        Case("<|channel|>unknown<|message|>Yes.", nil, "Yes."),
        Case("First.<|channel|>final<|message|>Then.", nil, "First.\n\nThen."),
        Case(
            "<|channel|>final<|message|>The marker <|channel|> and <|message|>.",
            nil,
            "The marker <|channel|> and <|message|>."
        ),
        Case("The marker <|channel|> and <|message|>.", nil, "The marker <|channel|> and <|message|>."),
        Case("Yes.<|end|>", nil, "Yes."),
        Case("Yes.", nil, "Yes."),
        Case("<think>Hm.</think>Yes.", "Hm.", "Yes."),
        Case("", nil, ""),
    ]

    @Test(arguments: [
        ("<|channel|>commentary to=functions.f <|constrain|>json<|message|>{\"a\": 1}<|call|>", "f {\"a\": 1}"),
        (" to=functions.f<|channel|>commentary json<|message|>{}", "f {}"),
        ("<|channel|>commentary to=functions.f<|message|>{\"a\": 1", "f {\"a\": 1"),
        ("<|channel|>commentary to=functions.f<|message|><|call|>", "f "),
        ("<|channel|>commentary to=f json<|message|>{}<|call|>", "f {}"),
        ("<|channel|>analysis to=python<|message|>1 + 1<|call|>", "python 1 + 1"),
        (
            "<|channel|>commentary<|message|>I look.<|end|>"
                + "<|start|>assistant<|channel|>commentary to=functions.f<|message|>{}<|call|>", "f {}"
        ),
        (
            "<|channel|>commentary to=functions.f<|message|>{}<|end|>"
                + "<|start|>assistant to=functions.g<|channel|>commentary<|message|>{}<|call|>", "f {}|g {}"
        ),
        // The model itself has ended its turn: what follows is not its own.
        (
            "<|channel|>commentary to=functions.f<|message|>{}<|call|>"
                + "<|start|>functions.f to=assistant<|channel|>commentary<|message|>1<|end|>", "f {}"
        ),
        ("<|channel|>commentary to=functions.f <|constrain|>json{}", "f {}"),
        ("analysisHm.assistantcommentary to=functions.f json{\"a\":\"final\"}", "f {\"a\":\"final\"}"),
        ("analysisHm.assistantcommentary to=functions.f{}", "f {}"),
        ("analysisHm.assistant to=functions.fcommentary json{}assistantfinalYes.", "f {}"),
        ("commentary to=functions.add_commentary json{}", "add_commentary {}"),
        // A header that was cut says nothing to anybody.
        ("<|channel|>commentary to=functions.f", ""),
        ("<|channel|>commentary to=<|message|>{}", ""),
        ("<|channel|>final<|message|>Write to=functions.f for it.", ""),
    ])
    func `words to a tool are calls`(raw: String, calls: String) {
        for end in ["", "<|call|>"] where !calls.isEmpty || end.isEmpty {
            let reply = Self.reader().read(raw + end, askedTokens: 512, wantedTokens: nil)
            #expect(reply.calls.map { "\($0.recipient) \($0.body)" }.joined(separator: "|") == calls)
        }
    }

    @Test func `a stop of the user's or the client's limit before a call leaves it out`() {
        let raw =
            "<|channel|>commentary<|message|>One. STOP two.<|end|>"
            + "<|start|>assistant<|channel|>commentary to=functions.f<|message|>{\"a\": 1}<|call|>"
        let whole = Self.reader().read(raw, askedTokens: 512, wantedTokens: nil)
        #expect(whole.calls == [ChannelCall(recipient: "f", body: "{\"a\": 1}")])
        let stopped = Self.reader(userStops: ["STOP"]).read(raw, askedTokens: 512, wantedTokens: nil)
        #expect(stopped.calls == [])
        #expect(stopped.content == "One.")
        let limited = Self.reader().read(raw, askedTokens: 512, wantedTokens: 7)
        #expect(limited.calls == [])
        #expect(limited.reason == .length)
    }

    @Test(arguments: marked + calls + flattened + damaged)
    func `channels become thought and answer`(example: Case) {
        let reply = Self.reader().read(example.raw, askedTokens: 512, wantedTokens: nil)
        #expect(reply.reasoning == example.reasoning)
        #expect(reply.content == example.content)
        // One that ends within its thought was cut short, whatever ended it.
        #expect(
            reply.reason == .stop || (reply.reason == .length && example.content.isEmpty && example.reasoning != nil)
        )
    }

    @Test func `messages of nothing between others take no time, however many and long they are`() {
        let message = "<|channel|>commentary<|message|>"
        let raw =
            message + String(repeating: " ", count: 200_000) + String(repeating: message + " ", count: 10_000) + "Yes."
        let seconds = CPUTime.measure {
            let reply = ReplyReader(Reading(hasChannels: true), formatStops: [], userStops: [])
                .read(raw, askedTokens: 512, wantedTokens: nil)
            #expect(reply.content.hasSuffix("Yes."))
        }
        #expect(seconds < .seconds(10))
    }

    @Test func `an answer that the final channel's end closes was not ended by its length`() {
        let answer = "<|channel|>final<|message|>One two three four."
        let reader = Self.reader()
        #expect(reader.read(answer, askedTokens: 8, wantedTokens: nil).reason == .length)
        #expect(reader.read(answer + "<|end|>", askedTokens: 8, wantedTokens: nil).reason == .stop)
        #expect(reader.read(answer + "<|return|>", askedTokens: 8, wantedTokens: nil).reason == .stop)
    }

    @Test func `the user's stops are searched for in the answer alone`() {
        let raw = "<|channel|>analysis<|message|>a END b<|end|><|start|>assistant<|channel|>final<|message|>c END d"
        let reply = Self.reader(userStops: ["END"]).read(raw, askedTokens: 512, wantedTokens: nil)
        #expect([reply.reasoning, reply.content] == ["a END b", "c"])
    }

    @Test func `a prefill stands in the final channel already`() {
        let reader = Self.reader(Reading(hasChannels: true, isContinuation: true))
        func read(_ raw: String) -> [String?] {
            let reply = reader.read(raw, askedTokens: 512, wantedTokens: nil)
            return [reply.reasoning, reply.content]
        }
        #expect(read(" analysis of it.<|return|>") == [nil, " analysis of it."])
        #expect(read(" and more.<|end|><|start|>assistant<|channel|>analysis<|message|>Hm.") == [nil, " and more."])
    }

    @Test func `where the prompt has opened the final channel words are words`() {
        let reader = Self.reader(Reading())
        let raw = "analysis is a wordassistantfinal"
        #expect(reader.read(raw, askedTokens: 512, wantedTokens: nil).content == raw)
    }

    private static func reader(_ reading: Reading = harmony, userStops: [String] = []) -> ReplyReader {
        ReplyReader(reading, formatStops: stops, userStops: userStops)
    }
}
