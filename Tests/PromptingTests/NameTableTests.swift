import FoundationEssentials
import Testing

@testable import Prompting

/// The rules of `model-names.json`, and Horde's own reference of models with them.
@Suite struct NameTableTests {
    private let table = FormatTable.builtIn.nameTable

    /// Names for the rules that no model of Horde's reference needs yet.
    static let examples: [(String, String)] = [
        ("Someone/Tune-Metharme", "name-metharme"), ("lmsys/vicuna-13b-v1.5", "name-vicuna"),
        ("Nexusflow/Starling-LM-7B-beta", "name-openchat"), ("Qwen2.5-14B-DeepSeek-R1-1M", "qwen25-r1-merge"),
        ("deepseek-ai/DeepSeek-V3.1", "deepseek-v31"), ("deepseek-ai/DeepSeek-R1-0528", "deepseek-r1"),
        ("deepseek-ai/deepseek-coder-6.7b-instruct", "deepseek-coder"),
        ("deepseek-ai/deepseek-llm-67b-chat", "deepseek-llm"), ("openai/gpt-oss-20b", "gpt-oss"),
        ("MiniMaxAI/MiniMax-M2", "minimax-m"), ("THUDM/chatglm3-6b", "chatglm3"),
        ("nvidia/NVIDIA-Nemotron-Nano-9B-v2", "nemotron-nano-v2"),
        ("nvidia/Llama-3_3-Nemotron-Super-49B-v1", "nemotron-llama"),
        ("nvidia/Nemotron-Mini-4B-Instruct", "nemotron-nemo"),
        ("ServiceNow-AI/Apriel-Nemotron-15b-Thinker", "apriel-nemo"), ("ServiceNow-AI/Apriel-1.5-15b", "apriel"),
        ("microsoft/Phi-4-mini-instruct", "phi-4-mini"), ("microsoft/phi-2", "phi-2"),
        ("ibm-granite/granite-4.0-h-small", "granite-4"), ("ibm-granite/granite-3.3-8b-instruct", "granite"),
        ("swiss-ai/Apertus-8B-Instruct-2509", "apertus"), ("ByteDance-Seed/Seed-OSS-36B-Instruct", "seed-oss"),
        ("LGAI-EXAONE/EXAONE-4.0-32B", "exaone"), ("tencent/Hunyuan-7B-Instruct", "hunyuan-mt"),
        ("inclusionAI/Ling-mini-2.0", "ling"), ("allenai/Olmo-3-7B-Instruct", "olmo"),
        ("allenai/Llama-3.1-Tulu-3-8B", "olmo2"), ("tiiuae/Falcon-H1-7B-Instruct", "falcon-h1"),
        ("tiiuae/Falcon3-10B-Instruct", "falcon3"), ("upstage/Solar-Open-100B", "solar-open"),
        ("upstage/SOLAR-10.7B-Instruct-v1.0", "solar"), ("internlm/internlm3-8b-instruct", "internlm"),
        ("01-ai/Yi-34B-Chat", "yi"), ("HuggingFaceTB/SmolLM3-3B", "smollm"), ("LiquidAI/LFM2-8B-A1B", "lfm"),
        ("RWKV/v6-Finch-7B-HF", "rwkv"), ("migtissera/Synthia-70B-v1.5", "synthia"),
        ("meetkai/functionary-small-v3.2", "functionary"),
        ("meta-llama/Llama-4-Scout-17B-16E-Instruct", "llama4"),
        ("Gryphe/Pantheon-Llama-3-8B", "chatml-on-llama3"), ("deepcogito/cogito-v2-preview-70B", "cogito-l3"),
        ("someone/Mistral-Tune-12B", "mistral-generic"), ("someone/Unheard-Of-24B", "size-24b"),
        ("someone/Unheard-Of-26B-A4B", "size-31b"), ("someone/Unheard-Of-22B", "size-22b"),
        ("someone/Unheard-Of-8B", "size-8b"),
    ]

    @Test func `every rule names what there is, and has its own name`() {
        #expect(table.rules.count == 141)
        #expect(Set(table.rules.map(\.id)).count == table.rules.count)
        for rule in table.rules {
            #expect(FormatTable.builtIn[rule.format] != nil, "\(rule.id)")
            #expect(rule.reasoning.map { FormatTable.builtIn.styles[$0] != nil } ?? true, "\(rule.id)")
            #expect(rule.profile.map { table.profiles[$0] != nil } ?? true, "\(rule.id)")
            #expect(rule.tools.map { ToolMarkup.names.contains($0) } ?? true, "\(rule.id)")
        }
        #expect(Set(table.thinkers.map(\.id)).count == table.thinkers.count)
        #expect(table.thinkers.allSatisfy { FormatTable.builtIn.styles[$0.reasoning] != nil })
        #expect(FormatTable.builtIn[table.fallback] != nil)
        for text in NamedModel.all.map(\.name) {
            #expect(FormatTable.builtIn[table.decision(for: text).format] != nil, "\(text)")
        }
    }

    @Test(arguments: examples)
    func `a rule is found by its example`(name: String, id: String) {
        #expect(rule(for: name)?.id == id)
    }

    @Test func `no rule stands behind others that take all its names`() {
        let names = NamedModel.all.map(\.name) + Self.examples.map(\.0)
        let used = Set(names.compactMap { rule(for: $0)?.id })
        #expect(table.rules.map(\.id).filter { !used.contains($0) } == [])
    }

    @Test func `guesses by size stand behind all other rules`() throws {
        let firstGuess = try #require(table.rules.firstIndex { $0.isGuess == true })
        #expect(table.rules[firstGuess...].allSatisfy { $0.isGuess == true })
    }

    @Test func `the base of a model is asked when nothing else is known`() throws {
        let text = """
            {
              "fallback": "chatml", "profiles": {}, "officialNames": "^official",
              "noise": { "backends": ["koboldcpp"], "fileEndings": [".gguf"], "precisions": ["q4"] },
              "rules": [
                { "id": "llama", "match": "llama", "format": "llama3", "reasoning": "qwen3" },
                { "id": "size", "match": "8b", "format": "gemma", "isGuess": true }
              ],
              "thinkers": [
                { "id": "r1", "match": "-r1", "reasoning": "think_maybe" },
                { "id": "any", "match": "maker/.*r1", "reasoning": "think_open" }
              ],
              "reference": { "alpaca": ["Maker/Labelled-Llama"] },
              "baselines": { "Maker/Odd": "Other/Llama-3", "Maker/Odd-8B": "Other/Llama-3", "Odd-Too": "Unheard-Of" }
            }
            """
        let table = try JSONDecoder().decode(NameTable.self, from: Data(text.utf8))
        let expected: [(String, NameDecision)] = [
            ("Maker/Odd", NameDecision(format: "llama3", source: .baseline("llama"), as: table.rules[0])),
            (
                "koboldcpp/Maker_Odd-Q4.gguf",
                NameDecision(format: "llama3", source: .baseline("llama"), as: table.rules[0])
            ),
            ("Maker/Odd-8B", NameDecision(format: "gemma", source: .rule("size"), as: table.rules[1])),
            ("Odd-Too", NameDecision(format: "chatml", source: .fallback)),
            ("labelled-llama", NameDecision(format: "alpaca", source: .reference, as: table.rules[0])),
            ("Maker/Unknown", NameDecision(format: "chatml", source: .fallback)),
        ]
        for (name, decision) in expected { #expect(table.decision(for: name) == decision, "\(name)") }
        #expect(table.decision(for: "official-llama").isOfficial)
        // The first thinker counts, on the maker's name too, and not where a rule gave a style or nothing is known.
        for (name, style) in [
            ("Tune-R1-8B", "think_maybe"), ("Maker/TuneR1-8B", "think_open"), ("Llama-R1", "qwen3"), ("Tune-R1", nil),
        ] {
            #expect(table.decision(for: name).reasoning == style, "\(name)")
        }
    }

    private func rule(for name: String) -> NameRule? {
        table.rule(for: ModelName(name, without: table.noise))
    }
}
