import FoundationEssentials
import Prompting
import Testing

@Suite struct PromptWriterTests {
    static let names = [
        "alpaca", "chatml", "mistral-v1", "mistral-v3", "mistral-v3-tekken", "mistral-v7", "mistral-v7-tekken",
    ]

    @Test func `the built-in table holds exactly the formats of this issue`() {
        #expect(FormatTable.builtIn.names == Self.names)
    }

    /// The snapshots were written by a separate Python renderer straight from the shared table.
    @Test(arguments: names)
    func `a conversation with a late system message is written as the snapshot says`(name: String) throws {
        let conversation = Conversation.of(
            (.system, "You are terse."),
            (.user, "What is 2+2?"),
            (.assistant, "4"),
            (.user, "And 3+3?\nShow it."),
            (.assistant, "6"),
            (.system, "Answer in French."),
            (.user, "Merci — 7+7?")
        )
        #expect(try conversation.text(in: name) == Self.snapshot(name))
    }

    @Test(arguments: names)
    func `a prompt carries its format's name and stops and begins with no token workers add`(name: String) throws {
        let prompt = try format(name).render(.of((.user, "Hi")))
        #expect(prompt.format == name)
        #expect(prompt.stops == (try format(name).stops))
        #expect(!prompt.text.hasPrefix("<s>"))
        #expect((4...20).contains(prompt.tokens))
    }

    @Test(arguments: [
        ("chatml", "<|im_start|>system\nA\n\nB<|im_end|>\n<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\n"),
        ("mistral-v1", " [INST] A\n\nB\n\nQ [/INST]"),
        ("mistral-v3", "[INST] A\n\nB\n\nQ[/INST]"),
        ("mistral-v7-tekken", "[SYSTEM_PROMPT]A\n\nB[/SYSTEM_PROMPT][INST]Q[/INST]"),
        ("alpaca", "A\n\nB\n\n### Instruction:\nQ\n\n### Response:\n"),
    ])
    func `leading system messages are joined by a blank line`(name: String, text: String) throws {
        #expect(try Conversation.of((.system, "A"), (.system, "B"), (.user, "Q")).text(in: name) == text)
    }

    @Test(arguments: [
        (
            "chatml",
            "<|im_start|>user\nA<|im_end|>\n<|im_start|>user\nB<|im_end|>\n<|im_start|>assistant\nC<|im_end|>\n"
                + "<|im_start|>assistant\nD<|im_end|>\n<|im_start|>user\nE<|im_end|>\n<|im_start|>assistant\n"
        ),
        ("mistral-v1", " [INST] A\n\nB [/INST] C\n\nD</s> [INST] E [/INST]"),
        ("mistral-v3", "[INST] A\n\nB[/INST] C\n\nD</s>[INST] E[/INST]"),
        ("mistral-v7", "[INST] A\n\nB[/INST] C\n\nD</s>[INST] E[/INST]"),
        (
            "alpaca",
            "### Instruction:\nA\n\n### Instruction:\nB\n\n### Response:\nC</s>\n\n### Response:\nD</s>\n\n"
                + "### Instruction:\nE\n\n### Response:\n"
        ),
    ])
    func `neighbours of one role are merged only where roles must alternate`(name: String, text: String) throws {
        let conversation = Conversation.of(
            (.user, "A"),
            (.user, "B"),
            (.assistant, "C"),
            (.assistant, "D"),
            (.user, "E")
        )
        #expect(try conversation.text(in: name) == text)
    }

    @Test(arguments: [
        ("chatml", "<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\n {\"a\": "),
        ("mistral-v1", " [INST] Q [/INST] {\"a\": "),
        ("mistral-v3", "[INST] Q[/INST] {\"a\": "),
        ("mistral-v3-tekken", "[INST]Q[/INST] {\"a\": "),
        ("alpaca", "### Instruction:\nQ\n\n### Response:\n {\"a\": "),
    ])
    func `a conversation that ends with the assistant stays open and keeps its spaces`(
        name: String,
        text: String
    ) throws {
        #expect(try Conversation.of((.user, "Q"), (.assistant, " {\"a\": ")).text(in: name) == text)
    }

    @Test(arguments: [
        (
            "chatml",
            "<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\nC<|im_end|>\n<|im_start|>user\n"
                + "<tool_response>\n1\n</tool_response>\n<tool_response>\n2\n</tool_response><|im_end|>\n"
                + "<|im_start|>user\nU<|im_end|>\n<|im_start|>assistant\n"
        ),
        (
            "mistral-v7-tekken",
            "[INST]Q[/INST]C</s>[INST]<tool_response>\n1\n</tool_response>\n<tool_response>\n2\n</tool_response>\n\n"
                + "U[/INST]"
        ),
        (
            "alpaca",
            "### Instruction:\nQ\n\n### Response:\nC</s>\n\n### Input:\n<tool_response>\n1\n</tool_response>\n"
                + "<tool_response>\n2\n</tool_response>\n\n### Instruction:\nU\n\n### Response:\n"
        ),
    ])
    func `results of tools share one turn`(name: String, text: String) throws {
        let conversation = Conversation.of(
            (.user, "Q"),
            (.assistant, "C"),
            (.tool, "1"),
            (.tool, "2"),
            (.user, "U")
        )
        #expect(try conversation.text(in: name) == text)
    }

    @Test(arguments: [
        ("chatml", "<|im_start|>system\nS<|im_end|>\n<|im_start|>assistant\n"),
        ("mistral-v1", " [INST] S [/INST]"),
        ("mistral-v3-tekken", "[INST]S[/INST]"),
        ("mistral-v7-tekken", "[INST]S[/INST]"),
        ("alpaca", "S\n\n### Response:\n"),
    ])
    func `a system message alone still gets an answer`(name: String, text: String) throws {
        #expect(try Conversation.of((.system, "S")).text(in: name) == text)
    }

    @Test func `a system message with only a prefill becomes the user turn of an alternating format`() throws {
        #expect(try Conversation.of((.system, "S"), (.assistant, "P")).text(in: "mistral-v7") == "[INST] S[/INST]P")
    }

    @Test func `an official release has the system text in its last user turn, a fine-tune in its first`() throws {
        let conversation = Conversation.of((.system, "S"), (.user, "A"), (.assistant, "B"), (.user, "C"))
        let table = FormatTable.builtIn
        let official = table.format(forModel: "koboldcpp/Mistral-Nemo-Instruct-2407-Q4_K_M").format
        let tune = table.format(forModel: "TheDrummer/Rocinante-X-12B-v1").format
        #expect(official.render(conversation).text == "[INST]A[/INST]B</s>[INST]S\n\nC[/INST]")
        #expect(tune.render(conversation).text == "[INST]S\n\nA[/INST]B</s>[INST]C[/INST]")
        #expect(official.name == tune.name)
    }

    @Test func `mistral-v3 trims what the assistant said before, as its template does`() throws {
        let conversation = Conversation.of((.user, " A "), (.assistant, " B\n"), (.user, "C"))
        #expect(try conversation.text(in: "mistral-v3") == "[INST]  A [/INST] B</s>[INST] C[/INST]")
        #expect(try conversation.text(in: "mistral-v7") == "[INST]  A [/INST]  B\n</s>[INST] C[/INST]")
    }

    @Test func `an empty system message adds nothing where it has no turn of its own`() throws {
        let conversation = Conversation.of((.system, ""), (.user, "Q"))
        #expect(try conversation.text(in: "mistral-v3") == "[INST] Q[/INST]")
        #expect(try conversation.text(in: "alpaca") == "### Instruction:\nQ\n\n### Response:\n")
    }

    @Test(arguments: names)
    func `text arrives byte for byte: CRLF, accents, joined emoji, right-to-left, lone controls`(name: String) throws {
        let said = "a\r\nb\r\u{0}\te\u{301}é 👩‍👩‍👧 שלום \u{202E}x\u{FEFF} 漢字\u{2028}"
        let text = try Conversation.of((.system, said), (.user, said)).text(in: name)
        #expect(text.occurrences(of: said) == 2)
    }

    @Test(arguments: names)
    func `a megabyte of markers is guarded in time`(name: String) throws {
        let marker = try #require(format(name).markers.first)
        let said = String(repeating: marker + "\n", count: 1_000_000 / (marker.utf8.count + 1))
        let prompt = try format(name).render(.of((.user, said)))
        #expect(prompt.text.utf8.count > 1_000_000)
        #expect(prompt.tokens > 100_000)
    }

    private static func snapshot(_ name: String) throws -> String {
        let file = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        let data = try Data(contentsOf: URL(filePath: "/\(file)/Snapshots/\(name).txt"))
        return String(decoding: data, as: UTF8.self)
    }
}
