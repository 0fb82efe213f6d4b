// The bytes of answers, against the golden stream of the client survey (section 0).

import JSONText
import Testing

@testable import OpenAI

struct AnswerTests {
    let identity = AnswerIdentity(form: .chat, id: "chatcmpl-X", created: 1_767_000_000, model: "M")

    func event(_ piece: CompletionChunk.Piece) -> String {
        String(decoding: CompletionChunk(identity: identity, piece).event, as: UTF8.self)
    }

    static let head = #"data: {"id":"chatcmpl-X","object":"chat.completion.chunk","created":1767000000,"model":"M","#

    static func choice(_ index: Int, _ delta: String, _ reason: String) -> String {
        head + #""choices":[{"index":\#(index),"delta":\#(delta),"logprobs":null,"finish_reason":\#(reason)}]}"#
            + "\n\n"
    }

    @Test(arguments: [
        (CompletionChunk.Piece.opening(choice: 0), choice(0, #"{"role":"assistant","content":""}"#, "null")),
        (.heartbeat(choice: 0), choice(0, "{}", "null")),
        (.reasoning("Hm.", choice: 1), choice(1, #"{"reasoning_content":"Hm."}"#, "null")),
        (.content("Hello", choice: 0), choice(0, #"{"content":"Hello"}"#, "null")),
        (.content("a\n\"b\"é", choice: 3), choice(3, #"{"content":"a\n\"b\"é"}"#, "null")),
        (.finish(.stop, choice: 0), choice(0, "{}", #""stop""#)),
        (.finish(.length, choice: 1), choice(1, "{}", #""length""#)),
        (.finish(.contentFilter, choice: 0), choice(0, "{}", #""content_filter""#)),
        (.finish(.toolCalls, choice: 0), choice(0, "{}", #""tool_calls""#)),
        (
            .toolCall(ToolCall(id: "aB3dE6gH9", name: "f", arguments: #"{"a":1}"#), number: 1, choice: 0),
            choice(
                0,
                #"{"tool_calls":[{"index":1,"id":"aB3dE6gH9","type":"function","#
                    + #""function":{"name":"f","arguments":"{\"a\":1}"}}]}"#,
                "null"
            )
        ),
        (
            .finish(.stop, choice: 0, Authorship(retries: Retries(count: 2, promptTokens: 9))),
            choice(0, "{}", #""stop""#).replacing("}]}", with: #"}],"horde":{"retries":2,"retry_prompt_tokens":9}}"#)
        ),
        (
            .usage(Usage(promptTokens: 5, completionTokens: 2)),
            head + #""choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}}"# + "\n\n"
        ),
        (
            .usage(Usage(promptTokens: 5, completionTokens: 9, reasoningTokens: 7)),
            head + #""choices":[],"usage":{"prompt_tokens":5,"completion_tokens":9,"total_tokens":14,"#
                + #""completion_tokens_details":{"reasoning_tokens":7}}}"# + "\n\n"
        ),
    ])
    func `each piece of a stream has its exact bytes`(_ piece: CompletionChunk.Piece, expected: String) {
        #expect(event(piece) == expected)
    }

    @Test func `an answer in one piece has its exact bytes`() {
        let answer = Completion(
            identity: identity,
            choices: [
                .init(content: "Hi", finishReason: .stop), .init(index: 1, content: "Yo", finishReason: .length),
            ],
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

    @Test func `thoughts stand beside the text, and the client's notes come back in their order`() {
        let answer = Completion(
            identity: identity,
            choices: [
                .init(content: "Hi", reasoning: "Hm.", finishReason: .stop),
                .init(index: 1, content: "", reasoning: "Hm", finishReason: .length),
                .init(index: 2, content: "Yo", reasoning: "", finishReason: .stop),
            ],
            usage: Usage(promptTokens: 5, completionTokens: 4, reasoningTokens: 2),
            metadata: ["b": "1", "a": "2"]
        )
        #expect(
            answer.json.compact
                == #"{"id":"chatcmpl-X","object":"chat.completion","created":1767000000,"model":"M","choices":["#
                + #"{"index":0,"message":{"role":"assistant","content":"Hi","reasoning_content":"Hm.","refusal":null},"#
                + #""logprobs":null,"finish_reason":"stop"},"#
                + #"{"index":1,"message":{"role":"assistant","content":"","reasoning_content":"Hm","refusal":null},"#
                + #""logprobs":null,"finish_reason":"length"},"#
                + #"{"index":2,"message":{"role":"assistant","content":"Yo","refusal":null},"#
                + #""logprobs":null,"finish_reason":"stop"}],"#
                + #""usage":{"prompt_tokens":5,"completion_tokens":4,"total_tokens":9,"#
                + #""completion_tokens_details":{"reasoning_tokens":2}},"metadata":{"b":"1","a":"2"}}"#
        )
    }

    @Test func `calls stand beside the text, or beside null where there is none`() {
        let call = ToolCall(id: "aB3dE6gH9", name: "f", arguments: "{}")
        let answer = Completion(
            identity: identity,
            choices: [
                .init(content: "", toolCalls: [call], finishReason: .toolCalls),
                .init(index: 1, content: "Hi", toolCalls: [call, call], finishReason: .toolCalls),
            ],
            usage: Usage(promptTokens: 1, completionTokens: 1),
            authorship: Authorship(retries: Retries(count: 1, promptTokens: 5))
        )
        let shown = #"{"id":"aB3dE6gH9","type":"function","function":{"name":"f","arguments":"{}"}}"#
        let text = answer.json.compact
        #expect(text.contains(#"{"role":"assistant","content":null,"tool_calls":[\#(shown)],"refusal":null}"#))
        #expect(
            text.contains(#"{"role":"assistant","content":"Hi","tool_calls":[\#(shown),\#(shown)],"refusal":null}"#)
        )
        #expect(text.hasSuffix(#""horde":{"retries":1,"retry_prompt_tokens":5}}"#))
        #expect(
            answer.pieces(includesUsage: false) == [
                .toolCall(call, number: 0, choice: 0), .finish(.toolCalls, choice: 0),
                .opening(choice: 1), .content("Hi", choice: 1), .toolCall(call, number: 0, choice: 1),
                .toolCall(call, number: 1, choice: 1),
                .finish(.toolCalls, choice: 1, Authorship(retries: Retries(count: 1, promptTokens: 5))),
            ]
        )
    }

    @Test func `a stream opens each choice once, thinks before it speaks, and tells the cost last`() {
        let usage = Usage(promptTokens: 5, completionTokens: 2)
        let answer = Completion(
            identity: identity,
            choices: [
                .init(content: "Hi", reasoning: "Hm.", finishReason: .stop),
                .init(index: 1, content: "", reasoning: "", finishReason: .length),
                .init(index: 2, content: "Yo", finishReason: .contentFilter),
            ],
            usage: usage
        )
        let pieces: [CompletionChunk.Piece] = [
            .reasoning("Hm.", choice: 0), .content("Hi", choice: 0), .finish(.stop, choice: 0),
            .opening(choice: 1), .finish(.length, choice: 1),
            .opening(choice: 2), .content("Yo", choice: 2), .finish(.contentFilter, choice: 2),
        ]
        #expect(answer.pieces(includesUsage: false) == pieces)
        #expect(answer.pieces(includesUsage: true) == pieces + [.usage(usage)])
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
