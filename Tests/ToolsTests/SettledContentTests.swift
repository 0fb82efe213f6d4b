import Testing
import Tools

/// What of an answer that is still being written may be sent.
@Suite struct SettledContentTests {
    static let reader = CallReader(tools: CallCase.tools)

    /// Checks a text at every cut place that `places` has; says what went wrong first.
    static func problem(in text: String, every step: Int = 1) -> String? {
        let bytes = Array(text.utf8)
        let wholes = [false, true].map { withoutLead(reader.read(text, isCut: $0).content) }
        var last = ""
        for end in stride(from: 0, through: bytes.count, by: step)
        where end == bytes.count || bytes[end] & 0xC0 != 0x80 {
            let settled = reader.settledContent(String(decoding: bytes[..<end], as: UTF8.self))
            if !settled.utf8.starts(with: last.utf8) { return "\(end) takes back \(last.debugDescription)" }
            for whole in wholes where !whole.utf8.starts(with: settled.utf8) {
                return "\(end) of \(text.debugDescription): \(settled.debugDescription), \(whole.debugDescription)"
            }
            last = settled
        }
        return nil
    }

    static func withoutLead(_ text: String) -> String {
        String(Substring(text.utf8.drop { $0 == 32 || (9...13).contains($0) }))
    }

    @Test(arguments: CallCase.all)
    func `what is settled of an output at any cut is what the whole begins with`(example: CallCase) {
        let raw = example.raw
        for text in [raw, "I look.\n" + raw, raw + "\nThat was it.", "```\na\n```\n" + raw] {
            #expect(Self.problem(in: text) == nil)
        }
    }

    @Test(arguments: 0..<8)
    func `what is settled of any answer at any cut is what the whole begins with`(seed: Int) {
        var answers = MixedAnswers(seed: UInt64(seed))
        for _ in 0..<60 {
            let problem = Self.problem(in: answers.text())
            #expect(problem == nil)
            if problem != nil { return }
        }
    }

    @Test func `two answers that begin alike have the same beginning settled`() {
        var answers = MixedAnswers(seed: 99)
        for _ in 0..<200 {
            let start = answers.text(partsMax: 4).prefix(Int.random(in: 0..<80))
            #expect(Self.problem(in: start + answers.text(partsMax: 3)) == nil)
        }
    }
}
