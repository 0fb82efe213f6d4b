// The bytes of plain completions, whose stream has the same objects as their answer in one piece.

import JSONText
import Testing

@testable import OpenAI

struct TextAnswerTests {
    static let identity = AnswerIdentity(form: .text, id: "cmpl-X", created: 1_767_000_000, model: "M")

    static let head = #"{"id":"cmpl-X","object":"text_completion","created":1767000000,"model":"M","#

    static func choice(_ index: Int, _ text: String, _ reason: String) -> String {
        head + #""choices":[{"text":\#(text),"index":\#(index),"logprobs":null,"finish_reason":\#(reason)}]}"#
    }

    @Test(arguments: [
        (CompletionChunk.Piece.opening(choice: 0), choice(0, #""""#, "null")),
        (.heartbeat(choice: 0), choice(0, #""""#, "null")),
        (.content("a\n\"b\"é", choice: 3), choice(3, #""a\n\"b\"é""#, "null")),
        (.reasoning("Hm.", choice: 0), choice(0, #""Hm.""#, "null")),
        (.finish(.stop, choice: 0), choice(0, #""""#, #""stop""#)),
        (.finish(.length, choice: 1), choice(1, #""""#, #""length""#)),
        (.finish(.contentFilter, choice: 0), choice(0, #""""#, #""content_filter""#)),
        (
            .usage(Usage(promptTokens: 5, completionTokens: 2)),
            head + #""choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}}"#
        ),
    ])
    func `each piece of a stream has its exact bytes`(_ piece: CompletionChunk.Piece, expected: String) {
        let event = CompletionChunk(identity: Self.identity, piece).event
        #expect(String(decoding: event, as: UTF8.self) == "data: \(expected)\n\n")
    }

    @Test func `an answer in one piece has its exact bytes`() {
        let answer = Completion(
            identity: Self.identity,
            choices: [
                .init(content: "Hi", finishReason: .stop),
                .init(index: 1, content: "Yo", reasoning: "Hm. ", finishReason: .length),
            ],
            usage: Usage(promptTokens: 5, completionTokens: 2),
            metadata: ["a": "b"]
        )
        #expect(
            answer.json.compact
                == Self.head + #""choices":[{"text":"Hi","index":0,"logprobs":null,"finish_reason":"stop"},"#
                + #"{"text":"Hm. Yo","index":1,"logprobs":null,"finish_reason":"length"}],"#
                + #""usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}}"#
        )
    }

    @Test func `the id of each form has its own beginning`() {
        #expect(CompletionForm.allCases.map(\.idPrefix) == ["chatcmpl-", "cmpl-"])
    }
}
