import Testing

@testable import Horde

@Suite struct LoneSurrogatesTests {
    @Test(arguments: [
        (#"{"a": "x\ud83d"}"#, #"{"a": "x\uFFFD"}"#), (#""\ude00 and \ud83d\ude00""#, #""\uFFFD and \ud83d\ude00""#),
        (#""\ud83d\ud83d\ude00""#, #""\uFFFD\ud83d\ude00""#), (#""\\\ud83d""#, #""\\\uFFFD""#),
    ])
    func `half a pair becomes the mark for what is no character`(text: String, expected: String) {
        #expect(LoneSurrogates.replaced(in: Array(text.utf8)) == Array(expected.utf8))
    }

    @Test(arguments: [#""\\ud83d""#, #""\ud83d\ude00""#, #""\u00e9""#, "", "\\", #"\u"#, #"\ud83"#, #""\uzzzz""#])
    func `anything else is left alone`(text: String) {
        #expect(LoneSurrogates.replaced(in: Array(text.utf8)) == nil)
    }

    @Test func `a text that was cut inside a character is not lost`() throws {
        let body = #"""
            {"generations": [{"text": "cut \ud83d", "model": "m", "state": "ok"}], "finished": 1, "processing": 0, "waiting": 0,
            "restarted": 0, "done": true, "faulted": false, "wait_time": 0, "queue_position": 0, "is_possible": true}
            """#
        let status = try #require(GenerationStatus.read(Array(body.utf8), GenerationStatus.init))
        #expect(status.generations.map(\.text) == ["cut \u{FFFD}"])
    }
}
