import Testing

@testable import Prompting

@Suite struct ModelNameTests {
    @Test(arguments: [
        ("koboldcpp/TheDrummer_Cydonia-24B-v4.3-Q4_K_M", "thedrummer-cydonia-24b-v4.3"),
        ("tabbyAPI/Behemoth-123B-v1.2-4.0bpw-h6-exl2", "behemoth-123b-v1.2"),
        ("koboldcpp/mradermacher/pythia-70m-deduped.f16.gguf", "pythia-70m-deduped"),
        ("aphrodite/TheDrummer/Behemoth-R1-123B-v2-w4a16", "behemoth-r1-123b-v2"),
        ("koboldcpp/google_gemma-3-1b-it-Q4_K_M", "google-gemma-3-1b-it"),
        ("google/gemma-4-12B-it-qat-q4_0-unquantized", "gemma-4-12b-it"),
        ("koboldcpp/Model.i1-IQ3_XXS", "model"),
        ("koboldcpp/L3-8B-Stheno-v3.2-IQ3_S-imat", "l3-8b-stheno-v3.2"),
        ("Qwen3-30B-A3B-UD-IQ3_XXS.gguf", "qwen3-30b-a3b"),
        ("Model-FP8-Dynamic", "model"),
        // What comes after the precision stays.
        ("Model-Q4_K_M-v2", "model-v2"),
        ("Model-compressed-q4-tensors", "model"),
        ("horde/koboldcpp/Model 7B", "model-7b"),
        ("Model-6bpw", "model"),
        ("koboldcpp/Model-7B-Q4_K_M::someone#1234", "model-7b"),
        // Only what follows a separator is a precision: this is Qwen 3.
        ("Q3-8B-Roleplay", "q3-8b-roleplay"),
        ("koboldcpp", "koboldcpp"), ("koboldcpp/", "koboldcpp"), ("", ""), ("///", ""),
    ])
    func `worker program, maker and precision are taken off`(name: String, last: String) {
        #expect(plain(name).last == last)
    }

    @Test func `the maker stays in the full name`() {
        let name = plain("koboldcpp/TheDrummer/Cydonia-24B-v4.3-Q4_K_M.gguf")
        #expect(name.full == "thedrummer/cydonia-24b-v4.3")
        #expect(name.dashed == "thedrummer-cydonia-24b-v4.3")
    }

    @Test func `no more than 255 characters of a name are looked at`() {
        #expect(plain(String(repeating: "ab", count: 1000)).full.count == 255)
        // Scalars, so that a letter under a thousand accents is no single character.
        #expect(plain("e" + String(repeating: "\u{301}", count: 1000)).full.unicodeScalars.count == 255)
        let longest = String(repeating: "é", count: 255)
        #expect(plain(longest).full == longest)
    }

    @Test(arguments: [
        (["qwen3"], "my-qwen3-8b", true), (["qwen3"], "qwen-3", false), (["a", "b-c"], "x-b-c", true),
        (["longer-than-the-name"], "name", false), (["name"], "name", true), (["e"], "name", true), ([""], "", true),
        (["(?:^|-)q3-"], "q3-8b", true), (["(?:^|-)q3-"], "iq3-8b", false), (["plain", "^a.c$"], "abc", true),
        (["plain", "^a.c$"], "abcd", false), (["^a", "b$"], "xb", true), (["2\\.5"], "2.5", true),
        (["2.5"], "2x5", true),
        (["gemma(?!-2)"], "gemma-2", false), (["ab|cd"], "xcd", true),
    ])
    func `a pattern matches what one of its expressions says`(texts: [String], name: String, matches: Bool) throws {
        #expect(try NamePattern(texts).matches(name) == matches)
    }

    @Test(arguments: ["Cydonia", "CYDONIA-24B", "^CYDONIA.*B$", "Cydonia(?:-X)?-24b"])
    func `a pattern may ignore upper and lower case`(text: String) throws {
        #expect(try NamePattern([text], ignoresCase: true).matches("cydonia-24b"))
        #expect(try !NamePattern([text]).matches("cydonia-24b"))
    }

    private func plain(_ name: String) -> ModelName {
        ModelName(name, without: FormatTable.builtIn.nameTable.noise)
    }
}
