import TestSupport
import Testing

@testable import Prompting

@Suite struct FormatTableTests {
    /// Names as workers announce them: the format, and what decides.
    static let names: [(String, String, String)] = [
        ("koboldcpp/TheDrummer_Cydonia-24B-v4.3-Q4_K_M", "mistral-v7-tekken", "reference"),
        ("TheDrummer/Cydonia-24B-v4.3", "mistral-v7-tekken", "reference"),
        ("koboldcpp/Cydonia-24B-v9-Q4_K_M", "mistral-v7-tekken", "rule drummer-cydonia24"),
        ("TheDrummer/Cydonia-ReduX-22B-v9", "mistral-v3", "rule drummer-22b"),
        ("aphrodite/TheDrummer/Behemoth-R1-123B-v2-w4a16", "mistral-v3", "reference"),
        ("TheDrummer/Behemoth-R1-123B-v9", "mistral-v7", "rule behemoth-x-r1"),
        ("TheDrummer/Behemoth-123B-v2.9", "metharme", "rule behemoth-v2"),
        ("tabbyAPI/Behemoth-123B-v1.2-4.0bpw-h6-exl2", "mistral-v3", "rule behemoth"),
        ("koboldcpp/Rocinante-12B-v1.9-Q6_K", "chatml", "rule rocinante"),
        ("koboldcpp/Fimbulvetr-11B-v2", "alpaca", "reference"),
        ("senseable/WestLake-7B-v9", "alpaca", "rule moistral"),
        ("koboldcpp/NeonMaid-12B-v2", "chatml", "reference"),
        ("koboldcpp/MN-12B-Mag-Mell-R1.Q5_K_M", "chatml", "rule nemo-chatml"),
        ("elinas/chronos-70b-v2", "chatml", "reference"),
        ("someone/chronos-70b-v9", "alpaca", "rule chronos-70b"),
        ("nothingiisreal/Celeste-12B-V1.6", "alpaca", "reference"),
        ("someone/magnum-v4-12b-tune", "mistral-v3-tekken", "rule magnum-mistral"),
        ("someone/magnum-v4-123b-tune", "mistral-v3", "rule magnum-mistral"),
        ("someone/MS3.9-24B-Magnum-Diamond", "mistral-v7-tekken", "rule magnum-mistral"),
        ("someone/magnum-diamond", "mistral-v3-tekken", "rule magnum-mistral"),
        ("someone/Mistral-Tune-24B", "mistral-v7-tekken", "rule mistral-generic"),
        ("someone/Mistral-Tune-22B", "mistral-v3", "rule mistral-generic"),
        // Eight billion guess Llama 3, which a Mistral is not.
        ("someone/Mistral-Tune-8B", "mistral-v3-tekken", "rule mistral-generic"),
        ("NousResearch/Hermes-3-Llama-3.1-8B", "chatml", "rule openhermes"),
        ("koboldcpp/L3-8B-Stheno-v3.2-IQ3_S-imat", "llama3", "rule llama3"),
        ("someone/Unheard-Of-Llama-3-8B", "llama3", "rule llama3"),
        ("someone/openllama-3-8b", "llama3", "rule size-8b"),
        ("koboldcpp/google_gemma-3-12b-it-Q4_K_M", "gemma", "rule gemma"),
        ("someone/gemma-4-tune", "gemma4", "rule gemma-4"),
        ("koboldcpp/Artemis-31B-v1g-Q4_K_M", "gemma4", "rule size-31b"),
        ("deepseek-ai/DeepSeek-R1-Distill-Qwen-32B", "deepseek3", "rule deepseek-r1-distill"),
        ("zai-org/GLM-4.6", "glm45", "rule glm-45"),
        ("zai-org/GLM-4.7", "glm47", "rule glm-47"),
        ("openai/gpt-oss-120b", "harmony", "rule gpt-oss"),
        ("KoboldAI/OPT-13B-Erebus", "raw", "rule base-classic"),
        ("mistralai/Mistral-Small-3.2-24B-Instruct-2506", "mistral-v7-tekken", "rule ministral3"),
        ("mistralai/Mistral-Large-Instruct-2407", "mistral-v3", "rule mistral-large"),
        ("mistralai/Mixtral-8x7B-Instruct-v0.1", "mistral-v1", "reference"),
        // The maker's name tells what the model's own does not.
        ("google-gemma/unheard-of-12b", "gemma", "rule gemma"),
        ("someone/Unheard-Of-24B-v1.i1-Q4_K_M", "mistral-v7-tekken", "rule size-24b"),
        ("someone/unheard-of-13b.gguf", "alpaca", "rule size-l2"),
        ("someone/Unheard-Of-1.2B", "chatml", "fallback"),
        ("koboldcpp/WizzGPTv8", "chatml", "fallback"),
        ("testing-Kai-0.35B", "chatml", "fallback"),
        ("", "chatml", "fallback"),
        ("///", "chatml", "fallback"),
    ]

    @Test(arguments: names)
    func `a model's name decides its format`(name: String, format: String, source: String) {
        let choice = FormatTable.builtIn.format(forModel: name)
        #expect(choice.format.name == format)
        #expect("\(choice.source)" == source)
    }

    /// By the name, the way the model is made to think.
    @Test(arguments: [
        ("Qwen/Qwen3-8B", "qwen3"), ("Qwen/Qwen3-30B-A3B-Instruct-2507", "none"), ("Qwen/QwQ-32B", "think_open"),
        ("Qwen/Qwen3-4B-Thinking-2507", "think_open"), ("zerofata/Q3.5-BlueStar-27B", "think_open_toggle"),
        ("deepseek-ai/DeepSeek-V3.1", "think_toggle_close"), ("nvidia/Nemotron-3-Nano-30B-A3B", "nemotron3"),
        ("nvidia/Llama-3_3-Nemotron-Super-49B-v1", "nemotron_system"), ("google/gemma-4-12B-it", "gemma4"),
        ("someone/unheard-of-31b", "gemma4"), ("koboldcpp/WizzGPTv8", "none"),
        ("TheDrummer/Cydonia-R1-24B-v4", "think_maybe"), ("koboldcpp/Cydonia-R1-24B-v4-Q4_K_M", "think_maybe"),
        ("TheDrummer/Cydonia-24B-v4", "mistral_think"),
        ("aphrodite/TheDrummer/Behemoth-R1-123B-v2-w4a16", "think_maybe"),
        ("TheDrummer/Behemoth-ReduX-123B-v1", "none"), ("koboldcpp/L3.3-Nevoria-R1-70b", "think_maybe"),
        ("Steelskull/L3.3-Electra-R1-70b", "think_maybe"), ("TheDrummer/Gemma-3-R1-27B-v1", "think_maybe"),
        ("koboldcpp/TheDrummer_Gemma-3-R1-12B-v1", "think_maybe"), ("TheDrummer/Rocinante-R1-12B-v1", "think_maybe"),
        ("koboldcpp/Rocinante-12B-v1.1", "none"), ("inflatebot/MN-12B-Mag-Mell-R1", "none"),
        ("deepseek-ai/DeepSeek-R1-Distill-Llama-8B", "think_open"),
    ])
    func `the rule tells how a model thinks, whoever tells its turns`(name: String, reasoning: String) {
        #expect(FormatTable.builtIn.format(forModel: name).format.reasoning.name == reasoning)
    }

    @Test func `an effort makes a tune that may think do so`() {
        let format = FormatTable.builtIn.format(forModel: "TheDrummer/Cydonia-R1-24B-v4").format
        let said = Conversation.of((.user, "Q"))
        #expect(format.render(said, effort: .high, today: "").text == "[INST]Q[/INST]<think>\n")
        #expect(format.render(said, effort: ThinkingEffort.none, today: "").text == "[INST]Q[/INST]")
        #expect(format.render(said, today: "").text == "[INST]Q[/INST]")
    }

    @Test func `a rule's profile changes the format`() throws {
        let profiles = FormatTable.builtIn.nameTable.profiles
        for (model, profile) in [("Qwen/Qwen3.5-27B", "qwen3.5"), ("nvidia/Nemotron-3-Nano-30B", "nemotron-3")] {
            let choice = FormatTable.builtIn.format(forModel: model)
            var plain = try format("chatml")
            plain.reasoning = choice.format.reasoning
            (plain.tools, plain.isToolTrained) = (choice.format.tools, true)
            #expect(choice.format != plain)
            #expect(choice.format == plain.applying(profile: try #require(profiles[profile])))
        }
    }

    @Test(arguments: [
        ("mistralai/Mistral-Nemo-Instruct-2407", true), ("koboldcpp/mistralai_Mistral-Nemo-Instruct-2407-Q6_K", true),
        ("koboldcpp/Mistral-Nemo-Instruct-2407", true), ("mathstral-7b-v0.1", true),
        ("koboldcpp/Mistral-Nemo-Instruct-2407-Tune", false), ("TheDrummer/Rocinante-X-12B-v1", false),
    ])
    func `only a maker's own release has its system text in the last user turn`(name: String, isOfficial: Bool) {
        let format = FormatTable.builtIn.format(forModel: name).format
        #expect(format.system.officialPosition == .lastUser)
        #expect(format.system.position == (isOfficial ? .lastUser : .firstUser))
    }

    @Test func `a name of any length and script is answered in time`() {
        let pieces = [
            "a", "-", ".", "/", "_", "e\u{301}", "漢", "\u{0}", "24b", "mpt-", "qwen", "qwen2.5", "qwen-3", "llama-3",
            "noromaid", "noromaidmixtral", "cydonia", "deepseek-llm-", "airoboros-m-", "-q4", "-iq4-xs", "-4-q4.0bpw",
            "-compressed", "İ", "*_^$", "..--", "koboldcpp/", "\r\n",
        ]
        for name in pieces.map({ String(repeating: $0, count: 100_000) }) {
            let time = CPUTime.measure { _ = FormatTable.builtIn.nameTable.decision(for: name) }
            // What grows with the square of a name takes minutes.
            #expect(time < .seconds(2), "\(name.prefix(10)): \(time)")
        }
    }

    @Test func `an unknown format is no format`() {
        #expect(FormatTable.builtIn["ChatML"] == nil)
    }
}

@Suite struct ChoiceMemoryTests {
    @Test func `a name is decided once`() throws {
        let table = try FormatTable.builtIn.with(FormatOverrides())
        let first = table.format(forModel: "TheDrummer/Cydonia-24B-v4.3")
        #expect(table.decisions == 1)
        for _ in 1...10 { #expect(table.format(forModel: "TheDrummer/Cydonia-24B-v4.3") == first) }
        #expect(table.decisions == 1)
        _ = table.format(forModel: "thedrummer/Cydonia-24B-v4.3")
        #expect(table.decisions == 2)
    }

    @Test func `names that begin alike and are too long are one name`() throws {
        let table = try FormatTable.builtIn.with(FormatOverrides())
        for end in ["a", "b", "c"] {
            _ = table.format(forModel: String(repeating: "x", count: 255) + end)
        }
        #expect(table.decisions == 1)
    }

    @Test func `the memory is bounded`() {
        var memory = ChoiceMemory()
        let choice = FormatTable.builtIn.format(forModel: "")
        for number in 0..<ChoiceMemory.namesMax { memory.remember(choice, for: "\(number)") }
        #expect(memory.count == ChoiceMemory.namesMax)
        #expect(memory.choice(for: "0") == choice)
        memory.remember(choice, for: "one more")
        #expect(memory.count == 1)
        #expect(memory.choice(for: "0") == nil)
        #expect(memory.choice(for: "one more") == choice)
    }
}
