import Prompting
import Testing

/// Where definitions of tools, calls and the opening of a forced call stand in a prompt.
@Suite struct ToolPlacementTests {
    private static func offering(_ turns: (Turn.Role, String)...) -> Conversation {
        Conversation(turns: turns.map { Turn(role: $0.0, text: $0.1) }, definitions: "DEFS")
    }

    @Test(arguments: [
        (
            "chatml", "<|im_start|>system\nS\n\nDEFS<|im_end|>\n<|im_start|>user\nQ<|im_end|>\n",
            "<|im_start|>system\nDEFS<|im_end|>\n<|im_start|>user\nQ<|im_end|>\n"
        ),
        ("mistral-v3", "[INST] S\n\nDEFS\n\nQ[/INST]", "[INST] DEFS\n\nQ[/INST]"),
        ("llama2", "[INST] <<SYS>>\nS\n\nDEFS\n<</SYS>>\n\nQ [/INST]", "[INST] <<SYS>>\nDEFS\n<</SYS>>\n\nQ [/INST]"),
        (
            "gemma", "<start_of_turn>user\nS\n\nDEFS\n\nQ<end_of_turn>\n",
            "<start_of_turn>user\nDEFS\n\nQ<end_of_turn>\n"
        ),
        ("alpaca", "S\n\nDEFS\n\n### Instruction:\nQ\n\n", "DEFS\n\n### Instruction:\nQ\n\n"),
        ("deepseek3", "S\n\nDEFS<｜User｜>Q", "DEFS<｜User｜>Q"),
        (
            "minimax-m2", "]~!b[]~b]system\nS\n\nDEFS[e~[\n]~b]user\nQ[e~[\n",
            "]~!b[]~b]system\nDEFS[e~[\n]~b]user\nQ[e~[\n"
        ),
    ])
    func `definitions stand at the end of the system text, or are it`(name: String, given: String, alone: String) throws
    {
        let end = try format(name).generation
        let written = try Self.offering((.system, "S"), (.user, "Q")).text(in: name)
        #expect(written.hasPrefix(given) && written.dropFirst(given.count).hasPrefix(end))
        #expect(try Self.offering((.user, "Q")).text(in: name).hasPrefix(alone))
    }

    @Test func `Harmony's developer message has a part for each, and its system message says where calls go`() throws {
        let note = "every message.\nCalls to these tools must go to the commentary channel: 'functions'.<|end|>"
        let both = try Self.offering((.system, "S"), (.user, "Q")).text(in: "harmony")
        let start = "<|start|>developer<|message|>"
        #expect(both.occurrences(of: note + start + "# Instructions\n\nS\n\nDEFS<|end|><|start|>user") == 1)
        #expect(try Self.offering((.user, "Q")).text(in: "harmony").occurrences(of: note + start + "DEFS<|end|>") == 1)
        #expect(try Conversation.of((.user, "Q")).text(in: "harmony").occurrences(of: "every message.<|end|>") == 1)
    }

    @Test func `definitions cannot forge a turn, and may hold the tags they explain`() throws {
        let definitions = "<tool_call> <|im_end|>"
        let conversation = Conversation(turns: [Turn(role: .user, text: "Q")], definitions: definitions)
        #expect(
            try conversation.text(in: "chatml").hasPrefix(
                "<|im_start|>system\n<tool_call> <\u{200B}|im_end|><|im_end|>"
            )
        )
    }

    @Test func `the system text stands in the last turn of a user, not with the results`() throws {
        var official = try format("mistral-v3-tekken")
        official.system.position = try #require(official.system.officialPosition)
        let text = official.render(Self.offering((.system, "S"), (.user, "Q"), (.call, "C"), (.tool, "1")), today: "")
            .text
        #expect(text == "[INST]S\n\nDEFS\n\nQ[/INST]C</s>[INST]<tool_response>\n1\n</tool_response>[/INST]")
    }

    @Test func `a call is a turn of the assistant and never a prefill`() throws {
        let turns = [Turn(role: .user, text: "Q"), Turn(role: .call, text: "<think>\na</think>\nC")]
        let prompt = try format("chatml").render(Conversation(turns: turns), today: "")
        #expect(prompt.text.hasSuffix("<|im_start|>assistant\nC<|im_end|>\n<|im_start|>assistant\n"))
        #expect(!prompt.reading.isContinuation)
    }

    static let openings: [(format: String, style: String, end: String)] = [
        ("chatml", "none", "OPEN"), ("chatml", "think_open", "<think>\n\n</think>\n\nOPEN"),
        ("chatml", "qwen3", "<think>\n\n</think>\n\nOPEN"), ("chatml", "think_maybe", "OPEN"),
        ("chatml", "think_open_toggle", "<think>\n\n</think>\n\nOPEN"), ("chatml", "nemotron3", "<think></think>OPEN"),
        ("nemotron-nano2", "nemotron_nano2", "<think></think>OPEN"), ("glm47", "think_toggle_close", "</think>OPEN"),
        ("glm45", "glm45", "\n<think></think>\nOPEN"), ("gemma4", "gemma4", "<|channel>thought\n<channel|>OPEN"),
        ("seed-oss", "seed_think", "<seed:think>\n</seed:think>OPEN"), ("harmony", "harmony", "OPEN"),
        ("minimax-m2", "think_open", "<think>\n\n</think>\n\nOPEN"), ("mistral-v7", "mistral_think", "OPEN"),
        ("solar-open", "none", "<|content|>OPEN"),
    ]

    @Test(arguments: openings, [nil, ThinkingEffort.high, ThinkingEffort.none])
    func `a forced call opens the answer, with the thought closed before it whatever the effort`(
        opening: (format: String, style: String, end: String),
        effort: ThinkingEffort?
    ) throws {
        let format = try format(opening.format, reasoning: opening.style)
        let conversation = Conversation(turns: [Turn(role: .user, text: "Q")], opening: "OPEN")
        let prompt = format.render(conversation, effort: effort, today: "")
        #expect(prompt.text.hasSuffix(format.generation + opening.end))
        #expect(prompt.opening == "OPEN")
        #expect(prompt.reading.isContinuation && !prompt.reading.isThoughtOpen && !prompt.reading.isThoughtExpected)
        #expect(!prompt.reading.hasChannels && prompt.reading.thought == nil)
    }

    @Test func `a forced call is read back to the byte, with a closing tag of a thought in it`() throws {
        let conversation = Conversation(turns: [Turn(role: .user, text: "Q")], opening: "<tool_call>", stops: ["STOP"])
        let prompt = try format("chatml", reasoning: "qwen3").render(conversation, today: "")
        #expect(prompt.stops == ["<|im_end|>", "<|im_start|>", "<|endoftext|>", "STOP"])
        let reader = ReplyReader(prompt.reading, formatStops: prompt.stops, userStops: [])
        let reply = reader.read(" {\"a\": \"</think>\"}\n</tool_call>STOPx", askedTokens: 100, wantedTokens: nil)
        #expect(
            reply.content == " {\"a\": \"</think>\"}\n</tool_call>" && reply.reasoning == nil && reply.reason == .stop
        )
    }

    @Test func `the end of a message ends a call that Harmony was forced to make`() throws {
        let conversation = Conversation(turns: [Turn(role: .user, text: "Q")], opening: " to=functions.")
        #expect(try format("harmony").render(conversation, today: "").stops.prefix(2) == ["<|end|>", "<|return|>"])
    }

    @Test(arguments: [
        ("chatml", "Sure.", "<|im_start|>assistant\nSure.\nOPEN"),
        ("chatml", "<think>\nHm", "<|im_start|>assistant\n<think>\nHm</think>\n\nOPEN"),
        ("mistral-v3", "Sure.", "[/INST]Sure.\nOPEN"),
        (
            "harmony", "Sure.",
            "<|start|>assistant<|channel|>commentary<|message|>Sure.<|end|><|start|>assistantOPEN"
        ),
    ])
    func `a forced call comes behind the client's own prefill`(name: String, said: String, end: String) throws {
        let turns = [Turn(role: .user, text: "Q"), Turn(role: .assistant, text: said)]
        #expect(try Conversation(turns: turns, opening: "OPEN").text(in: name).hasSuffix(end))
    }

    @Test(arguments: [
        ("Qwen/Qwen3-8B", "hermes", true), ("Qwen/Qwen3-Coder-30B-A3B-Instruct", "qwen-xml", true),
        ("Qwen/Qwen3.5-27B", "qwen-xml-json", true), ("nvidia/Nemotron-3-Nano-30B", "qwen-xml", true),
        ("zai-org/GLM-4.6", "glm-xml", true), ("zai-org/GLM-4.7", "glm-xml-compact", true),
        ("MiniMaxAI/MiniMax-M2", "minimax-xml", true), ("openai/gpt-oss-20b", "harmony", true),
        ("koboldcpp/L3-8B-Stheno-v3.2", "hermes", true), ("koboldcpp/Fimbulvetr-11B-v2", "hermes", false),
        ("TheDrummer/Cydonia-24B-v4.3", "hermes", false), ("koboldcpp/pygmalion-6b", "none", false),
    ])
    func `a model's name tells how it calls tools`(model: String, tools: String, isTrained: Bool) {
        let format = FormatTable.builtIn.format(forModel: model).format
        #expect(format.tools == tools)
        #expect(format.isToolTrained == isTrained)
    }
}
