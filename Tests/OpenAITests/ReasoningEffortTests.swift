// How much a model shall think, in each of the forms in which clients say it.

import Testing

@testable import OpenAI

struct ReasoningEffortTests {
    static let names = "one of 'none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'"

    @Test(arguments: [
        ("none", ReasoningEffort.off), ("minimal", .minimal), ("low", .low), ("medium", .medium), ("high", .high),
        ("xhigh", .xhigh), ("max", .max),
    ])
    func `each effort has OpenAI's name, in both places`(name: String, effort: ReasoningEffort) throws {
        #expect(try decode(requestBody("\"reasoning_effort\":\"\(name)\"")).reasoningEffort == effort)
        #expect(try decode(requestBody("\"reasoning\":{\"effort\":\"\(name)\"}")).reasoningEffort == effort)
    }

    @Test(
        arguments: [
            (#""reasoning":{"enabled":true}"#, ReasoningEffort.medium), (#""reasoning":{"enabled":false}"#, .off),
            (#""reasoning":{"enabled":false,"effort":"low"}"#, .low),
            (#""reasoning":{"max_tokens":5,"exclude":true}"#, nil),
            (#""reasoning":{}"#, nil), (#""reasoning":{"effort":null,"enabled":null}"#, nil),
            (#""chat_template_kwargs":{"enable_thinking":false}"#, .off),
            (#""chat_template_kwargs":{"enable_thinking":true}"#, .medium),
            (#""chat_template_kwargs":{"thinking":false}"#, .off),
            (#""chat_template_kwargs":{"thinking":true}"#, .medium),
            (#""chat_template_kwargs":{"enable_thinking":false,"thinking":true}"#, .off),
            (#""chat_template_kwargs":{"enable_thinking":null,"thinking":true}"#, .medium),
            (#""chat_template_kwargs":{"other":1}"#, nil), (#""chat_template_kwargs":{}"#, nil),
            (
                #""reasoning_effort":"high","reasoning":{"effort":"low"},"chat_template_kwargs":{"thinking":false}"#,
                .high
            ),
            (#""reasoning_effort":null,"reasoning":{"effort":"low"},"chat_template_kwargs":{"thinking":false}"#, .low),
            (#""reasoning":{},"chat_template_kwargs":{"thinking":false}"#, .off),
        ] as [(String, ReasoningEffort?)]
    )
    func `the first form that says something counts`(more: String, effort: ReasoningEffort?) throws {
        #expect(try decode(requestBody(more)).reasoningEffort == effort)
    }

    static let refusals: [Refusal] = [
        .value(requestBody(#""reasoning_effort":"extreme""#), "reasoning_effort", names),
        .value(requestBody(#""reasoning_effort":"""#), "reasoning_effort", names),
        .value(requestBody(#""reasoning_effort":"High""#), "reasoning_effort", names),
        .type(requestBody(#""reasoning_effort":1"#), "reasoning_effort", "a string", "a number"),
        .type(requestBody(#""reasoning_effort":false"#), "reasoning_effort", "a string", "a boolean"),
        .type(requestBody(#""reasoning":"low""#), "reasoning", "an object", "a string"),
        .value(requestBody(#""reasoning":{"effort":"x"}"#), "reasoning.effort", names),
        .type(requestBody(#""reasoning":{"effort":1}"#), "reasoning.effort", "a string", "a number"),
        .type(requestBody(#""reasoning":{"enabled":1}"#), "reasoning.enabled", "a boolean", "a number"),
        .type(requestBody(#""chat_template_kwargs":[]"#), "chat_template_kwargs", "an object", "an array"),
        .type(
            requestBody(#""chat_template_kwargs":{"enable_thinking":"no"}"#),
            "chat_template_kwargs.enable_thinking",
            "a boolean",
            "a string"
        ),
        .type(
            requestBody(#""chat_template_kwargs":{"thinking":0}"#),
            "chat_template_kwargs.thinking",
            "a boolean",
            "a number"
        ),
    ]

    @Test(arguments: refusals)
    func `an effort that does not exist is refused with those that do`(_ refusal: Refusal) {
        refusal.check()
    }
}
