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

    @Test func `a stop of the format's that the user names too is sent once, in the format's place`() {
        #expect(StopPolicy.sequences(format: ["a", "b"], user: ["c", "b", "a"]) == ["a", "b", "c"])
    }

    @Test(arguments: [0, 1, 15, 16, 17, 128, 1000], [1, 10, 125, 126, 1999, 2000, 2001, 10_000])
    func `whatever the user sends, a job stays within the limits and keeps the format's stops`(count: Int, length: Int)
    {
        let format = ["<|im_end|>", "<|im_start|>", "<|endoftext|>"]
        let user = (0..<count).map { index in
            let number = String(index)
            return number + String(repeating: "😀", count: max(length - number.count, 0))
        }
        let sent = StopPolicy.sequences(format: format, user: user)
        #expect(sent.starts(with: format))
        #expect(sent.count <= 16)
        #expect(sent.map(\.unicodeScalars.count).reduce(0, +) <= 2000)
        #expect(Set(sent).count == sent.count)
        // As many of the user's as fit: the first ones, as all are about equally long.
        let room = min(13, (2000 - 35) / max(length, 4))
        #expect(sent.count >= format.count + min(room, count))
    }
}
