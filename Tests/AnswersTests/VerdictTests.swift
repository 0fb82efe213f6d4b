import Answers
import Testing

/// All cases of `Data/parts.json`, judged part by part.
@Suite struct VerdictTests {
    /// The share of the answers' ends that may be continued needlessly, and of the cuts that may be taken for ends.
    private static let percentMax = 3.0

    /// One part and what became of it.
    private struct Case {
        let answer: CutAnswer
        let truth: CutAnswer.Truth
        let verdict: PartEnd
    }

    /// Judged once, as it takes seconds.
    private static let judged = Result {
        try CutAnswer.all().flatMap { answer in
            var judge = PartJudge(tokenizer: answer.tokenizer)
            var said = ""
            return answer.parts.map { part in
                let verdict = judge.judge(part.text, after: said, askedTokens: answer.askedTokens, isStopped: false)
                said += part.text
                return Case(answer: answer, truth: part.truth, verdict: verdict)
            }
        }
    }

    @Test func `of all ends and of all cuts at most 3 percent are misjudged`() throws {
        let cases = try Self.judged.get()
        let truths = cases.map(\.truth)
        #expect(truths.count { $0 == .finished } > 1000 && truths.count { $0 == .cut } > 700)
        let all = Errors("all", cases)
        print(all.line)
        print(Errors("chosen on", cases.filter { !$0.answer.isTestOnly }).line)
        print(Errors("test only", cases.filter(\.answer.isTestOnly)).line)
        for (asked, group) in Dictionary(grouping: cases, by: \.answer.askedTokens).sorted(by: { $0.key < $1.key }) {
            print(Errors("\(asked) tokens", group).line)
        }
        for (kind, group) in Dictionary(grouping: cases, by: \.answer.kind).sorted(by: { $0.key < $1.key }) {
            print(Errors(kind, group).line)
        }
        #expect(all.continuedPercent <= Self.percentMax)
        #expect(all.stoppedPercent <= Self.percentMax)
    }

    @Test func `an empty part ends every answer, and a part that says things again does`() throws {
        let cases = try Self.judged.get()
        let empty = cases.filter { $0.truth == .empty }
        #expect(empty.count > 40 && empty.allSatisfy { $0.verdict == .finished })

        let again = cases.filter { $0.truth == .again }
        let found = again.count { $0.verdict == .repeats(keptBytes: 0) }
        print("said again: \(found) of \(again.count) found")
        #expect(again.count > 90)
        #expect(found * 100 >= again.count * 95)
    }

    @Test func `no cut and no end is taken for a repetition`() throws {
        let cases = try Self.judged.get().filter { $0.truth == .cut || $0.truth == .finished }
        for one in cases {
            if case .repeats = one.verdict { Issue.record("\(one.answer.names) is said to repeat itself") }
        }
    }

    /// How many of some cases were misjudged.
    private struct Errors {
        let name: String
        let ends: Int
        let continued: Int
        let cuts: Int
        let stopped: Int

        init(_ name: String, _ cases: [Case]) {
            self.name = name
            let (finished, cut) = (cases.filter { $0.truth == .finished }, cases.filter { $0.truth == .cut })
            (ends, cuts) = (finished.count, cut.count)
            continued = finished.count { $0.verdict == .cutOff }
            stopped = cut.count { $0.verdict != .cutOff }
        }

        var continuedPercent: Double { percent(continued, of: ends) }
        var stoppedPercent: Double { percent(stopped, of: cuts) }

        var line: String {
            "\(name): continued needlessly \(continued) of \(ends) (\(continuedPercent) %), "
                + "stopped too early \(stopped) of \(cuts) (\(stoppedPercent) %)"
        }

        private func percent(_ part: Int, of whole: Int) -> Double {
            (1000 * Double(part) / Double(max(whole, 1))).rounded() / 10
        }
    }
}
