// The rules of a chat request's parameters: what is taken, what is ignored, what is refused and in which words.

import JSONText
import Testing

@testable import OpenAI

/// A chat request as JSON text, with more members after the required ones.
func requestBody(_ more: String = "", messages: String = #"[{"role":"user","content":"hi"}]"#) -> String {
    #"{"model":"m","messages":\#(messages)\#(more.isEmpty ? "" : "," + more)}"#
}

func decode(_ body: String) throws -> ChatCompletionRequest {
    try ChatCompletionRequest(decoding: Array(body.utf8))
}

func failure(_ body: String) -> APIError? {
    #expect(throws: APIError.self) { try decode(body) }
}

/// A refused request: its body and what the error has to say.
struct Refusal: Sendable, CustomTestStringConvertible {
    let body: String
    let param: String?
    let code: String?
    let message: String

    init(_ body: String, _ param: String?, _ code: String?, _ message: String) {
        self.body = body
        self.param = param
        self.code = code
        self.message = message
    }

    var testDescription: String { "\(param ?? "the body") \(code ?? "") \(body.prefix(90))" }

    /// Expects the refusal of whatever reads the body, by default a chat request.
    func check(_ decode: (String) throws -> Void = { _ = try decode($0) }) {
        let error = #expect(throws: APIError.self) { try decode(body) }
        #expect(error?.status == 400)
        #expect(error?.type == "invalid_request_error")
        #expect(error?.param == param)
        #expect(error?.code == code)
        #expect(error?.message == message)
        #expect(error?.retryAfter == nil)
    }

    static func type(_ body: String, _ param: String, _ expected: String, _ got: String) -> Refusal {
        let message = "Invalid type for '\(param)': expected \(expected), but got \(got) instead."
        return Refusal(body, param, "invalid_type", message)
    }

    static func value(_ body: String, _ param: String, _ expected: String) -> Refusal {
        Refusal(body, param, "invalid_value", "Invalid value for '\(param)': expected \(expected).")
    }

    static func missing(_ body: String, _ param: String) -> Refusal {
        Refusal(body, param, "missing_required_parameter", "Missing required parameter: '\(param)'.")
    }

    static func parameter(_ body: String, _ param: String, _ reason: String) -> Refusal {
        Refusal(body, param, "unsupported_parameter", "Unsupported parameter: '\(param)'. \(reason)")
    }

    static func unsupported(_ body: String, _ param: String, _ reason: String) -> Refusal {
        Refusal(body, param, "unsupported_value", "Unsupported value: '\(param)'. \(reason)")
    }
}

struct RequestDecodingTests {
    @Test func `the smallest request has OpenAI's defaults`() throws {
        let request = try decode(requestBody())
        let expected = ChatCompletionRequest(
            CompletionParameters(model: "m"),
            messages: [ChatMessage(role: .user, content: "hi")]
        )
        #expect(request == expected)
    }

    @Test func `every parameter that is used is read`() throws {
        let request = try decode(
            requestBody(
                #"""
                "max_tokens":5,"max_completion_tokens":7,"temperature":0,"top_p":1,"stop":["a","","b","c","d","e"],
                "n":20,"stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false},
                "parallel_tool_calls":false,"reasoning_effort":"high","metadata":{"b":"c","a":"d"}
                """#
            )
        )
        let expected = CompletionParameters(
            model: "m",
            maxTokens: 7,
            temperature: 0,
            topP: 1,
            stop: ["a", "b", "c", "d", "e"],
            choiceCount: 20,
            isStreaming: true,
            includesUsage: true
        )
        #expect(request.parameters == expected)
        #expect(!request.parallelToolCalls && request.reasoningEffort == .high)
        #expect(request.metadata == ["b": "c", "a": "d"])
    }

    @Test func `null is absent in every optional parameter`() throws {
        let names = [
            "max_tokens", "max_completion_tokens", "temperature", "top_p", "frequency_penalty", "presence_penalty",
            "stop", "n", "stream", "stream_options", "tools", "tool_choice", "parallel_tool_calls", "functions",
            "function_call", "response_format", "seed", "logprobs", "top_logprobs", "logit_bias", "modalities", "audio",
            "user", "metadata", "reasoning_effort", "reasoning", "chat_template_kwargs", "horde",
        ]
        let request = try decode(requestBody(names.map { "\"\($0)\":null" }.joined(separator: ",")))
        #expect(request == (try decode(requestBody())))
    }

    @Test(arguments: [
        #""promptCacheKey":"s","horde":{"x":1},"verbosity":"high","store":true"#,
        #""seed":1,"user":"u","web_search_options":{},"service_tier":"auto","logit_bias":{"5":-100},"prediction":{}"#,
        #""logprobs":false,"top_logprobs":0"#, #""logprobs":0"#, #""modalities":["text"]"#, #""modalities":[]"#,
        #""functions":[],"function_call":"""#, #""response_format":{"type":"text"}"#, #""tools":[]"#,
        #""frequency_penalty":2,"presence_penalty":-2.0"#, #""stream_options":{"include_usage":true}"#,
        #""stream":false,"stream_options":{}"#, #""stop":"""#, #""stop":[]"#, #""n":1.0"#, #""tool_choice":"none""#,
    ])
    func `what cannot make the answer wrong is taken`(_ more: String) throws {
        let request = try decode(requestBody(more))
        #expect(request.parameters == CompletionParameters(model: "m"))
        #expect(request.reasoningEffort == nil)
    }

    @Test func `a byte order mark and white space around the body are skipped`() throws {
        #expect(try decode("\u{FEFF} \n" + requestBody() + "\r\n") == decode(requestBody()))
    }

    @Test(arguments: [(#""max_tokens":32000.0"#, 32000), (#""max_tokens":9223372036854775807"#, Int.max)])
    func `large limits are taken as they are`(_ more: String, expected: Int) throws {
        #expect(try decode(requestBody(more)).parameters.maxTokens == expected)
    }

    @Test func `the older limit is not looked at beside the newer`() throws {
        #expect(try decode(requestBody(#""max_tokens":0,"max_completion_tokens":3"#)).parameters.maxTokens == 3)
        #expect(try decode(requestBody(#""max_tokens":4,"max_completion_tokens":null"#)).parameters.maxTokens == 4)
    }

    static let probabilities = "This server does not have the probabilities of tokens."
    static let onlyText = "This server answers only in text."
    static let atLeastOne = "an integer of at least 1 that fits in 64 bits"

    static let refusals: [Refusal] =
        [
            .missing(#"{"messages":[]}"#, "model"),
            .missing(#"{"model":null}"#, "model"),
            .missing(#"{"model":"m"}"#, "messages"),
            .missing(#"{"model":"m","messages":null}"#, "messages"),
            .type(#"{"model":1}"#, "model", "a string", "a number"),
            .value(#"{"model":""}"#, "model", "a string that is not empty"),
            .type(requestBody(messages: "{}"), "messages", "an array", "an object"),
            .type(requestBody(messages: "\"hi\""), "messages", "an array", "a string"),
            .value(requestBody(messages: "[]"), "messages", "at least one message"),
            .type(requestBody(#""stop":1"#), "stop", "a string or an array of strings", "a number"),
            .type(requestBody(#""stop":{}"#), "stop", "a string or an array of strings", "an object"),
            .type(requestBody(#""stop":["a",null]"#), "stop[1]", "a string", "null"),
            .type(requestBody(#""stream":"true""#), "stream", "a boolean", "a string"),
            .type(requestBody(#""stream":1"#), "stream", "a boolean", "a number"),
            .type(requestBody(#""stream_options":true"#), "stream_options", "an object", "a boolean"),
            .type(
                requestBody(#""stream_options":{"include_usage":1}"#),
                "stream_options.include_usage",
                "a boolean",
                "a number"
            ),
            .type(requestBody(#""parallel_tool_calls":0"#), "parallel_tool_calls", "a boolean", "a number"),
            .parameter(requestBody(#""logprobs":true"#), "logprobs", probabilities),
            .parameter(requestBody(#""top_logprobs":2"#), "top_logprobs", probabilities),
            .type(requestBody(#""logprobs":"yes""#), "logprobs", "a boolean", "a string"),
            .type(requestBody(#""logprobs":5"#), "logprobs", "a boolean", "a number"),
            .value(requestBody(#""top_logprobs":21"#), "top_logprobs", "an integer from 0 to 20"),
            .unsupported(requestBody(#""modalities":["text","audio"]"#), "modalities", onlyText),
            .type(requestBody(#""modalities":"text""#), "modalities", "an array", "a string"),
            .type(requestBody(#""modalities":[1]"#), "modalities[0]", "a string", "a number"),
            .type(requestBody(#""metadata":"a""#), "metadata", "an object", "a string"),
            .parameter(requestBody(#""audio":{"voice":"x"}"#), "audio", onlyText),
            .parameter(requestBody(#""functions":[{"name":"f"}]"#), "functions", "Use 'tools' instead."),
            .parameter(requestBody(#""function_call":"auto""#), "function_call", "Use 'tool_choice' instead."),
        ]
        + [("-1", atLeastOne), ("0", atLeastOne), ("9223372036854775808", atLeastOne), ("1e30", atLeastOne)].flatMap {
            number,
            expected in
            ["max_tokens", "max_completion_tokens"].map { .value(requestBody("\"\($0)\":\(number)"), $0, expected) }
        }
        + ["0", "21", "-3", "1e99"].map { .value(requestBody("\"n\":\($0)"), "n", "an integer from 1 to 20") }
        + [("\"5\"", "a string"), ("true", "a boolean"), ("[]", "an array"), ("1.5", "a decimal number")].flatMap {
            text,
            kind in
            ["n", "max_tokens"].map { .type(requestBody("\"\($0)\":\(text)"), $0, "an integer", kind) }
        }
        + [("temperature", -1, 3, 0, 2), ("top_p", -1, 2, 0, 1)].flatMap(outOfRange)
        + [("frequency_penalty", -3, 3, -2, 2), ("presence_penalty", -3, 3, -2, 2)].flatMap(outOfRange)

    static func outOfRange(_ key: String, _ below: Int, _ above: Int, _ low: Int, _ high: Int) -> [Refusal] {
        ["\(below)", "\(above)", "\(high).001", "1e400", "-1e400"].map {
            .value(requestBody("\"\(key)\":\($0)"), key, "a number from \(low) to \(high)")
        } + [.type(requestBody("\"\(key)\":\"0\""), key, "a number", "a string")]
    }

    @Test(arguments: refusals)
    func `what would make the answer wrong is refused by name`(_ refusal: Refusal) {
        refusal.check()
    }
}
