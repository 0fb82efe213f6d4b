// The framing of a stream, byte for byte.

import JSONText
import Testing

@testable import OpenAI

struct ServerSentEventTests {
    func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    @Test func `an event is one data line and an empty line`() {
        #expect(text(ServerSentEvent.data(["a": "line\nbreak\r"])) == #"data: {"a":"line\nbreak\r"}"# + "\n\n")
        #expect(text(ServerSentEvent.done) == "data: [DONE]\n\n")
    }

    @Test func `a comment stays one line`() {
        #expect(text(ServerSentEvent.comment("keepalive")) == ": keepalive\n\n")
        #expect(text(ServerSentEvent.comment("a\nb\r\ndata: c")) == ": a b  data: c\n\n")
    }

    @Test func `an error event has no choices`() {
        let bytes = ServerSentEvent.error(.unavailable("Away.", code: "away", retryAfterSeconds: 5))
        #expect(
            text(bytes)
                == #"data: {"error":{"message":"Away.","type":"server_error","param":null,"code":"away"}}"# + "\n\n"
        )
    }
}
