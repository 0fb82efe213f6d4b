// What clients read in an error: status, type, code and the words they search for.

import JSONText
import Testing

@testable import OpenAI

struct APIErrorTests {
    @Test func `the body has all four keys, always`() {
        #expect(
            APIError.unknownPath("POST", "/v1/x").body.compact
                == #"{"error":{"message":"Invalid URL (POST /v1/x)","type":"invalid_request_error","param":null,"#
                + #""code":"unknown_url"}}"#
        )
        #expect(
            APIError.missing("model").body.compact
                == #"{"error":{"message":"Missing required parameter: 'model'.","type":"invalid_request_error","#
                + #""param":"model","code":"missing_required_parameter"}}"#
        )
    }

    @Test func `a context overflow is said in the words that clients know`() {
        let error = APIError.contextLengthExceeded(limit: 8192, promptTokens: 10969)
        #expect(
            error.message
                == "This model's maximum context length is 8192 tokens. However, your messages resulted in 10969 tokens. "
                + "Please reduce the length of the messages."
        )
        #expect(error.status == 400 && error.code == "context_length_exceeded" && error.param == "messages")
        let ofText = APIError.contextLengthExceeded(limit: 8192, promptTokens: 10969, in: .text)
        #expect(
            ofText.message
                == "This model's maximum context length is 8192 tokens. However, your prompt resulted in 10969 tokens. "
                + "Please reduce the length of the prompt."
        )
        #expect(ofText.status == 400 && ofText.code == "context_length_exceeded" && ofText.param == "prompt")
    }

    @Test func `a missing model is named, with its likely neighbours`() {
        let plain = "The model `x` does not exist or you do not have access to it."
        #expect(APIError.modelNotFound("x").message == plain)
        #expect(APIError.modelNotFound("x", suggestions: ["a"]).message == plain + " Did you mean `a`?")
        let three = APIError.modelNotFound("x", suggestions: ["a", "b", "c"])
        #expect(three.message == plain + " Did you mean `a`, `b` or `c`?")
        #expect(three.status == 404 && three.code == "model_not_found" && three.param == "model")
        let long = APIError.modelNotFound(String(repeating: "é", count: 1_000_000))
        #expect(long.message.count < 300)
    }

    @Test(arguments: [
        (APIError.payloadTooLarge(limitBytes: 8_388_608), 413, "invalid_request_error", "payload_too_large"),
        (.unsupportedEndpoint("embeddings"), 404, "invalid_request_error", "unsupported_endpoint"),
        (.methodNotAllowed(allow: ["GET", "HEAD"]), 405, "invalid_request_error", "method_not_allowed"),
        (.invalidKey(), 401, "invalid_request_error", "invalid_api_key"),
        (.permissionDenied("No.", code: "kudos_upfront"), 403, "invalid_request_error", "kudos_upfront"),
        (.rateLimited("Wait.", code: "limit", retryAfter: .seconds(9)), 429, "rate_limit_error", "limit"),
        (.unavailable("Away.", code: "away", retryAfterSeconds: 9), 503, "server_error", "away"),
        (.timedOut(), 504, "server_error", "timeout"),
        (.internalError(), 500, "server_error", "internal_error"),
    ])
    func `each failure has its status, type and code`(_ error: APIError, status: Int, type: String, code: String) {
        #expect(error.status == status && error.type == type && error.code == code)
        #expect((error.retryAfter != nil) == [429, 503].contains(status))
        #expect((error.shouldRetry == false) == [500, 504].contains(status))
    }

    /// Phrases by which opencode takes an error for a context overflow.
    static let overflowWords = [
        "too long", "too large", "too many tokens", "exceeds", "context", "maximum", "reduce the length", "token limit",
    ]

    @Test(arguments: overflowWords)
    func `only a context overflow sounds like one`(_ words: String) {
        let others = [
            APIError.payloadTooLarge(limitBytes: 1), .timedOut(), .internalError(), .invalidKey(),
            .methodNotAllowed(allow: ["GET"]), .unsupportedEndpoint("embeddings"), .invalidValue("n", expected: "an x"),
        ]
        #expect(others.allSatisfy { !$0.message.contains(words) })
    }
}
