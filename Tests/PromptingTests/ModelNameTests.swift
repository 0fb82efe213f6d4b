import Testing

@testable import Prompting

@Suite struct ModelNameTests {
    @Test(arguments: [
        ("koboldcpp/TheDrummer_Cydonia-24B-v4.3-Q4_K_M", "thedrummer-cydonia-24b-v4.3"),
        ("tabbyAPI/Behemoth-123B-v1.2-4.0bpw-h6-exl2", "behemoth-123b-v1.2"),
        ("koboldcpp/mradermacher/pythia-70m-deduped.f16.gguf", "pythia-70m-deduped"),
        ("aphrodite/TheDrummer/Behemoth-R1-123B-v2-w4a16", "behemoth-r1-123b-v2"),
        ("koboldcpp/Model.i1-IQ3_XXS", "model"),
        ("koboldcpp/L3-8B-Stheno-v3.2-IQ3_S-imat", "l3-8b-stheno-v3.2"),
        ("Qwen3-30B-A3B-UD-IQ3_XXS.gguf", "qwen3-30b-a3b"),
        ("Model-FP8-Dynamic", "model"),
        ("horde/koboldcpp/Model 7B", "model-7b"),
        ("Model-6bpw", "model"),
        // Only what follows a separator is a precision: this is Qwen 3.
        ("Q3-8B-Roleplay", "q3-8b-roleplay"),
        ("koboldcpp", "koboldcpp"),
    ])
    func `worker program, maker and precision are taken off`(name: String, last: String) {
        #expect(ModelName(name, without: FormatTable.builtIn.noise).last == last)
    }

    @Test(arguments: [
        ("qwen3", "my-qwen3-8b", true), ("_12b_", "x-12b-y", true), ("_12b_", "x-12b", true), ("_12b_", "12b", true),
        ("_12b_", "x-112b", false), ("_2b_", "x-1.2b", false), ("_12b_", "x-12b.v2", true), ("_12b_", "x-12bit", false),
        ("a*c", "xabcx", true), ("a*c", "ca", false), ("^a*c$", "abcbc", true), ("^a$", "ab", false),
        ("^a$", "ba", false), ("_2b-ad$", "x-2b-ad", true), ("llama-3_", "llama-30b", false),
        ("llama-3_", "llama-3.1-8b", true), ("", "x", true),
    ])
    func `a pattern matches what it says`(pattern: String, name: String, matches: Bool) {
        #expect(NamePattern(pattern).matches(name) == matches)
    }

    @Test func `every rule names a format of the table and has its own name`() {
        let rules = FormatTable.builtIn.rules
        for rule in rules {
            #expect(FormatTable.builtIn[rule.format] != nil, "\(rule.id)")
        }
        #expect(Set(rules.map(\.id)).count == rules.count)
    }
}
