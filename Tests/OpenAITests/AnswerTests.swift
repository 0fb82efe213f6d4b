// The bytes of answers, against the golden stream of the client survey (section 0).

import Testing

@testable import OpenAI

struct AnswerTests {
    let identity = AnswerIdentity(id: "chatcmpl-X", created: 1_767_000_000, model: "M")

    func event(_ piece: ChatCompletionChunk.Piece) -> String {
        String(decoding: ChatCompletionChunk(identity: identity, piece).event, as: UTF8.self)
    }

    static let head = #"data: {"id":"chatcmpl-X","object":"chat.completion.chunk","created":1767000000,"model":"M","#

    static func choice(_ index: Int, _ delta: String, _ reason: String) -> String {
        head + #""choices":[{"index":\#(index),"delta":\#(delta),"logprobs":null,"finish_reason":\#(reason)}]}"#
            + "\n\n"
    }

    @Test(arguments: [
        (ChatCompletionChunk.Piece.role(choice: 0), choice(0, #"{"role":"assistant","content":""}"#, "null")),
        (.heartbeat(choice: 0), choice(0, "{}", "null")),
        (.content("Hello", choice: 0), choice(0, #"{"content":"Hello"}"#, "null")),
        (.content("a\n\"b\"é", choice: 3), choice(3, #"{"content":"a\n\"b\"é"}"#, "null")),
        (.finish(.stop, choice: 0), choice(0, "{}", #""stop""#)),
        (.finish(.length, choice: 1), choice(1, "{}", #""length""#)),
        (.finish(.contentFilter, choice: 0), choice(0, "{}", #""content_filter""#)),
        (.finish(.toolCalls, choice: 0), choice(0, "{}", #""tool_calls""#)),
        (
            .usage(Usage(promptTokens: 5, completionTokens: 2)),
            head + #""choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}}"# + "\n\n"
        ),
    ])
    func `each piece of a stream has its exact bytes`(_ piece: ChatCompletionChunk.Piece, expected: String) {
        #expect(event(piece) == expected)
    }

    @Test func `an answer in one piece has its exact bytes`() {
        let answer = ChatCompletion(
            identity: identity,
            choices: [.init(content: "Hi", finishReason: .stop), .init(content: "Yo", finishReason: .length)],
            usage: Usage(promptTokens: 5, completionTokens: 2)
        )
        #expect(
            answer.json.compact
                == #"{"id":"chatcmpl-X","object":"chat.completion","created":1767000000,"model":"M","choices":["#
                + #"{"index":0,"message":{"role":"assistant","content":"Hi","refusal":null},"logprobs":null,"#
                + #""finish_reason":"stop"},"#
                + #"{"index":1,"message":{"role":"assistant","content":"Yo","refusal":null},"logprobs":null,"#
                + #""finish_reason":"length"}],"#
                + #""usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}}"#
        )
    }

    @Test func `the model list has every name under which clients look for a length`() {
        let supply = Model.Supply(workers: 2, threads: 3, tokensPerSecond: 20.5, queuedJobs: 0, format: "chatml")
        let model = Model(
            id: "a/b",
            created: 1,
            ownedBy: "ai-horde",
            contextLength: 8192,
            maxCompletionTokens: 512,
            horde: supply
        )
        #expect(
            ModelList([model]).json.compact
                == #"{"object":"list","data":[{"id":"a/b","object":"model","created":1,"owned_by":"ai-horde","#
                + #""context_length":8192,"max_context_length":8192,"context_window":8192,"max_completion_tokens":512,"#
                + #""max_output_tokens":512,"horde":{"workers":2,"threads":3,"tokens_per_second":20.5,"queued_jobs":0,"#
                + #""format":"chatml"}}]}"#
        )
        #expect(ModelList([]).json.compact == #"{"object":"list","data":[]}"#)
    }
}
