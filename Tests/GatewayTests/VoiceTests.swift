import Answers
import Horde
import JSONText
import OpenAI
import Prompting
import Testing

@testable import Gateway

/// How one text is written over several jobs.
@Suite struct VoiceTests {
    private func translation(
        _ fields: String = #""n":1"#,
        model: String = "koboldcpp/Qwen2.5-14B"
    ) throws -> Translation {
        let body = #"{"model":"m","messages":[{"role":"user","content":"Write."}],\#(fields)}"#
        let format = FormatTable.builtIn.format(forModel: model).format
        let request = try ChatCompletionRequest(decoding: Array(body.utf8))
        return try Translation(request, format: format, today: "2026-01-31")
    }

    private func part(_ text: String, by model: String = "koboldcpp/A", worker: String = "W") -> Generation {
        Generation(text: text, model: model, worker: WorkerReference(id: worker, name: worker))
    }

    /// Words that fill a job of 64 tokens, ending within a sentence.
    private static let full = (0..<66).map { "word\($0 % 7)" }.joined(separator: " ").prefix(330)
    private static let offers = [Offer(contextTokens: 2048, answerTokens: 64)]

    @Test func `a part that was cut off is gone on with, and one that ends by itself is the end`() throws {
        var voice = Voice(try translation())
        voice.take(part(String(Self.full)), askedTokens: 64)
        #expect(voice.end == nil && voice.model == "koboldcpp/A")
        voice.take(part(" and that is all.", by: "koboldcpp/B"), askedTokens: 64)
        #expect(voice.end == .finished && voice.said == Self.full + " and that is all.")
        #expect(voice.model == "koboldcpp/A", "the voice is that of the first part")
        #expect(voice.authorship.jobs == 2 && voice.authorship.models == ["koboldcpp/A", "koboldcpp/B"])
        #expect(voice.draft.choice.finishReason == .stop)
        #expect(voice.draft.choice.content == Self.full + " and that is all.")
    }

    @Test func `the next job holds the prompt and all that was said, to the byte`() throws {
        let translation = try translation()
        var voice = Voice(translation)
        voice.take(part(" \n" + Self.full + " "), askedTokens: 64)
        let size = try #require(try voice.nextSize(offers: Self.offers, freeTokens: nil))
        let order = translation.order(size, models: ["a"], after: voice.said)
        #expect(order.prompt == translation.prompt.text + " \n" + Self.full + " ")
        #expect(order.params.n == 1 && order.params.maxLength == 64)
    }

    @Test func `the client's limit counts over all parts`() throws {
        var voice = Voice(try translation(#""max_tokens":100"#))
        voice.take(part(String(Self.full)), askedTokens: 64)
        #expect(try voice.nextSize(offers: Self.offers, freeTokens: nil)?.answerTokens == 36)
        voice.take(part(String(Self.full.prefix(190))), askedTokens: 36)
        #expect(voice.end == .length && voice.draft.choice.finishReason == .length)
        #expect(voice.draft.tokens <= 100)
    }

    @Test func `a context without room ends what was begun, and is an error for what was not`() throws {
        let tiny = [Offer(contextTokens: 96, answerTokens: 64)]
        var voice = Voice(try translation())
        voice.take(part(String(Self.full)), askedTokens: 64)
        #expect(try voice.nextSize(offers: tiny, freeTokens: nil) == nil)
        #expect(voice.end == .length)
        var none = Voice(try translation())
        #expect(throws: APIError(JobSizeError.noOffers)) { try none.nextSize(offers: [], freeTokens: nil) }
    }

    @Test func `no answer ends within a thought, a call, JSON or half a stop`() throws {
        let tools = #""tools":[{"type":"function","function":{"name":"look","parameters":{"type":"object"}}}]"#
        let json = #""response_format":{"type":"json_object"}"#
        let prose = String(repeating: "Thus it goes on for a while and then some. ", count: 5)
        let open: [(Translation, String)] = [
            (try translation(), "<think>\(prose)It goes."),
            (try translation(), "<think>\n\(prose)It goes.</think>"),
            (try translation(), "\(prose)It goes. Well.<|im_end|"),
            (try translation(tools), "\(prose)It goes.\n<tool_call>\n"),
            (try translation(json), "\"a\": \"\(prose)It goes. \""),
        ]
        for (translation, text) in open { #expect(translation.ending(text).isOpen, "\(text)") }
        #expect(try !translation().ending("\(prose)It goes on quite well for now.").isOpen)
        let whole = "\"a\": \"\(prose)\"}"
        #expect(try !translation(json).ending(whole).isOpen)
        #expect(try translation(json).ending(whole).isStopped, "whole JSON is an answer")
    }

    @Test func `what is certain is a beginning of what comes in the end`() throws {
        let text = "One.\nTwo (three).\n<tool_call>\n{\"name\": \"look\", \"arguments\": {}}\n</tool_call>"
        let tools = #""tools":[{"type":"function","function":{"name":"look","parameters":{"type":"object"}}}]"#
        let translation = try translation(tools)
        for length in 0...text.count {
            let settled = translation.settled(String(text.prefix(length)))
            #expect("One.\nTwo (three).".hasPrefix(settled.content), "\(length)")
        }
        #expect(translation.settled(text).content == "One.\nTwo (three).")
        let json = try self.translation(#""response_format":{"type":"json_object"}"#)
        #expect(json.settled("\"a\": 1}").content == "", "JSON is sent when it is whole")
    }

    @Test func `half a character at a border is written anew, and no more than the client allows is certain`() throws {
        var voice = Voice(try translation())
        voice.take(part(Self.full + "caf\u{FFFD}"), askedTokens: 64)
        voice.take(part("é."), askedTokens: 64)
        #expect(voice.said == Self.full + "café.")
        var short = Voice(try translation(#""max_tokens":2"#))
        short.take(part("one two three four five six"), askedTokens: 16)
        #expect(short.settled.content == "" && short.draft.tokens == 2)
    }

    @Test func `a paragraph that is written again is there once`() throws {
        let paragraph =
            String(Self.full) + " The ferry came in late, and nobody on the quay knew why it had been so long."
        var voice = Voice(try translation())
        voice.take(part(paragraph), askedTokens: 64)
        voice.take(part(paragraph), askedTokens: 64)
        #expect(voice.end == .finished && voice.said == paragraph)
    }
}
