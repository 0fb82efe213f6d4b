@testable import Prompting
import Testing

/// What a prompt says about how its answer is read back.
@Suite struct PromptReadingTests {
    @Test(arguments: [
        ("chatml", ["<|im_start|>system", "<|im_start|>user", "<|im_start|>assistant"], "<|im_start|>assistant"),
        ("mistral-v7", ["[SYSTEM_PROMPT]", "[INST]"], ""),
        ("glm47", ["<|system|>", "<|user|>", "<|assistant|>", "<|observation|>"], "<|assistant|>"),
        (
            "harmony",
            ["<|start|>developer<|message|>", "<|start|>user<|message|>", "<|start|>assistant", "<|start|>functions."],
            "<|start|>assistant"
        ),
        ("guanaco", ["### Human:", "### Assistant:"], "### Assistant:"),
        ("redpajama", ["<human>:", "<bot>:"], "<bot>:"),
        (
            "openchat", ["GPT4 Correct System:", "GPT4 Correct User:", "GPT4 Correct Assistant:"],
            "GPT4 Correct Assistant:"
        ),
        ("vicuna", [], "ASSISTANT:"),
        ("pygmalion", [], "Assistant:"),
    ])
    func `openers of turns are named unless they could be ordinary text`(
        name: String,
        openers: [String],
        assistant: String
    ) throws {
        let reading = try format(name).render(.of((.user, "Q")), today: "2026-11-25").reading
        #expect(reading.turnOpeners == openers)
        #expect(reading.assistantOpener == assistant)
        #expect(reading.tokenizer == (try format(name).tokenizer))
    }

    @Test(arguments: [
        ("chatml", nil, nil), ("gemma4", "<|channel>thought", "<channel|>"),
        ("seed-oss", "<seed:think>", "</seed:think>"),
        ("mistral-v7-tekken", "[THINK]", "[/THINK]"), ("apertus", "<|inner_prefix|>", "<|inner_suffix|>"),
        ("glm45", "<think>", "</think>"), ("harmony", nil, nil),
    ])
    func `a family's own tags for its thoughts are named`(name: String, open: String?, close: String?) throws {
        let reading = try format(name).render(.of((.user, "Q")), today: "2026-11-25").reading
        #expect(reading.thought?.open == open)
        #expect(reading.thought?.close == close)
    }

    @Test(arguments: [
        ("chatml", "none", nil, false), ("chatml", "qwen3", nil, true),
        ("chatml", "qwen3", ThinkingEffort.none, false),
        ("chatml", "think_maybe", nil, false), ("chatml", "think_maybe", .high, true),
        ("deepseek3", "think_open", nil, true),
        ("harmony", "harmony", nil, true), ("harmony", "harmony", .minimal, false),
        ("granite3", "granite_think", nil, false),
    ])
    func `a thought is expected of those that think at the effort`(
        name: String,
        style: String,
        effort: ThinkingEffort?,
        isExpected: Bool
    ) throws {
        let format = try format(name, reasoning: style)
        #expect(format.render(.of((.user, "Q")), effort: effort, today: "").reading.isThoughtExpected == isExpected)
        // Words of the answer that are there already come after the thought.
        let prefilled = format.render(.of((.user, "Q"), (.assistant, "A")), effort: effort, today: "")
        #expect(!prefilled.reading.isThoughtExpected)
    }

    @Test func `in the channel of the answer the end of a message is a stop`() throws {
        let format = try format("harmony")
        #expect(!format.render(.of((.user, "Q")), today: "").stops.contains("<|end|>"))
        #expect(format.render(.of((.user, "Q")), effort: ThinkingEffort.none, today: "").stops.first == "<|end|>")
        #expect(format.render(.of((.user, "Q"), (.assistant, "A")), today: "").stops.first == "<|end|>")
    }

    @Test(arguments: [
        ("chatml", true), ("llama3", true), ("vicuna", false), ("mistral-v7", false), ("minimax-m2", true),
    ])
    func `whether the prompt has begun a line follows from its end`(name: String, beginsLine: Bool) throws {
        #expect(try format(name).render(.of((.user, "Q")), today: "").reading.beginsLine == beginsLine)
    }

    @Test func `Granite's answer stands in tags of its own`() throws {
        let tags = try #require(try format("granite3").render(.of((.user, "Q")), today: "").reading.thought)
        #expect(tags.answerOpen == "<response>" && tags.answerClose == "</response>")
    }

    @Test func `a raw prompt is submitted as it stands, and so is read back what comes`() throws {
        let prompt = try format("chatml").raw("  <|im_start|>x\n")
        #expect(prompt.text == "  <|im_start|>x\n" && prompt.stops.isEmpty && prompt.format == "none")
        #expect(prompt.tokens == TokenEstimator(tokenizer: "qwen").tokens(in: prompt.text) + 1)
        let reader = ReplyReader(prompt.reading, formatStops: prompt.stops, userStops: ["END"])
        let reply = reader.read(" <think>a</think>\n b <|im_end|> END c", askedTokens: 100, wantedTokens: 100)
        #expect(reply.content == " <think>a</think>\n b <|im_end|> " && reply.reasoning == nil && reply.reason == .stop)
    }
}
