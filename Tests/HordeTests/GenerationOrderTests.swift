import Testing

@testable import Horde

struct GenerationOrderTests {
    private static func body(_ params: GenerationOrder.Parameters) -> [UInt8] {
        GenerationOrder(prompt: "hi", models: ["a/b"], params: params).body
    }

    @Test func `fields that nobody set are left out, since Horde refuses null`() throws {
        let expected =
            #"{"models":["a/b"],"params":{"frmtadsnsp":false,"frmtrmblln":false,"frmtrmspch":false,"#
            + #""frmttriminc":false,"max_context_length":2048,"max_length":80,"n":1,"singleline":false,"#
            + #""stop_sequence":[],"use_default_badwordsids":false},"prompt":"hi"}"#
        let body = Self.body(.init(n: 1, maxLength: 80, maxContextLength: 2048))
        #expect(try ForeignJSON(reading: body) == ForeignJSON(expected))
    }

    @Test func `fields that are set have Horde's names`() {
        let body = Self.body(
            .init(
                n: 3,
                maxLength: 80,
                maxContextLength: 2048,
                temperature: 0.7,
                topP: 0.95,
                stopSequence: ["\n", "</s>"]
            )
        )
        let json = String(decoding: body, as: UTF8.self)
        for part in [#""n":3"#, #""temperature":0.7"#, #""top_p":0.95"#, #""stop_sequence":["\n","</s>"]"#] {
            #expect(json.contains(part), "\(part) in \(json)")
        }
    }

    @Test(arguments: [
        ("0be6f980-559f-45f0-a5c6-bc0161669ee2", true), ("abc", true), ("", false), ("../find_user", false),
        ("a b", false), ("a?b", false), ("ä", false), (String(repeating: "a", count: 65), false),
    ])
    func `an id that could lead somewhere else in a path is none`(id: String, isTicket: Bool) {
        #expect((Ticket(id) != nil) == isTicket)
    }
}
