import Prompting
import Testing

@Suite struct FormatTableTests {
    /// Names as workers announce them; the formats by the reference's own labels where it has one.
    static let names: [(String, String, String)] = [
        ("koboldcpp/TheDrummer_Cydonia-24B-v4.3-Q4_K_M", "mistral-v7-tekken", "rule drummer-cydonia24"),
        ("TheDrummer/Cydonia-R1-24B-v4", "mistral-v7-tekken", "rule drummer-cydonia24"),
        ("TheDrummer/Magidonia-24B-v4.2.0", "mistral-v7-tekken", "rule drummer-cydonia24"),
        ("TheDrummer/Precog-24B-v1", "mistral-v7-tekken", "rule drummer-cydonia24"),
        ("Casual-Autopsy/Maginum-Cydoms-24B", "mistral-v7-tekken", "rule drummer-cydonia24"),
        ("TheDrummer/Cydonia-ReduX-22B-v1.1", "mistral-v3", "rule drummer-22b"),
        ("knifeayumu/Cydonia-v1.3-Magnum-v4-22B", "mistral-v3", "rule drummer-22b"),
        ("TheDrummer/Skyfall-31B-v4.2", "mistral-v7-tekken", "rule drummer-skyfall"),
        ("aphrodite/TheDrummer/Behemoth-R1-123B-v2-w4a16", "mistral-v7", "rule behemoth-x-r1"),
        ("tabbyAPI/Behemoth-123B-v1.2-4.0bpw-h6-exl2", "mistral-v3", "rule behemoth"),
        ("TheDrummer/Behemoth-ReduX-123B-v1.1", "mistral-v3", "rule behemoth"),
        ("FluffyKaeloky/Luminum-v0.1-123B", "mistral-v3", "rule behemoth"),
        ("TheDrummer/Rocinante-X-12B-v1", "mistral-v3-tekken", "rule rocinante-x"),
        ("TheDrummer/Rocinante-XL-16B-v1", "mistral-v3-tekken", "rule rocinante-x"),
        ("koboldcpp/Rocinante-12B-v1.1-Q6_K", "chatml", "rule rocinante"),
        ("TheDrummer/Snowpiercer-15B-v4", "chatml", "rule snowpiercer"),
        ("koboldcpp/Fimbulvetr-11B-v2", "alpaca", "rule moistral"),
        ("senseable/WestLake-7B-v2", "alpaca", "rule moistral"),
        ("koboldcpp/NeonMaid-12B-v2", "chatml", "rule nemo-chatml"),
        ("koboldcpp/MN-12B-Mag-Mell-R1.Q5_K_M", "chatml", "rule nemo-chatml"),
        ("aetherwiing/MN-12B-Starcannon-v3", "chatml", "rule nemo-chatml"),
        ("LatitudeGames/Wayfarer-12B", "chatml", "rule nemo-chatml"),
        ("PocketDoc/Dans-PersonalityEngine-V1.2.0-24b", "chatml", "rule nemo-chatml"),
        ("anthracite-org/magnum-v4-12b", "mistral-v3-tekken", "rule magnum-12b"),
        ("anthracite-org/magnum-v4-123b", "mistral-v3", "rule magnum-123b"),
        ("anthracite-org/magnum-v4-72b", "chatml", "rule magnum"),
        ("Doctor-Shotgun/MS3.2-24B-Magnum-Diamond", "mistral-v7-tekken", "rule magnum-24b"),
        ("zerofata/MS3.2-PaintedFantasy-v4.1-24B", "mistral-v7-tekken", "rule ms-prefix"),
        ("FlareRebellion/WeirdCompound-v1.7-24b", "mistral-v7-tekken", "rule ms-prefix"),
        ("LatitudeGames/Harbinger-24B", "mistral-v7-tekken", "rule ms-prefix"),
        ("teknium/OpenHermes-2.5-Mistral-7B", "chatml", "rule openhermes"),
        ("cognitivecomputations/dolphin-2.9.3-mistral-nemo-12b", "chatml", "rule openhermes"),
        ("NousResearch/Hermes-3-Llama-3.1-8B", "chatml", "rule openhermes"),
        ("NeverSleep/Noromaid-v0.4-Mixtral-Instruct-8x7b-Zloss", "chatml", "rule noromaid-mixtral"),
        ("NeverSleep/Lumimaid-v0.2-12B", "mistral-v3-tekken", "rule lumimaid-mistral"),
        ("koboldcpp/Qwen3-30B-A3B-Instruct-2507-UD-Q4_K_XL.gguf", "chatml", "rule qwen3"),
        ("zerofata/Q3.5-BlueStar-27B", "chatml", "rule qwen3"),
        ("koboldcpp/Qwen_Qwen2.5-7B-Instruct-IQ4_XS", "chatml", "rule qwen25"),
        ("koboldcpp/QwQ-32B-Q8_0", "chatml", "rule qwq"),
        ("koboldcpp/L3-8B-Stheno-v3.2-IQ3_S-imat", "chatml", "rule awaits-llama3"),
        ("koboldcpp/google_gemma-3-12b-it-Q4_K_M", "chatml", "rule awaits-own-format"),
        ("deepseek-ai/DeepSeek-R1-Distill-Qwen-32B", "chatml", "rule awaits-own-format"),
        ("koboldcpp/LLaMA2-13B-Tiefighter.Q4_K_S", "alpaca", "rule llama2-rp"),
        ("KatyTheCutie/EstopianMaid-13B", "alpaca", "rule llama2-rp"),
        ("jebcarter/psyonic-cetacean-20B", "alpaca", "rule llama2-rp"),
        ("concedo/Beepo-22B", "alpaca", "rule beepo"),
        ("koboldcpp/mistralai_Mistral-Small-3.2-24B-Instruct-2506-Q4_K_M", "mistral-v7-tekken", "rule ministral3"),
        ("mistralai/Ministral-3-14B-Instruct-2512", "mistral-v7-tekken", "rule ministral3"),
        ("mistralai/Devstral-Small-2-24B-Instruct-2512", "mistral-v7-tekken", "rule ministral3"),
        ("mistralai/Mistral-Large-Instruct-2411", "mistral-v7", "rule mistral-large-2411"),
        ("mistralai/Mistral-Large-Instruct-2407", "mistral-v3", "rule mistral-large"),
        ("mistralai/Mistral-Small-Instruct-2409", "mistral-v3", "rule mistral-large"),
        ("mistralai/Mistral-7B-Instruct-v0.3", "mistral-v3", "rule mistral-large"),
        ("mistralai/Mistral-7B-Instruct-v0.1", "mistral-v1", "rule mixtral"),
        ("mistralai/Mixtral-8x7B-Instruct-v0.1", "mistral-v1", "rule mixtral"),
        ("ArliAI/Mistral-Nemo-12B-ArliAI-RPMax-v1.2", "mistral-v3-tekken", "rule mistral-nemo"),
        ("DreadPoor/Irix-12B-Model_Stock", "mistral-v3-tekken", "rule size-12b"),
        ("someone/Unheard-Of-24B-v1.i1-Q4_K_M", "mistral-v7-tekken", "rule size-24b"),
        ("someone/unheard-of-13b.gguf", "alpaca", "rule size-l2"),
        ("SicariusSicariiStuff/Assistant_Pepe_32B", "chatml", "rule size-qwen"),
        ("huggyllama/llama-30b", "alpaca", "rule size-l2"),
        ("koboldcpp/WizzGPTv8", "chatml", "fallback"),
        ("", "chatml", "fallback"),
        ("///", "chatml", "fallback"),
    ]

    @Test(arguments: names)
    func `a model's name decides its format`(name: String, format: String, reason: String) {
        let choice = FormatTable.builtIn.format(forModel: name)
        #expect(choice.format.name == format)
        #expect(choice.reason == reason)
    }

    @Test func `a name of any length and script is answered`() {
        let names = [
            String(repeating: "a-", count: 100_000), String(repeating: "q4-", count: 300), "模型/漢字", "\u{0}", "*_^$",
            "..--", "İ-12B",
        ]
        for name in names {
            #expect(!FormatTable.builtIn.format(forModel: name).reason.isEmpty)
        }
    }

    @Test func `an unknown format is no format`() {
        #expect(FormatTable.builtIn["ChatML"] == nil)
    }
}
