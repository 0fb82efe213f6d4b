import Testing

@testable import Answers

@Suite struct RepetitionTests {
    private static let story = """
        The light on the point had been automatic for years when she was sent out to switch it off. It was not a grand \
        errand. Somebody in an office had counted the ships that still passed, and had drawn a line through the name. \
        They landed on the lee side, where iron rungs went up the rock, and the door gave with a noise like a cough.
        """
    private static let sentence = "They drifted for a while, and neither of them said a word about it. "

    private func isAgain(_ part: String, after said: String) -> Bool {
        Repetition.isSaidAgain(PartText(said: said, part: part))
    }

    private func loop(_ part: String, after said: String = "") -> Int? {
        Repetition.loop(PartText(said: said, part: part))
    }

    @Test(arguments: ["", "\n\n"])
    func `a part that is the last sentence again repeats`(between: String) {
        let last = String(Self.story.suffix(107))
        #expect(isAgain(between + last, after: Self.story))
        #expect(isAgain(between + last + "\n" + last + " " + last, after: Self.story + "\n"))
    }

    @Test func `a part that begins with a long end of what was said repeats, whatever follows`() {
        let last = String(Self.story.suffix(200))
        let more = String(repeating: "And then there was more to tell than before. ", count: 2) + "A new one began."
        #expect(isAgain(last + more + more + more, after: Self.story))
    }

    @Test func `a part that begins the answer anew repeats`() {
        #expect(isAgain(Self.story, after: Self.story + "\n\nAnd then they went home, all of them, in the rain."))
        #expect(isAgain("\n" + Self.story.prefix(90), after: Self.story + " They went home."))
    }

    @Test func `a half sentence that is begun anew and goes on is kept`() {
        let said = "It was late. The man who kept the light at the point was"
        let part =
            "The man who kept the light at the point was a grandson of the first keeper, and he did not drink tea."
        #expect(!isAgain(part, after: said))
    }

    @Test(arguments: [
        ("func f() {\n    if a {\n        g()\n    }\n", "    }\n    if b {\n        g()\n    }\n}\n"),
        ("});\n});\n});\n", "});\n});\n"),
        ("| none | none | none | none | none |\n", "| none | none | none | none | none |\n| a | b | c | d | e |\n"),
        (
            String(repeating: "  {\"name\": null, \"meal\": \"none\", \"paid\": false},\n", count: 2),
            String(repeating: "  {\"name\": null, \"meal\": \"none\", \"paid\": false},\n", count: 2)
        ),
        (
            "Row, ferryman, row, for the evening is near,\n",
            "Row, ferryman, row, for the evening is near,\nFor nobody's counting the bells or the boats,\n"
        ),
        ("- yes\n- yes\n- yes\n", "- yes\n- yes\n- no\n"), ("", "Hello"), ("Hello", ""),
    ])
    func `equal rows, brackets and refrains repeat nothing`(said: String, part: String) {
        #expect(!isAgain(part, after: said))
        #expect(loop(part, after: said) == nil)
    }

    @Test func `a sentence that loops to the end is said once`() {
        let new = "The engine coughed and was still. "
        let part = new + String(repeating: Self.sentence, count: 20)
        #expect(loop(part, after: Self.story) == (new + Self.sentence).utf8.count)
        #expect(loop(part + Self.sentence.prefix(17)) == (new + Self.sentence).utf8.count)
    }

    @Test func `a loop of an earlier part leaves nothing of this one`() {
        let part = String(repeating: Self.sentence, count: 20)
        #expect(loop(part, after: Self.story + " " + Self.sentence + Self.sentence) == 0)
    }

    @Test func `a loop in Chinese is cut at a character`() throws {
        let sentence = "他们在水上漂了一会儿,谁也没有再说起那件奇怪的事情。"
        let part = "引擎停了。" + String(repeating: sentence, count: 30)
        let kept = try #require(loop(part))
        #expect(String(decoding: Array(part.utf8.prefix(kept)), as: UTF8.self) == "引擎停了。" + sentence)
    }

    @Test(arguments: [
        String(repeating: Self.sentence, count: 5),
        String(repeating: "    }\n", count: 150),
        String(repeating: "| none | none | none | none |\n", count: 100),
        String(repeating: "  {\"name\": null, \"meal\": \"none\", \"paid\": false},\n", count: 60),
        String(repeating: "I will not talk in class again.\n", count: 100),
        String(repeating: "ha ", count: 500), String(repeating: "0, ", count: 1000), String(repeating: "-", count: 400),
        (0..<100).map { "They counted to \($0) and neither of them said a word about it. " }.joined(),
    ])
    func `what may be meant is no loop`(text: String) {
        #expect(loop(text, after: "Here you are:\n\n") == nil)
    }

    @Test func `rows without end are a loop at last`() {
        #expect(loop(String(repeating: "| none | none | none | none |\n", count: 200)) != nil)
        #expect(loop(String(repeating: "ha ", count: 3000)) != nil)
    }

    @Test(arguments: [
        ("Ada ", "The ship left. "), ("a", "a"), ("ab", "b"), ("} ", "} "), ("\n", " "), ("- yes\n", "- no\n"),
        ("漂", "漂"),
    ])
    func `a long text is judged in time that grows with it alone`(unit: String, part: String) {
        let said = String(repeating: unit, count: 256 * 1024 / unit.utf8.count)
        let long = String(repeating: part, count: 64 * 1024 / part.utf8.count)
        let began = ContinuousClock.now
        var judge = PartJudge(tokenizer: "qwen")
        _ = judge.judge(long, after: said, askedTokens: 4096, isStopped: false)
        let took = ContinuousClock.now - began
        print("\(said.utf8.count) and \(long.utf8.count) bytes took \(took)")
        // A debug build under load; quadratic time would be minutes.
        #expect(took < .seconds(60))
    }
}
