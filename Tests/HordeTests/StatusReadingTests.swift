import FoundationEssentials
import Testing

@testable import Horde

/// A status is read as Foundation's decoder reads it, but for halves of surrogate pairs, whatever Horde or somebody before it has sent.
struct StatusReadingTests {
    /// What a status is read as, and whether our own reader was enough.
    private static func read(_ body: [UInt8]) -> (status: GenerationStatus?, isQuick: Bool) {
        var isQuick = false
        let status = GenerationStatus.read(body) { json in
            let status = GenerationStatus(json)
            isQuick = status != nil
            return status
        }
        return (status, isQuick)
    }

    private static func reference(_ body: [UInt8]) -> GenerationStatus? {
        decoded(body) ?? LoneSurrogates.replaced(in: body).flatMap(decoded)
    }

    private static func decoded(_ body: [UInt8]) -> GenerationStatus? {
        try? JSONDecoder().decode(GenerationStatus.self, from: Data(body))
    }

    @Test(arguments: Recording.statuses)
    func `a recorded status is read without Foundation's decoder, and as that reads it`(recording: Recording) {
        let body = Array(recording.body.utf8)
        let read = Self.read(body)
        #expect(read.isQuick)
        #expect(read.status == Self.reference(body))
    }

    @Test(arguments: 0..<40)
    func `a status of odd values is read as Foundation's decoder reads it, or by that itself`(seed: UInt64) {
        var source = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let body = Array(Self.odd(&source).utf8)
            #expect(Self.read(body).status == Self.reference(body), "\(String(decoding: body, as: UTF8.self))")
        }
    }

    @Test(arguments: 0..<20)
    func `a recorded status with broken bytes is read as Foundation's decoder reads it`(seed: UInt64) {
        var source = SeededGenerator(seed: seed)
        for recording in Recording.statuses {
            var body = Array(recording.body.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &source) {
                let place = Int.random(in: body.indices, using: &source)
                switch Int.random(in: 0..<3, using: &source) {
                case 0: body.remove(at: place)
                case 1:
                    body.insert(Array("\"\\,{}[]:0e-.\u{1}\u{FF}".utf8).randomElement(using: &source) ?? 0, at: place)
                default: body[place] = UInt8.random(in: 0...255, using: &source)
                }
            }
            #expect(Self.read(body).status == Self.reference(body), "\(String(decoding: body, as: UTF8.self))")
        }
    }

    @Test func `a text with what our own reader refuses is not lost`() {
        for text in [#"a\u0000b"#, #"\u0000"#] {
            let body = Array(
                (#"{"generations": [{"text": "\#(text)"}], "finished": 1, "processing": 0, "waiting": 0, "done": true, "#
                    + #""faulted": false, "queue_position": 0, "is_possible": true}"#).utf8
            )
            let read = Self.read(body)
            #expect(!read.isQuick)
            #expect(read.status?.generations.map(\.text) == [text == #"\u0000"# ? "\0" : "a\0b"])
        }
    }

    @Test(arguments: [
        (#"{"id": "abc", "kudos": 10.0}"#, "abc"), (#"{"id": "abc", "message": "\u0000"}"#, "abc"),
        (#"{"id": 3}"#, nil), (#"{"kudos": 10.0}"#, nil), ("<html>", nil), ("", nil), (#"["id"]"#, nil),
    ])
    func `the id of a job is taken out of whatever else the answer says`(body: String, id: String?) {
        #expect(Accepted.read(Array(body.utf8), Accepted.init)?.id == id)
    }

    /// A status in which some fields are missing, come twice, or have values of other kinds.
    private static func odd(_ source: inout SeededGenerator) -> String {
        let texts = [
            #""x""#, #""""#, #""a\n\"b\\\/é\u00e9\ud83d\ude00""#, #""\ud83d""#, #""\ude00 a""#, #""\u0000""#, "null",
            "7",
            #""censored""#, #""csam""#, #""ok""#, #"["a"]"#, #"{"a": 1}"#, "true", #""\x""#,
        ]
        let numbers = [
            "0", "1", "2", "17", "-0", "-3", "1.0", "1e0", "1E2", "0.5", "9223372036854775807", "9223372036854775808",
            "1e400", "null", "\"1\"", "01", "true", "1.", "100e-2",
        ]
        let truths = ["true", "false", "null", "0", "1", "\"true\"", "tru"]
        func pick(_ values: [String], usual: Int) -> String {
            let count = Int.random(in: 0..<8, using: &source) == 0 ? values.count : usual
            return values[Int.random(in: 0..<count, using: &source)]
        }
        func object(_ members: [(String, String)]) -> String {
            var shown = members.filter { _ in Int.random(in: 0..<40, using: &source) > 0 }
            if Int.random(in: 0..<6, using: &source) == 0, let twice = members.randomElement(using: &source) {
                shown.insert((twice.0, pick(numbers + truths + texts, usual: 5)), at: 0)
            }
            return "{" + shown.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ") + "}"
        }
        func generation() -> String {
            object([
                ("text", pick(texts, usual: 3)), ("seed", "0"), ("gen_metadata", "[]"),
                ("worker_id", pick(texts, usual: 3)), ("worker_name", pick(texts, usual: 3)),
                ("model", pick(texts, usual: 3)), ("state", pick(texts.reversed(), usual: 7)),
            ])
        }
        let generations = (0..<Int.random(in: 0...2, using: &source)).map { _ in generation() }
        return object([
            ("generations", "[" + generations.joined(separator: ", ") + "]"), ("finished", pick(numbers, usual: 4)),
            ("processing", pick(numbers, usual: 4)), ("restarted", "0"), ("waiting", pick(numbers, usual: 4)),
            ("done", pick(truths, usual: 2)), ("faulted", pick(truths, usual: 2)), ("wait_time", "12"),
            ("queue_position", pick(numbers, usual: 4)),
            ("kudos", pick(["69.0", "0", "1.5", "12"] + numbers, usual: 4)), ("is_possible", pick(truths, usual: 2)),
        ])
    }
}
