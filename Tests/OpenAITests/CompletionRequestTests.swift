// The rules of a plain completion: what is its own; what it shares with chat requests is read by the same code.

import Testing

import JSONText
@testable import OpenAI

struct CompletionRequestTests {
    @Test func `the smallest request has OpenAI's defaults`() throws {
        let expected = CompletionRequest(CompletionParameters(model: "m", maxTokens: 16), prompts: ["hi"])
        #expect(try decodeText(textBody()) == expected)
        #expect(!expected.echoesPrompt)
    }

    @Test func `every parameter that is used is read`() throws {
        let request = try decodeText(
            textBody(
                #"""
                "max_tokens":7,"temperature":2,"top_p":0,"stop":"END","n":3,"stream":true,"echo":true,
                "stream_options":{"include_usage":true},"top_k":5,"horde":{"trusted_workers":true}
                """#,
                prompt: #"["a"," ","\n"]"#
            )
        )
        var parameters = CompletionParameters(
            model: "m",
            maxTokens: 7,
            temperature: 2,
            topP: 0,
            stop: ["END"],
            choiceCount: 3,
            isStreaming: true,
            includesUsage: true
        )
        parameters.samplers.topK = 5
        parameters.horde.trustedWorkers = true
        #expect(request == CompletionRequest(parameters, prompts: ["a", " ", "\n"], echoesPrompt: true))
    }

    @Test(arguments: [
        #""max_tokens":null,"suffix":null,"echo":null,"best_of":null,"logprobs":null,"n":null,"stop":null,"stream":null"#,
        #""suffix":"","best_of":0,"logprobs":0,"echo":false"#, #""logprobs":false,"best_of":1"#,
        #""user":"u","seed":1,"logit_bias":{"5":1},"max_completion_tokens":"x","messages":1,"tools":7"#,
        #""frequency_penalty":-2,"presence_penalty":2"#, #""stream_options":{"include_usage":true}"#,
    ])
    func `what cannot make the answer wrong is taken`(_ more: String) throws {
        #expect(try decodeText(textBody(more)) == decodeText(textBody()))
    }

    @Test(arguments: [(1, 20), (2, 10), (20, 1), (6, 3), (7, 2)])
    func `the prompts times the choices of each have one bound`(prompts: Int, choices: Int) throws {
        func body(_ prompts: Int) -> String {
            let list = Array(repeating: "\"a\"", count: prompts).joined(separator: ",")
            return textBody("\"n\":\(choices)", prompt: "[\(list)]")
        }
        #expect(try decodeText(body(prompts)).prompts.count == prompts)
        let expected = "at most 20 texts to be made, 'n' for each prompt"
        Refusal.value(body(21 / choices + 1), "prompt", expected).check { _ = try decodeText($0) }
    }

    @Test func `best_of up to n changes nothing`() throws {
        #expect(try decodeText(textBody(#""best_of":3,"n":3"#)) == decodeText(textBody(#""n":3"#)))
    }

    static let tokens = "This server takes prompts as text, not as tokens."
    static let probabilities = "This server does not have the probabilities of tokens."
    static let text = "a string or an array of strings"

    static let refusals: [Refusal] = [
        .missing(#"{"prompt":"hi"}"#, "model"),
        .missing(#"{"model":"m"}"#, "prompt"),
        .missing(textBody(prompt: "null"), "prompt"),
        .type(textBody(prompt: "1"), "prompt", text, "a number"),
        .type(textBody(prompt: "{}"), "prompt", text, "an object"),
        .type(textBody(prompt: #"["a",null]"#), "prompt[1]", "a string", "null"),
        .type(textBody(prompt: "[true]"), "prompt[0]", "a string", "a boolean"),
        .value(textBody(prompt: #""""#), "prompt", "a string that is not empty"),
        .value(textBody(prompt: #"["a",""]"#), "prompt[1]", "a string that is not empty"),
        .value(textBody(prompt: "[]"), "prompt", "at least one prompt"),
        .unsupported(textBody(prompt: "[1,2,3]"), "prompt", tokens),
        .unsupported(textBody(prompt: "[[1,2],[3]]"), "prompt", tokens),
        .unsupported(textBody(prompt: #"["a",5]"#), "prompt", tokens),
        .value(textBody(#""max_tokens":0"#), "max_tokens", "an integer of at least 1 that fits in 64 bits"),
        .type(textBody(#""echo":1"#), "echo", "a boolean", "a number"),
        .parameter(
            textBody(#""suffix":"the end""#),
            "suffix",
            "This server cannot write a text that leads to a given end."
        ),
        .type(textBody(#""suffix":1"#), "suffix", "a string", "a number"),
        .unsupported(
            textBody(#""best_of":2"#),
            "best_of",
            "This server cannot tell which of more than 'n' texts are the best."
        ),
        .unsupported(
            textBody(#""best_of":4,"n":3"#),
            "best_of",
            "This server cannot tell which of more than 'n' texts are the best."
        ),
        .value(textBody(#""best_of":21"#), "best_of", "an integer from 0 to 20"),
        .value(textBody(#""best_of":-1"#), "best_of", "an integer from 0 to 20"),
        .type(textBody(#""best_of":"1""#), "best_of", "an integer", "a string"),
        .parameter(textBody(#""logprobs":1"#), "logprobs", probabilities),
        .parameter(textBody(#""logprobs":5"#), "logprobs", probabilities),
        .value(textBody(#""logprobs":6"#), "logprobs", "an integer from 0 to 5"),
        .type(textBody(#""logprobs":true"#), "logprobs", "an integer", "a boolean"),
    ]

    @Test(arguments: refusals)
    func `what would make the answer wrong is refused by name`(_ refusal: Refusal) {
        refusal.check { _ = try decodeText($0) }
    }

    @Test func `what both endpoints share is refused by both`() {
        bothRefuse { .value($0(#""temperature":2.1"#), "temperature", "a number from 0 to 2") }
        bothRefuse { .value($0(#""top_p":-1"#), "top_p", "a number from 0 to 1") }
        bothRefuse { .value($0(#""frequency_penalty":3"#), "frequency_penalty", "a number from -2 to 2") }
        bothRefuse { .value($0(#""presence_penalty":3"#), "presence_penalty", "a number from -2 to 2") }
        bothRefuse { .value($0(#""n":21"#), "n", "an integer from 1 to 20") }
        bothRefuse { .type($0(#""stop":[1]"#), "stop[0]", "a string", "a number") }
        bothRefuse { .type($0(#""stream":1"#), "stream", "a boolean", "a number") }
        bothRefuse { .type($0(#""stream_options":1"#), "stream_options", "an object", "a number") }
    }

    @Test func `a body that is no request is refused`() {
        let message = "We could not parse the JSON body of your request. It stops being JSON at byte 0."
        Refusal("x", nil, nil, message).check { _ = try decodeText($0) }
        let wrong = "Invalid type for the request body: expected an object, but got an array instead."
        Refusal("[]", nil, "invalid_type", wrong).check { _ = try decodeText($0) }
    }

    @Test(arguments: [
        "\"prompt\":@", "\"prompt\":[@]", "\"max_tokens\":@", "\"suffix\":@", "\"echo\":@", "\"best_of\":@",
        "\"logprobs\":@", "\"top_k\":@", "\"horde\":{\"workers\":[@]}",
    ])
    func `no error repeats a value that was sent`(_ place: String) {
        var errorCount = 0
        for value in BodyRefusalTests.planted {
            do {
                _ = try decodeText(textBody(place.replacing("@", with: value)))
            } catch let error as APIError {
                errorCount += 1
                let told = error.message + (error.param ?? "")
                #expect(!told.contains("pl4nted") && !told.contains("4242"), "\(told)")
                #expect(error.status == 400)
            } catch {
                Issue.record("not an APIError: \(error)")
            }
        }
        #expect(errorCount >= 4)
    }
}
