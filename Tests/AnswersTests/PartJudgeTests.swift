import Prompting
import Testing

@testable import Answers

/// Each kind of evidence by itself.
@Suite struct PartJudgeTests {
    private static let english = [
        "stone", "river", "under", "green", "seven", "north", "paper", "wind", "among", "early", "boats",
    ]
    private static let estimator = TokenEstimator(tokenizer: "llama3")

    /// A prose of short words without a full stop, estimated at this many tokens or one more.
    private static func words(
        _ tokens: Int,
        of list: [String] = english
    ) -> String {
        var text = ""
        var index = 0
        while estimator.tokens(in: text) < tokens {
            text += (text.isEmpty ? "" : " ") + list[(index * index + index / 7) % list.count]
            index += 1
        }
        return text
    }

    private static func verdict(_ part: String, after said: String = "", asked: Int, isStopped: Bool = false) -> PartEnd
    {
        var judge = PartJudge(tokenizer: "llama3")
        return judge.judge(part, after: said, askedTokens: asked, isStopped: isStopped)
    }

    @Test func `a part with a stop is finished, however long it is`() {
        #expect(Self.verdict(Self.words(256), asked: 256) == .cutOff)
        #expect(Self.verdict(Self.words(256), asked: 256, isStopped: true) == .finished)
    }

    @Test(arguments: ["", " ", "\n\n", " \t\r\n"])
    func `a part of nothing is finished`(part: String) {
        #expect(Self.verdict(part, after: "and so it went on and", asked: 256) == .finished)
        #expect(Self.verdict(part, asked: 256) == .finished)
    }

    @Test func `a part clearly short of its length is finished even within a sentence`() {
        #expect(Self.verdict(Self.words(150), asked: 256) == .finished)
        #expect(Self.verdict("```\n" + Self.words(150), asked: 256) == .finished)
    }

    @Test func `nearly as long as asked for, the end of the text decides`() {
        let text = Self.words(220)
        #expect(Self.verdict(text, asked: 256) == .cutOff)
        #expect(Self.verdict(text + ".", asked: 256) == .finished)
        #expect(Self.verdict("```\n" + text + ".", asked: 256) == .cutOff)
        #expect(Self.verdict("He said (" + text + ".", asked: 256) == .cutOff)
        #expect(Self.verdict(text + ":", asked: 256) == .cutOff)
        #expect(Self.verdict(text + ".\n\n", asked: 256) == .cutOff)
    }

    @Test func `a part as long as asked for is cut off even behind a sentence`() {
        #expect(Self.verdict(Self.words(256) + ".", asked: 256) == .cutOff)
    }

    @Test func `a fence that an earlier part has opened is open`() {
        let text = Self.words(210) + "."
        #expect(Self.verdict(text, after: "Like this:\n\n```swift\nlet a = 1\n", asked: 256) == .cutOff)
        #expect(Self.verdict(text, after: "Like this:\n\n```swift\nlet a = 1\n```\n\n", asked: 256) == .finished)
    }

    @Test func `parts that were cut off teach how far the estimate is off`() {
        // Each part is estimated at 300 tokens and had 256, so that 256 estimated ones are an end.
        var judge = PartJudge(tokenizer: "llama3")
        let ending = Self.words(256) + "."
        #expect(judge.judge(ending, after: "", askedTokens: 256, isStopped: false) == .cutOff)

        var taught = PartJudge(tokenizer: "llama3")
        var said = ""
        for number in 0..<3 {
            let part = " \(number) " + Self.words(300)
            #expect(taught.judge(part, after: said, askedTokens: 256, isStopped: false) == .cutOff)
            said += part
        }
        #expect(taught.judge(" So " + ending, after: said, askedTokens: 256, isStopped: false) == .finished)
    }

    @Test func `a first part in another language may be emptier, as it is estimated too low`() {
        let english = Self.words(225) + "."
        #expect(Self.verdict(english, asked: 256) == .finished)
        let german = Self.words(225, of: ["Stein", "Fluss", "sieben", "Norden", "für", "weit", "Papier"]) + "."
        #expect((215...230).contains(Self.estimator.tokens(in: german)))
        #expect(Self.verdict(german, asked: 256) == .cutOff)
        #expect(Self.verdict(Self.words(180) + " schön.", asked: 256) == .finished)
    }

    @Test func `a length below one is taken for one`() {
        #expect(Self.verdict("word", asked: 0) == .cutOff)
        #expect(Self.verdict("word", asked: -5) == .cutOff)
    }

    @Test(arguments: ["", "llama3", "no such family"])
    func `any name of a tokenizer is taken`(tokenizer: String) {
        var judge = PartJudge(tokenizer: tokenizer)
        #expect(judge.judge(Self.words(300), after: "", askedTokens: 256, isStopped: false) == .cutOff)
    }
}
