// Bodies that are no request at all, and the promise that no error repeats what was sent.

import Testing

import JSONText
@testable import OpenAI

struct BodyRefusalTests {
    static let unparsed = "We could not parse the JSON body of your request."

    static let refusals = [
        Refusal("", nil, nil, "\(unparsed) It stops being JSON at byte 0."),
        Refusal("<html>", nil, nil, "\(unparsed) It stops being JSON at byte 0."),
        Refusal(#"{"model":"m""#, nil, nil, "\(unparsed) It stops being JSON at byte 12."),
        Refusal(
            requestBody(messages: #"[{"role":x}]"#),
            nil,
            nil,
            "\(unparsed) It stops being JSON in 'messages[0].role', at byte 33."
        ),
        Refusal(
            String(repeating: "[", count: 129),
            nil,
            nil,
            "\(unparsed) It is nested more than 128 levels deep."
        ),
        Refusal(
            requestBody(messages: #"[{"role":"user","content":"\ud800"}]"#),
            "messages[0].content",
            "invalid_value",
            "Invalid text in 'messages[0].content', at byte 51: half of a surrogate pair, which is not a character."
        ),
        Refusal(
            requestBody(messages: #"[{"role":"user","content":[{"type":"text","text":"a\u0000"}]}]"#),
            "messages[0].content[0].text",
            "invalid_value",
            "Invalid text in 'messages[0].content[0].text', at byte 75: "
                + "the character U+0000 is not allowed in text."
        ),
        Refusal(
            "[]",
            nil,
            "invalid_type",
            "Invalid type for the request body: expected an object, but got an array instead."
        ),
        Refusal(
            "null",
            nil,
            "invalid_type",
            "Invalid type for the request body: expected an object, but got null instead."
        ),
    ]

    @Test(arguments: refusals)
    func `a body that is no request is refused`(_ refusal: Refusal) {
        refusal.check()
    }

    @Test func `a body that is not UTF-8 is refused`() {
        let body = Array(#"{"model":""#.utf8) + [0xFF] + Array(#""}"#.utf8)
        let error = #expect(throws: APIError.self) { try ChatCompletionRequest(decoding: body) }
        #expect(error?.message == "\(Self.unparsed) The string that starts in 'model', at byte 9 is not UTF-8.")
        #expect(error?.param == nil)
    }

    /// What must not come back, in each kind of value and in each kind of broken text.
    static let planted = [
        #""pl4nted""#, "4242424242", "-4242.4242", #"["pl4nted"]"#, #"{"pl4nted":4242}"#, #""pl4nted\u0000""#,
        #""pl4nted\ud800""#, #"{"pl4nted secret":"\u0000"}"#, #"{"type":"pl4nted","role":"pl4nted"}"#, "pl4nted",
    ]

    /// The places where a value can be wrong; a later member of the same key wins over the one in `requestBody`.
    static let places =
        [
            "max_tokens", "max_completion_tokens", "temperature", "top_p", "stop", "n", "stream", "stream_options",
            "tools", "tool_choice", "parallel_tool_calls", "logprobs", "top_logprobs", "modalities", "audio",
            "functions", "function_call", "response_format", "frequency_penalty", "presence_penalty", "messages",
            "metadata", "reasoning_effort", "reasoning", "chat_template_kwargs", "horde", "top_k", "min_p", "top_a",
            "typical", "typical_p", "tfs", "rep_pen", "repetition_penalty", "rep_pen_range", "rep_pen_slope",
            "dynatemp_range", "dynatemp_exponent", "smoothing_factor", "sampler_order", "unknown",
        ].map { "\"\($0)\":@" }
        + [
            #""stop":["x",@]"#, #""stream_options":{"include_usage":@}"#, #""modalities":[@]"#,
            #""reasoning":{"effort":@}"#, #""reasoning":{"enabled":@}"#,
            #""chat_template_kwargs":{"enable_thinking":@}"#, #""chat_template_kwargs":{"thinking":@}"#,
            #""horde":{"trusted_workers":@}"#, #""horde":{"workers":@}"#, #""horde":{"workers":[@]}"#,
            #""sampler_order":[0,@]"#, #""response_format":{"type":@}"#,
            #""response_format":{"type":"json_schema","json_schema":@}"#,
            #""response_format":{"type":"json_schema","json_schema":{"name":@}}"#,
            #""response_format":{"type":"json_schema","json_schema":{"name":"n","schema":@,"strict":@}}"#,
            #""tools":[@]"#, #""tools":[{"type":@}]"#,
            #""tools":[{"type":"function","function":@}]"#, #""tools":[{"function":{"name":@}}]"#,
            #""tools":[{"function":{"name":"f","description":@}}]"#,
            #""tools":[{"function":{"name":"f","parameters":@}}]"#, #""tool_choice":{"type":@}"#,
            #""tool_choice":{"type":"function","function":{"name":@}}"#,
        ]
        + [
            "@", #"{"role":@,"content":""}"#, #"{"role":"user","content":@}"#, #"{"role":"user","content":[@]}"#,
            #"{"role":"user","content":[{"type":@}]}"#, #"{"role":"user","content":[{"type":"text","text":@}]}"#,
            #"{"role":"tool","content":"","tool_call_id":@}"#, #"{"role":"user","content":"","name":@}"#,
            #"{"role":"assistant","tool_calls":@}"#, #"{"role":"assistant","tool_calls":[{"id":@}]}"#,
            #"{"role":"assistant","tool_calls":[{"type":@}]}"#, #"{"role":"assistant","function_call":@}"#,
            #"{"role":"assistant","tool_calls":[{"id":"c","function":{"name":@}}]}"#,
            #"{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":@}}]}"#,
        ].map { "\"messages\":[\($0)]" }

    @Test(arguments: places)
    func `no error repeats a value that was sent`(_ place: String) {
        var errorCount = 0
        for value in Self.planted {
            do {
                let parts = place.split(separator: "@", omittingEmptySubsequences: false)
                _ = try decode(requestBody(parts.joined(separator: value)))
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

    @Test func `an array that no conversation needs is refused, and one shorter is not`() throws {
        func body(_ count: Int) -> String {
            let messages = Array(repeating: #"{"role":"user","content":"x"}"#, count: count).joined(separator: ",")
            return #"{"model":"m","messages":[\#(messages)]}"#
        }
        #expect(try decode(body(10_000)).messages.count == 10_000)
        let error = #expect(throws: APIError.self) { try decode(body(10_001)) }
        #expect(error?.param == "messages" && error?.code == "invalid_value")
    }
}
