import Prompting
import Testing

/// What switches thinking on and off, where it is written, and whether the answer then begins within a thought.
@Suite struct ReasoningStyleTests {
    static let forms: [(format: String, style: String, effort: ThinkingEffort?, end: String, isOpen: Bool)] = [
        ("chatml", "none", nil, "", false),
        ("chatml", "none", .high, "", false),
        ("chatml", "think_open", nil, "<think>\n", true),
        ("chatml", "think_open", .low, "<think>\n", true),
        ("chatml", "think_open", ThinkingEffort.none, "<think>\n\n</think>\n\n", false),
        ("deepseek3", "think_open", nil, "<think>\n", true),
        ("minimax-m2", "think_open", nil, "<think>\n", true),
        ("nemotron-nano2", "think_open", nil, "<think>\n", true),
        ("chatml", "think_maybe", nil, "", false),
        ("chatml", "think_maybe", .medium, "<think>\n", true),
        ("chatml", "think_maybe", .minimal, "", false),
        ("chatml", "qwen3", nil, "", false),
        ("chatml", "qwen3", .high, "", false),
        ("chatml", "qwen3", .minimal, "<think>\n\n</think>\n\n", false),
        ("chatml", "think_open_toggle", nil, "<think>\n", true),
        ("chatml", "think_open_toggle", ThinkingEffort.none, "<think>\n\n</think>\n\n", false),
        ("chatml", "nemotron3", nil, "<think>\n", true),
        ("chatml", "nemotron3", ThinkingEffort.none, "<think></think>", false),
        ("glm47", "think_toggle_close", nil, "<think>", true),
        ("glm47", "think_toggle_close", .xhigh, "<think>", true),
        ("deepseek3", "think_toggle_close", ThinkingEffort.none, "</think>", false),
        ("glm45", "glm45", nil, "", false),
        ("glm45", "glm45", .max, "", false),
        ("glm45", "glm45", ThinkingEffort.none, "\n<think></think>", false),
        ("gemma4", "gemma4", nil, "<|channel>thought\n<channel|>", false),
        ("gemma4", "gemma4", .low, "", false),
        ("gemma4", "gemma4", ThinkingEffort.none, "<|channel>thought\n<channel|>", false),
        ("harmony", "harmony", nil, "", false),
        ("harmony", "harmony", .high, "", false),
        ("harmony", "harmony", ThinkingEffort.none, "<|channel|>final<|message|>", false),
        ("mistral-v7-tekken", "mistral_think", nil, "", false),
        ("mistral-v7-tekken", "mistral_think", .high, "", false),
        ("llama3", "nemotron_system", nil, "", false),
        ("seed-oss", "seed_think", nil, "", false),
        ("seed-oss", "seed_think", ThinkingEffort.none, "<seed:think>\n</seed:think>", false),
        ("granite3", "granite_think", nil, "", false),
        ("apertus", "apertus", nil, "", false),
        ("kimi-k2", "by_name_thinking", nil, "", false),
        ("kimi-k2", "by_name_thinking", ThinkingEffort.none, "", false),
    ]

    @Test(arguments: forms)
    func `an effort decides how the prompt ends`(
        form: (format: String, style: String, effort: ThinkingEffort?, end: String, isOpen: Bool)
    ) throws {
        let format = try format(form.format, reasoning: form.style)
        let prompt = format.render(.of((.user, "Q")), effort: form.effort, today: "2026-11-25")
        #expect(prompt.text.hasSuffix(format.generation + form.end))
        #expect(prompt.reading.isThoughtOpen == form.isOpen)
        #expect(!prompt.reading.isContinuation)
    }

    @Test(arguments: [
        ("nemotron3", "<|im_start|>assistant\n<think></think>A<|im_end|>\n"),
        ("think_toggle_close", "<|im_start|>assistant\n</think>A<|im_end|>\n"),
        ("glm45", "<|im_start|>assistant\n\n<think></think>\nA<|im_end|>\n"),
        ("qwen3", "<|im_start|>assistant\nA<|im_end|>\n"),
    ])
    func `earlier answers stand without their thought and behind what the style puts for it`(
        style: String,
        turn: String
    ) throws {
        let format = try format("chatml", reasoning: style)
        for said in ["A", "<think>\nwhy\n</think>\n\nA", " <think></think>\r\nA"] {
            let conversation = Conversation.of((.user, "Q"), (.assistant, said), (.user, "R"))
            #expect(format.render(conversation, today: "").text.occurrences(of: turn) == 1)
        }
    }

    static let thoughts: [(style: String, said: String, kept: String)] = [
        ("qwen3", "thinking\n</think>\n\nHi", "Hi"), ("qwen3", "a</think>b</think>\r\nc", "c"),
        ("qwen3", "</think>A", "A"), ("qwen3", "<think>a</think>b</think>c", "c"),
        ("qwen3", "<think>a", ""), ("qwen3", "\n <think>", ""),
        ("qwen3", "a <think>b</think> c", "a <think>b</think> c"), ("qwen3", "a <think> b", "a <think> b"),
        ("qwen3", "<think>a</think>b <think>c</think> d", "b <think>c</think> d"),
        ("qwen3", "a</think>b <think>c</think> d", "b <think>c</think> d"),
        ("seed_think", "a</seed:think>b", "b"), ("seed_think", "a</think>b", "a</think>b"),
        ("seed_think", "<think>a", ""), ("none", "a</think>b", "a</think>b"), ("none", "<think>a", "<think>a"),
        ("harmony", "a</think>b", "a</think>b"),
    ]

    @Test(arguments: thoughts)
    func `a model that thinks is not shown its earlier thoughts, however they come`(
        style: String,
        said: String,
        kept: String
    ) throws {
        let format = try format("chatml", reasoning: style)
        let text = format.render(.of((.user, "Q"), (.assistant, said), (.user, "R")), today: "").text
        let turn = format.assistant.open + format.reasoning.history + kept + format.assistant.close
        #expect(text.occurrences(of: turn) == 1)
    }

    @Test(arguments: [
        ("a</think>b\n<tool_call>{\"</think>\"}</tool_call>", "b\n<tool_call>{\"</think>\"}</tool_call>"),
        ("b\n<tool_call>{\"</think>\"}</tool_call>", "b\n<tool_call>{\"</think>\"}</tool_call>"),
        ("<think>a\n<tool_call>{}</tool_call>", "<tool_call>{}</tool_call>"),
        ("<think>a\n<minimax:tool_call>{}", "<minimax:tool_call>{}"), ("<think>a", ""),
    ])
    func `the calls behind a thought stay whole`(said: String, kept: String) throws {
        let format = try format("chatml", reasoning: "qwen3")
        let text = format.render(.of((.user, "Q"), (.call, said), (.user, "R")), today: "").text
        #expect(text.occurrences(of: format.assistant.open + kept + format.assistant.close) == 1)
    }

    @Test func `a megabyte of closing tags is dropped in time`() throws {
        let format = try format("chatml", reasoning: "qwen3")
        let said = String(repeating: "a</think>", count: 110_000)
        for role in [Turn.Role.assistant, .call] {
            let text = format.render(.of((.user, "Q"), (role, said), (.user, "R")), today: "").text
            #expect(text.utf8.count < 200)
        }
    }

    @Test(arguments: [
        ("gemma4", "<|channel>thought\nwhy<channel|>A", "A"),
        ("seed-oss", "<seed:think>why</seed:think>\nA", "A"),
        ("mistral-v7-tekken", "[THINK]why[/THINK]A", "A"),
        ("mistral-v7-tekken", "<think>why</think>A", "A"),
        ("llama3", "<think>why</think>A", "A"),
        ("llama3", "<think>why", "<think>why"),
        ("llama3", "no <think>why</think>A", "no <think>why</think>A"),
        ("llama3", "[THINK]why[/THINK]A", "[THINK]why[/THINK]A"),
    ])
    func `only a closed thought at the beginning is taken from history`(name: String, said: String, kept: String) throws
    {
        let format = try format(name)
        let text = format.render(.of((.user, "Q"), (.assistant, said), (.user, "R")), today: "").text
        #expect(text.occurrences(of: format.assistant.open + kept + format.assistant.close) == 1)
    }

    static let prefills: [(format: String, style: String, effort: ThinkingEffort?, said: String, end: String)] = [
        ("chatml", "none", nil, "{", "{"),
        ("chatml", "think_open", nil, "{", "<think>\n\n</think>\n\n{"),
        ("chatml", "think_maybe", .high, "{", "{"),
        ("chatml", "qwen3", nil, "{", "<think>\n\n</think>\n\n{"),
        ("chatml", "qwen3", .high, "{", "<think>\n\n</think>\n\n{"),
        ("chatml", "qwen3", nil, " <think>a</think>{", " <think>a</think>{"),
        ("chatml", "qwen3", ThinkingEffort.none, "{", "<think>\n\n</think>\n\n{"),
        ("chatml", "nemotron3", nil, "{", "<think></think>{"),
        ("glm47", "think_toggle_close", nil, "{", "</think>{"),
        ("glm45", "glm45", nil, "{", "\n<think></think>\n{"),
        ("gemma4", "gemma4", .high, "{", "<|channel>thought\n<channel|>{"),
        ("seed-oss", "seed_think", nil, "{", "<seed:think>\n</seed:think>{"),
        ("granite3", "granite_think", .high, "{", "{"), ("llama3", "nemotron_system", nil, "{", "{"),
        ("harmony", "harmony", nil, "{", "<|channel|>final<|message|>{"),
        ("chatml", "think_open", nil, "<think>\nwhy</think>\n{", "<think>\nwhy</think>\n{"),
    ]

    @Test(arguments: prefills)
    func `a prefill is never written within a thought`(
        prefill: (format: String, style: String, effort: ThinkingEffort?, said: String, end: String)
    ) throws {
        let format = try format(prefill.format, reasoning: prefill.style)
        let conversation = Conversation.of((.user, "Q"), (.assistant, prefill.said))
        let prompt = format.render(conversation, effort: prefill.effort, today: "2026-11-25")
        #expect(prompt.text.hasSuffix(format.generation + prefill.end))
        #expect(!prompt.reading.isThoughtOpen)
        #expect(!prompt.reading.hasChannels)
        #expect(prompt.reading.isContinuation)
    }

    @Test(arguments: [
        ("gemma4", "gemma4"), ("granite3", "granite_think"), ("llama3", "nemotron_system"), ("glm45", "glm45"),
        ("apertus", "apertus"),
    ])
    func `a prefill that is no thought has the whole prompt say that there is none`(name: String, style: String) throws
    {
        let format = try format(name, reasoning: style)
        func text(_ said: String, _ effort: ThinkingEffort) -> String {
            format.render(.of((.user, "Q"), (.assistant, said)), effort: effort, today: "").text
        }
        #expect(text("A", .high) == text("A", ThinkingEffort.none))
        #expect(text("<think>\nA", .high) != text("<think>\nA", ThinkingEffort.none))
    }

    @Test func `a prefill that opens a thought itself goes on in it`() throws {
        for style in ["none", "think_open", "qwen3", "mistral_think", "nemotron3"] {
            let format = try format("chatml", reasoning: style)
            let prompt = format.render(.of((.user, "Q"), (.assistant, "<think>\nHm")), today: "")
            #expect(prompt.text.hasSuffix("<|im_start|>assistant\n<think>\nHm"))
            #expect(prompt.reading.isThoughtOpen)
            #expect(prompt.reading.thought?.close == "</think>")
        }
    }

    @Test func `Gemma 4 thinks by a token in front of its system text`() throws {
        let format = try format("gemma4")
        let alone = format.render(.of((.user, "Q")), effort: .high, today: "").text
        let given = format.render(.of((.system, "S"), (.user, "Q")), effort: .high, today: "").text
        #expect(alone == "<|turn>system\n<|think|>\n<turn|>\n<|turn>user\nQ<turn|>\n<|turn>model\n")
        #expect(given == "<|turn>system\n<|think|>\nS<turn|>\n<|turn>user\nQ<turn|>\n<|turn>model\n")
    }

    @Test func `a line of the system text switches the Nemotrons of Llama`() throws {
        let format = try format("llama3", reasoning: "nemotron_system")
        let open = format.system.open
        let close = format.system.close
        let said = Conversation.of((.system, "S"), (.user, "Q"))
        let on = format.render(said, effort: .medium, today: "").text
        let off = format.render(.of((.user, "Q")), effort: ThinkingEffort.none, today: "").text
        #expect(on.hasPrefix(open + "detailed thinking on\n\nS" + close))
        #expect(off.hasPrefix(open + "detailed thinking off" + close))
        #expect(format.render(said, today: "").text.hasPrefix(open + "S" + close))
    }

    @Test func `GLM-4.5 is told in every user turn not to think, once`() throws {
        let conversation = Conversation.of((.user, "A"), (.assistant, "B"), (.user, "C /nothink"))
        let text = try format("glm45").render(conversation, effort: ThinkingEffort.none, today: "").text
        #expect(
            text == "[gMASK]<sop><|user|>\nA/nothink<|assistant|>\n<think></think>\nB<|user|>\nC /nothink<|assistant|>"
                + "\n<think></think>"
        )
    }

    @Test func `Apertus is always told whether to deliberate`() throws {
        let format = try format("apertus")
        let start = "<|developer_start|>Deliberation: "
        let end = "\nTool Capabilities: disabled<|developer_end|><|user_start|>"
        let said = Conversation.of((.user, "Q"))
        #expect(format.render(said, today: "").text.hasPrefix(start + "disabled" + end))
        #expect(format.render(said, effort: .low, today: "").text.hasPrefix(start + "enabled" + end))
        let given = format.render(.of((.system, "S"), (.user, "Q")), today: "").text
        #expect(given.hasPrefix("<|system_start|>S<|system_end|>" + start))
    }

    @Test(arguments: [
        (nil, "medium"), (ThinkingEffort.none, "low"), (.minimal, "low"), (.low, "low"), (.medium, "medium"),
        (.high, "high"), (.xhigh, "high"), (.max, "high"),
    ])
    func `Harmony's system message names the date and the effort`(effort: ThinkingEffort?, level: String) throws {
        let conversation = Conversation.of((.system, "S"), (.user, "Q"), (.assistant, "A"), (.user, "R"))
        let prompt = try format("harmony").render(conversation, effort: effort, today: "2026-11-25")
        let isOn = level != "low" || effort == .low
        #expect(
            prompt.text == "<|start|>system<|message|>You are ChatGPT, a large language model trained by OpenAI.\n"
                + "Knowledge cutoff: 2024-06\nCurrent date: 2026-11-25\n\nReasoning: \(level)\n\n"
                + "# Valid channels: analysis, commentary, final. Channel must be included for every message.<|end|>"
                + "<|start|>developer<|message|># Instructions\n\nS\n\n<|end|><|start|>user<|message|>Q<|end|>"
                + "<|start|>assistant<|channel|>final<|message|>A<|end|><|start|>user<|message|>R<|end|>"
                + "<|start|>assistant" + (isOn ? "" : "<|channel|>final<|message|>")
        )
        #expect(prompt.reading.hasChannels == isOn)
    }
}
