import Horde
import JSONText
import OpenAI
import Prompting
import Testing

@testable import Gateway

/// What is asked for once more, and what becomes of it.
@Suite struct AnswerTests {
    private let format: PromptFormat

    init() throws {
        format = try #require(FormatTable.builtIn["chatml"])
    }

    private func translation(_ fields: String) throws -> Translation {
        let body = #"{"model":"m","messages":[{"role":"user","content":"How warm is it?"}],\#(fields)}"#
        return try Translation(
            try ChatCompletionRequest(decoding: Array(body.utf8)),
            format: format,
            today: "2026-01-31"
        )
    }

    private static let tools =
        #""tools":[{"type":"function","function":{"name":"look","parameters":{"type":"object"}}}]"#
    private static let schema =
        #""response_format":{"type":"json_schema","json_schema":{"name":"w","schema":{"type":"object","#
        + #""properties":{"degrees":{"type":"integer"}},"required":["degrees"]}}}"#
    private static let call = "<tool_call>\n{\"name\": \"look\", \"arguments\": {}}\n</tool_call>"

    private let size: JobSize = {
        let offers = [Offer(contextTokens: 4096, answerTokens: 400)]
        do {
            return try JobSize.choose(promptTokens: 10, wantedTokens: 400, offers: offers, upfrontFreeTokens: nil)
        } catch {
            preconditionFailure("the offer has room")
        }
    }()

    /// Feeds a model's texts to an answer, one for each time it asks, and says how often it asked.
    private func run(_ translation: Translation, _ texts: [String]) throws -> (Answer, prompts: [Prompt]) {
        var texts = texts[...]
        func next(_ translation: Translation) throws -> Voice {
            let text = texts.popFirst()
            let generation = Generation(text: try #require(text, "more was asked for than there is"))
            return .whole(generation, of: translation, askedTokens: size.answerTokens)
        }
        var answer = Answer([try next(translation)])
        var prompts: [Prompt] = []
        while let (place, again) = answer.nextCorrection() {
            prompts.append(again.prompt)
            answer.took(try next(again), at: place)
        }
        #expect(texts.isEmpty, "not all of the texts were asked for")
        return (answer, prompts)
    }

    @Test func `an answer that stands is not asked for again`() throws {
        let (answer, prompts) = try run(try translation(Self.tools), ["It is warm."])
        #expect(prompts.isEmpty && answer.retries.count == 0 && answer.choices[0].content == "It is warm.")
    }

    @Test func `a call goes out with an id of nine letters and digits and its own reason`() throws {
        let (answer, _) = try run(try translation(Self.tools), ["I look.\n" + Self.call])
        let choice = answer.choices[0]
        #expect(choice.content == "I look." && choice.finishReason == .toolCalls)
        let call = try #require(choice.toolCalls.first)
        #expect(call.name == "look" && call.arguments == "{}" && call.id.utf8.count == 9)
        #expect(call.id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) })
    }

    @Test func `one call is all that a client gets who wants no more`() throws {
        let twice = Self.call + "\n" + Self.call
        #expect(try run(try translation(Self.tools), [twice]).0.choices[0].toolCalls.count == 2)
        let (one, _) = try run(try translation(Self.tools + #","parallel_tool_calls":false"#), [twice])
        #expect(one.choices[0].toolCalls.count == 1)
    }

    @Test func `an empty answer is asked for once more, and then it is none`() throws {
        let (second, prompts) = try run(try translation(#""n":1"#), ["<|im_end|>", "Warm."])
        #expect(second.choices[0].content == "Warm." && second.retries.count == 1 && !second.isEmpty)
        #expect(prompts[0].text.hasSuffix("How warm is it?<|im_end|>\n<|im_start|>assistant\n"))
        let (thought, _) = try run(try translation(#""n":1"#), ["<think>Hm.</think>", "Warm."])
        #expect(thought.choices[0].content == "Warm.")
        let (none, _) = try run(try translation(#""n":1"#), ["<|im_end|>", " "])
        #expect(none.isEmpty)
    }

    @Test func `a forced call is opened in the prompt and asked for once more where it cannot be read`() throws {
        let forced = try translation(Self.tools + #","tool_choice":"required""#)
        #expect(forced.prompt.text.hasSuffix("<|im_start|>assistant\n<tool_call>\n{\"name\":"))
        let (answer, prompts) = try run(forced, [" no idea", " \"look\", \"arguments\": {\"at\": 1}}\n</tool_call>"])
        #expect(answer.choices[0].toolCalls.first?.arguments == #"{"at":1}"#)
        #expect(prompts.count == 1 && prompts[0].text.contains("That call cannot be read."))
        let (never, _) = try run(forced, [" no idea", " none at all"])
        #expect(never.choices[0].finishReason == .stop && never.choices[0].toolCalls.isEmpty)
        #expect(never.choices[0].content.contains("no idea"))
    }

    @Test func `JSON that is invalid is asked for again twice at most, and the best is kept`() throws {
        let bound = try translation(Self.schema)
        #expect(bound.prompt.text.hasSuffix("<|im_start|>assistant\n{"))
        let (mended, prompts) = try run(bound, [#""degrees": "warm"}"#, #""degrees": 21}"#])
        #expect(mended.choices[0].content == #"{"degrees":21}"# && mended.retries.count == 1)
        #expect(prompts[0].text.contains("That JSON is invalid:"))
        // One that is no better ends it: the next prompt would be the same.
        let (never, one) = try run(bound, [#""degrees": "warm"}"#, "so"])
        #expect(one.count == 1 && never.choices[0].content == #"{"degrees":"warm"}"#)
        #expect(never.retries == Retries(count: 1, promptTokens: one[0].tokens))
        #expect(never.usage.promptTokens == bound.prompt.tokens, "clients tell by it how full the context is")
        let (twice, two) = try run(bound, ["so", #""degrees": "warm"}"#, #""degrees": 21}"#])
        #expect(two.count == 2 && twice.choices[0].content == #"{"degrees":21}"#)
    }

    @Test func `JSON that the length has cut off, within a thought too, is not asked for again`() throws {
        let long = String(repeating: "word ", count: 420)
        let bound = try translation(Self.schema)
        let (cut, _) = try run(bound, [#""degrees": 21, "why": ""# + long])
        #expect(cut.choices[0].finishReason == .length && cut.choices[0].content == #"{"degrees":21}"#)
        let thinking = try translation(Self.schema + #","reasoning_effort":"high""#)
        let (thought, _) = try run(thinking, ["<think>" + long])
        #expect(thought.choices[0].finishReason == .length && thought.retries.count == 0)
    }

    @Test func `a call that is forced by name is a call of that function and no other`() throws {
        let two =
            #""tools":[{"type":"function","function":{"name":"look"}},{"type":"function","function":{"name":"go"}}],"#
            + #""tool_choice":{"type":"function","function":{"name":"look"}}"#
        let other = "<tool_call>\n{\"name\": \"go\", \"arguments\": {}}\n</tool_call>"
        let (answer, _) = try run(try translation(two), ["{}}\n</tool_call>\n" + other])
        #expect(answer.choices[0].toolCalls.map(\.name) == ["look"])
    }

    @Test func `words to a function that nobody offered are words`() throws {
        let format = FormatTable.builtIn.format(forModel: "koboldcpp/gpt-oss-20b").format
        let body = #"{"model":"m","messages":[{"role":"user","content":"Hi"}]}"#
        let request = try ChatCompletionRequest(decoding: Array(body.utf8))
        let translation = try Translation(request, format: format, today: "2026-01-31")
        let call = #"<|channel|>commentary to=functions.read<|message|>{"path":"a"}<|call|>"#
        let (answer, prompts) = try run(translation, [call])
        #expect(prompts.isEmpty && answer.choices[0].content == #"{"path":"a"}"#)
    }

    @Test func `an empty answer is asked for again with the very prompt that it was empty for`() throws {
        for fields in [#""n":1"#, Self.tools] {
            let translation = try translation(fields)
            let empty = Answer([.whole(Generation(text: ""), of: translation, askedTokens: 400)])
            let (_, again) = try #require(empty.nextCorrection())
            #expect(again.prompt == translation.prompt && again.choices == 1)
        }
    }

    @Test func `what a worker censored is not asked for again, and has no calls`() throws {
        let bound = try translation(Self.schema)
        let answer = Answer([.whole(Generation(text: "no", isCensored: true), of: bound, askedTokens: 400)])
        #expect(answer.nextCorrection() == nil && answer.choices[0].finishReason == .contentFilter && !answer.isEmpty)
        let tools = try translation(Self.tools)
        let called = Answer([.whole(Generation(text: Self.call, isCensored: true), of: tools, askedTokens: 400)])
        #expect(called.choices[0].toolCalls.isEmpty && called.choices[0].finishReason == .contentFilter)
    }

    @Test func `a client's stops are withheld from a worker whose model thinks first, and cut its answer all the same`()
        throws
    {
        let body = #"{"model":"m","messages":[{"role":"user","content":"Hi"}],"stop":"END"}"#
        let request = try ChatCompletionRequest(decoding: Array(body.utf8))
        for (model, isSent) in [("koboldcpp/QwQ-32B", false), ("koboldcpp/Qwen2.5-32B", true)] {
            let format = FormatTable.builtIn.format(forModel: model).format
            let translation = try Translation(request, format: format, today: "2026-01-31")
            #expect(translation.order(size, models: ["m"]).params.stopSequence.contains("END") == isSent)
            let text = isSent ? "One END two" : "An END.</think>One END two"
            let answer = Answer([.whole(Generation(text: text), of: translation, askedTokens: 400)])
            #expect(answer.choices[0].content == "One")
        }
    }

    @Test func `calls and JSON are sampled with little chance and no penalty, unless the client says otherwise`() throws
    {
        for fields in [Self.tools, Self.schema] {
            let params = try translation(fields).order(size, models: ["m"]).params
            #expect(params.temperature == 0.3 && params.repetitionPenalty == 1)
            let own = try translation(fields + #","temperature":0.9,"rep_pen":1.2"#).order(size, models: ["m"]).params
            #expect(own.temperature == 0.9 && own.repetitionPenalty == 1.2)
        }
        let free = try translation(#""n":1"#).order(size, models: ["m"]).params
        #expect(free.temperature == nil && free.repetitionPenalty == nil)
    }

    @Test func `a thought is left out before calls and JSON where that is easy, and kept where it is asked for`() throws
    {
        let format = FormatTable.builtIn.format(forModel: "koboldcpp/Qwen3-14B").format
        func ending(_ fields: String) throws -> String {
            let body = #"{"model":"m","messages":[{"role":"user","content":"Hi"}],\#(fields)}"#
            let request = try ChatCompletionRequest(decoding: Array(body.utf8))
            let text = try Translation(request, format: format, today: "2026-01-31").prompt.text
            return text.split(separator: "<|im_start|>assistant\n", omittingEmptySubsequences: false).last.map(
                String.init
            ) ?? ""
        }
        #expect(try ending(#""n":1"#) == "")
        #expect(try ending(Self.tools) == "<think>\n\n</think>\n\n")
        #expect(try ending(Self.schema) == "<think>\n\n</think>\n\n{")
        #expect(try ending(Self.tools + #","reasoning_effort":"high""#) == "")
        #expect(try ending(Self.schema + #","reasoning_effort":"high""#) == "")
    }
}

extension Voice {
    /// A text that one job wrote, and that ends with it.
    static func whole(_ generation: Generation, of translation: Translation, askedTokens: Int) -> Voice {
        var voice = Voice(translation)
        voice.take(generation, askedTokens: askedTokens)
        voice.cutShort()
        return voice
    }
}
