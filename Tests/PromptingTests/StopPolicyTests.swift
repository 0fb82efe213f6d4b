import Prompting
import Testing

@Suite struct StopPolicyTests {
    @Test(arguments: [
        (["</s>", "[INST]"], ["END", "\n\n"], ["</s>", "[INST]", "END", "\n\n"]),
        (["</s>"], ["", "</s>", "END", "END", ""], ["</s>", "END"]),
        ([], [], []),
    ])
    func `the format's stops come first, without empty ones and repetitions`(
        format: [String],
        user: [String],
        sent: [String]
    ) {
        #expect(StopPolicy.sequences(format: format, user: user) == sent)
    }

    @Test func `at most sixteen are sent`() {
        let user = (0..<40).map { "stop \($0)" }
        let sent = StopPolicy.sequences(format: ["</s>"], user: user)
        #expect(sent == ["</s>"] + user.prefix(15))
    }

    @Test func `at most two thousand characters are sent, and a short stop behind a long one is kept`() {
        let fits = String(repeating: "é", count: 1990)
        let sent = StopPolicy.sequences(format: ["</s>"], user: [fits, "too long", "\n"])
        #expect(sent == ["</s>", fits, "\n"])
    }

    @Test func `two spellings of one accent are two stops, as Horde compares code points`() {
        #expect(StopPolicy.sequences(format: [], user: ["\u{E9}", "e\u{301}"]).count == 2)
    }
}
