@testable import Prompting
import Testing

/// The prompt for the next part of an answer.
@Suite struct ContinuedPromptTests {
    private static func prompt(_ name: String, effort: ThinkingEffort? = nil) throws -> Prompt {
        try format(name).render(.of((.user, "Q")), effort: effort, today: "2026-11-25")
    }

    /// What is written behind a prompt.
    private static func added(_ said: String, to prompt: Prompt) -> String {
        String(prompt.continued(by: said).text.dropFirst(prompt.text.count))
    }

    @Test(arguments: FormatTable.builtIn.names.filter { !["harmony", "solar-open", "jamba", "chatglm3"].contains($0) })
    func `what was said is written as it came`(name: String) throws {
        let prompt = try Self.prompt(name)
        for said in [" Hello \n", "<think>\nHm", "Ünder 😀 ", "analysisHm.assistantfinalYes", ""] {
            let next = prompt.continued(by: said)
            #expect(Array(next.text.utf8) == Array((prompt.text + said).utf8))
            #expect(next.tokens == prompt.tokens + TokenEstimator(tokenizer: prompt.reading.tokenizer).tokens(in: said))
            #expect(next.reading == prompt.reading && next.stops == prompt.stops && next.format == prompt.format)
            #expect(next.opening == prompt.opening)
        }
    }

    @Test func `a character that the end of a job has cut is left out`() throws {
        let prompt = try Self.prompt("chatml")
        #expect(prompt.continued(by: "caf\u{FFFD}").text == prompt.text + "caf")
        #expect(prompt.continued(by: "a\u{FFFD}b").text == prompt.text + "a\u{FFFD}b")
    }

    @Test(arguments: [
        ("solar-open", "Hello", "<|content|>Hello"), ("solar-open", "<|content|>Hello", "<|content|>Hello"),
        ("solar-open", "<|think|>Hm", "<|think|>Hm"), ("solar-open", "", ""), ("jamba", "Hello", " Hello"),
        ("jamba", " Hello", " Hello"), ("chatglm3", "Hello", "\n Hello"), ("chatglm3", "\n Hello", "\n Hello"),
    ])
    func `what the model puts before its answer is written if the worker has dropped it`(
        name: String,
        said: String,
        added: String
    ) throws {
        #expect(Self.added(said, to: try Self.prompt(name)) == added)
    }

    @Test(arguments: [
        (
            "analysisWe need…assistantfinalHello",
            "<|channel|>analysis<|message|>We need…<|end|><|start|>assistant<|channel|>final<|message|>Hello"
        ),
        ("analysisWe need ", "<|channel|>analysis<|message|>We need "),
        ("analysis", "<|channel|>analysis"),
        ("finalHello", "<|channel|>final<|message|>Hello"),
        ("assistantfinalHello", "<|channel|>final<|message|>Hello"),
        ("analysisHm.assistant", "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant"),
        ("analysisThe assistant", "<|channel|>analysis<|message|>The assistant"),
        ("analysisHm.assistantfinal", "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final"),
        (
            "analysisHm.assistantcommentary to=functions.f json{\"a\": ",
            "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>commentary to=functions.f"
                + " <|constrain|>json<|message|>{\"a\": "
        ),
        (
            " to=functions.fcommentary json{}\nassistantfinalYes",
            "<|channel|>commentary to=functions.f <|constrain|>json<|message|>{}\n<|end|><|start|>assistant"
                + "<|channel|>final<|message|>Yes"
        ),
        // Some markers hidden, some not.
        (
            "analysisHm.<|end|>assistantfinalYes",
            "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Yes"
        ),
        (
            "<|channel|>analysis<|message|>Hm.<|start|>assistant<|channel|>final<|message|>Yes",
            "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Yes"
        ),
        (
            "<|channel|>analysis<|message|>Hm.<|channel|>final<|message|>Yes",
            "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Yes"
        ),
    ])
    func `hidden control texts of channels are written again`(said: String, added: String) throws {
        let prompt = try Self.prompt("harmony")
        #expect(Self.added(said, to: prompt).utf8.elementsEqual(added.utf8), "\(Self.added(said, to: prompt))")
    }

    @Test(arguments: [
        "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Yes, a",
        "<|channel|>commentary to=functions.f <|constrain|>json<|message|>{\"a\":", "<|channel|>final", "Hello", "",
        "<|channel|>analysis<|message|>Hm.<|end|><|start|>", "<think>Hm", "finally, yes",
    ])
    func `control texts that are there are not written twice`(said: String) throws {
        #expect(Self.added(said, to: try Self.prompt("harmony")) == said)
    }

    @Test func `in an opened final channel words are words`() throws {
        let prompt = try Self.prompt("harmony", effort: ThinkingEffort.none)
        #expect(Self.added("analysisHm.assistantfinalYes", to: prompt) == "analysisHm.assistantfinalYes")
    }

    @Test func `what is written again is read as what was said`() throws {
        let prompt = try Self.prompt("harmony")
        let reader = ReplyReader(prompt.reading, formatStops: prompt.stops, userStops: [])
        for said in (ChannelTests.flattened + ChannelTests.marked).map(\.raw) {
            let raw = reader.read(said, askedTokens: 100_000, wantedTokens: nil)
            let again = reader.read(Self.added(said, to: prompt), askedTokens: 100_000, wantedTokens: nil)
            #expect(again.reasoning == raw.reasoning && again.content == raw.content, "\(said)")
        }
    }
}
