import Testing

@testable import Answers

@Suite struct TextEndTests {
    private func end(_ text: String) -> TextEnd { TextEnd(of: Array(text.utf8)) }

    @Test(arguments: [
        "It is done.", "“It is done.”", "Is it?", "Stop!", "\"It is done.\"", "(It is done.)", "**It is done.**",
        "„Es ist gut.“",
        "茶还是茶。", "「もう終わりです。」", "انتهى؟", "यह हो गया।", "It is done.\n", "Have fun! 🙂", "```\ncode\n```",
        "func f() {\n    g()\n}", "{\"a\": [1, 2]}", "</html>", "- One is done.", "1. One is done.", "`a` is done…",
    ])
    func `whole sentences and whole code are an end`(text: String) {
        #expect(end(text) == .whole)
    }

    @Test(arguments: [
        "```swift\nlet a = 1", "```\ncode\n\nmore.", "~~~\ncode.", "func f() {\n    g();", "[1, 2,\n 3",
        "He said (it is done.",
        "He said: \"It is done.", "Call `f().", "as follows:", "one, two,", "a +", "3.", "Intro.\n\n2.", "Intro.\n\n-",
        "Intro.\n\n| a | b |\n|---|---|\n| 1 |", "He said “", "例えば、", "因为:", "## ", "````\n```\ncode\n```\n",
    ])
    func `what is open is open`(text: String) {
        #expect(end(text) == .open)
    }

    @Test(arguments: [
        ("He went to the", TextEnd.running), ("It is done.\n\nHe went", .running), ("It is done.\n\n", .gap),
        ("- Milk\n- Bread\n- Half a dozen egg", .item), ("Kind regards,\n\nAda\nFlat 12", .item),
        ("| a | b |\n|---|---|\n| 1 | 2 |", .row), ("see the list (page 3)", .phrase), ("x = f(a);", .phrase),
        ("", .gap),
    ])
    func `the rest lies between`(text: String, expected: TextEnd) {
        #expect(end(text) == expected)
    }

    @Test(arguments: [
        "A smiley :( is fine.\n\nIt is done.", "A 6\" pipe.\n\nIt is done.", "1) One\n2) Two.", "Use ```x``` for code.",
        "```md\ntext\n```\n\nIt is done.", "It's done, isn't it.",
    ])
    func `a lone bracket or quotation mark of another paragraph opens nothing`(text: String) {
        #expect(end(text) == .whole)
    }

    @Test func `the surer a sign of an end, the fuller the part must be`() {
        let percents = TextEnd.allCases.map { Limits.cutPercent($0, isFirst: true) }
        #expect(TextEnd.allCases.contains(.open) && percents.allSatisfy { (60...100).contains($0) })
        #expect(Limits.cutPercent(.open, isFirst: true) < Limits.cutPercent(.item, isFirst: true))
        #expect(Limits.cutPercent(.item, isFirst: true) < Limits.cutPercent(.whole, isFirst: true))
    }
}
