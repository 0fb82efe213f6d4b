import Prompting
import Testing

@Suite struct ThoughtTests {
    struct Case: Sendable {
        let reading: Reading
        let raw: String
        let reasoning: String?
        let content: String

        init(_ reading: Reading, _ raw: String, _ reasoning: String?, _ content: String) {
            (self.reading, self.raw, self.reasoning, self.content) = (reading, raw, reasoning, content)
        }
    }

    private static let plain = Reading()
    private static let thinks = Reading(thought: .think)
    private static let open = Reading(thought: .think, isThoughtOpen: true)
    private static let mistral = Reading(thought: ThoughtTags(open: "[THINK]", close: "[/THINK]"))
    private static let seed = Reading(thought: ThoughtTags(open: "<seed:think>", close: "</seed:think>"))
    private static let gemma = Reading(thought: ThoughtTags(open: "<|channel>thought", close: "<channel|>"))
    private static let granite = Reading(
        thought: ThoughtTags(
            open: "<think>",
            close: "</think>",
            answerOpen: "<response>",
            answerClose: "</response>"
        )
    )

    static let openers = [
        Case(plain, "<think>Hm.</think>Yes.", "Hm.", "Yes."),
        Case(plain, "\n<think>\nHm.\n\nSo.\n</think>\n\nYes.\n", "Hm.\n\nSo.", "Yes."),
        Case(thinks, "<think>Hm.</think>Yes.", "Hm.", "Yes."),
        Case(mistral, "[THINK]Hm.[/THINK]Yes.", "Hm.", "Yes."),
        Case(mistral, "<think>Hm.</think>Yes.", "Hm.", "Yes."),
        Case(mistral, "[THINK]Hm.</think>Hm.[/THINK]Yes.", "Hm.</think>Hm.", "Yes."),
        Case(seed, "<seed:think>Hm.</seed:think>Yes.", "Hm.", "Yes."),
        Case(gemma, "<|channel>thought\nHm.\n<channel|>Yes.", "Hm.", "Yes."),
        Case(gemma, "<|channel>thought\n<channel|>Yes.", nil, "Yes."),
        Case(granite, "<think>Hm.</think><response>Yes.</response>", "Hm.", "Yes."),
        Case(granite, "<think>Hm.</think>\n<response>\nYes.\n</response>\n", "Hm.", "Yes."),
        Case(granite, "<think>Hm.</think><response>Yes, cut", "Hm.", "Yes, cut"),
        Case(granite, "<think>Hm.</think><response>", "Hm.", ""),
        Case(granite, "<think>Hm.</think>Yes.", "Hm.", "Yes."),
        Case(granite, "<response>Yes.</response>", nil, "<response>Yes.</response>"),
        Case(thinks, "<think>Hm.</think><response>Yes.</response>", "Hm.", "<response>Yes.</response>"),
    ]

    static let edges = [
        // An empty block is no thought.
        Case(thinks, "<think></think>Yes.", nil, "Yes."),
        Case(thinks, "<think>\n\n</think>\n\nYes.", nil, "Yes."),
        // The first closing tag counts, and what is said of tags afterwards is content.
        Case(thinks, "<think>Hm.</think>Use </think> and <think>.", "Hm.", "Use </think> and <think>."),
        Case(plain, "The tag <think> opens, </think> closes.", nil, "The tag <think> opens, </think> closes."),
        Case(thinks, "The tag <think> opens, </think> closes.", nil, "The tag <think> opens, </think> closes."),
        Case(thinks, "It is <think>.", nil, "It is <think>."),
        // Without the closing tag all is thought.
        Case(plain, "<think>Hm.", "Hm.", ""),
        Case(open, "Hm.", "Hm.", ""),
        Case(open, "", nil, ""),
        // Half a closing tag stays where it is.
        Case(open, "Hm.</thi", "Hm.</thi", ""),
    ]

    static let openedInThePrompt = [
        Case(open, "Hm.\n</think>\n\nYes.", "Hm.", "Yes."),
        Case(open, "</think>Yes.", nil, "Yes."),
        Case(open, "<think>\nHm.</think>Yes.", "Hm.", "Yes."),
        Case(open, "Hm. <think> Hm.</think>Yes.", "Hm. <think> Hm.", "Yes."),
        Case(Reading(isThoughtOpen: true), "Hm.</think>Yes.", "Hm.", "Yes."),
        Case(Reading(thought: mistral.thought, isThoughtOpen: true), "Hm.[/THINK]Yes.", "Hm.", "Yes."),
    ]

    static let orphans = [
        Case(thinks, "Hm.\n</think>\n\nYes.", "Hm.", "Yes."),
        Case(mistral, "Hm.[/THINK]Yes.", "Hm.", "Yes."),
        Case(mistral, "Hm.[/THINK]Yes.</think>", "Hm.", "Yes.</think>"),
        Case(granite, "Hm.</think><response>Yes.</response>", "Hm.", "Yes."),
        // The tag is talked about.
        Case(thinks, "Use `re.sub(r'.*</think>', '', s)`.", nil, "Use `re.sub(r'.*</think>', '', s)`."),
        Case(thinks, "It ends with `</think>`.", nil, "It ends with `</think>`."),
        Case(thinks, "The </think> tag ends it.", nil, "The </think> tag ends it."),
        // A model that does not think, or in other tags, was asked about the tag.
        Case(mistral, "It ends with </think> alone.", nil, "It ends with </think> alone."),
        Case(plain, "It ends with </think> alone.", nil, "It ends with </think> alone."),
    ]

    static let toolCalls = [
        Case(open, "Hm.\n<tool_call>{}</tool_call>", "Hm.", "<tool_call>{}</tool_call>"),
        Case(plain, "<think>Hm.<tool_call>{}", "Hm.", "<tool_call>{}"),
        Case(open, "Hm.<tool_call>{}</tool_call></think>Yes.", "Hm.<tool_call>{}</tool_call>", "Yes."),
        Case(thinks, "Hm.<tool_call>{}</tool_call>", nil, "Hm.<tool_call>{}</tool_call>"),
    ]

    static let continuations = [
        Case(Reading(thought: .think, isContinuation: true), " a</think>b", nil, " a</think>b"),
        Case(Reading(thought: .think, isContinuation: true), "<think>a</think>b", nil, "<think>a</think>b"),
        Case(
            Reading(thought: .think, isThoughtOpen: true, isContinuation: true),
            " and so.\n</think>\n\nYes.",
            " and so.",
            "Yes."
        ),
    ]

    @Test(arguments: openers + edges + openedInThePrompt + orphans + toolCalls + continuations)
    func `a thought is told from the answer`(example: Case) {
        let reader = ReplyReader(example.reading, formatStops: ["</s>"], userStops: [])
        for end in ["", "</s>", "</s>user: <think>a</think>"] {
            let reply = reader.read(example.raw + end, askedTokens: 512, wantedTokens: nil)
            #expect(reply.reasoning == example.reasoning)
            #expect(reply.content == example.content)
            #expect(reply.reason == .stop || (reply.content.isEmpty && reply.reasoning != nil))
        }
    }

    @Test func `the user's stops are for the answer, the format's for all of the text`() {
        let reader = ReplyReader(Self.open, formatStops: ["</s>"], userStops: ["Observation:", "\n"])
        func read(_ raw: String) -> [String?] {
            let reply = reader.read(raw, askedTokens: 512, wantedTokens: nil)
            return [reply.reasoning, reply.content]
        }
        #expect(read("First\nan Observation: b</think>c Observation: d") == ["First\nan Observation: b", "c"])
        // The line ends between thought and answer are neither's.
        #expect(read("a</think>\n\nb\nc") == ["a", "b"])
        #expect(read("a</s>b</think>c") == ["a", ""])
        // The worker has stopped there itself.
        #expect(read("First\nan Observation:") == ["First\nan Observation:", ""])
    }

    @Test func `a leaked header before the thought is dropped`() {
        let reading = Reading(thought: .think, assistantOpener: "<|im_start|>assistant")
        let reader = ReplyReader(reading, formatStops: ["<|im_start|>"], userStops: [])
        let reply = reader.read("<|im_start|>assistant\n<think>a</think>b", askedTokens: 512, wantedTokens: nil)
        #expect([reply.reasoning, reply.content] == ["a", "b"])
    }
}
