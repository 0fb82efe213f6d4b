import Prompting
import Testing

@Suite struct PromptWriterTests {
    static let names = [
        "alpaca", "apertus", "bailing", "chatglm3", "chatml", "command-r", "deepseek-coder", "deepseek2", "deepseek3",
        "exaone", "falcon", "falcon3", "gemma", "gemma4", "glm4", "glm45", "glm47", "granite3", "granite4", "guanaco",
        "harmony", "hunyuan-dense", "jamba", "kimi-k2", "llama2", "llama3", "llama4", "metharme", "minimax-m2",
        "mistral-v1", "mistral-v3", "mistral-v3-tekken", "mistral-v7", "mistral-v7-tekken", "nemotron-nano2",
        "nemotron4", "oasst", "openchat", "orca-hashes", "phi2", "phi3", "phi4", "phi4-mini", "pygmalion", "raw",
        "redpajama", "rwkv", "seed-oss", "solar", "solar-open", "tulu", "vicuna", "vicuna-orca", "zephyr",
    ]

    @Test func `the built-in table holds exactly these formats`() {
        #expect(FormatTable.builtIn.names == Self.names)
    }

    /// The snapshots were written by a separate renderer, in Python, from another form of the table.
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
    func `a prompt carries its format's name and stops and no token that workers add`(name: String) throws {
        let prompt = try format(name).render(.of((.system, "S"), (.user, "Hi")), today: "2026-11-25")
        #expect(prompt.format == name)
        #expect(prompt.stops == (try format(name).stops))
        for token in [
            "<s>", "<|begin_of_text|>", "<bos>", "<BOS_TOKEN>", "<｜begin▁of▁sentence｜>", "[BOS]", "<|startoftext|>",
            "<｜hy_begin▁of▁sentence｜>",
        ] {
            #expect(prompt.text.occurrences(of: token) == 0)
        }
        #expect((4...120).contains(prompt.tokens))
    }

    @Test(arguments: [
        ("chatml", "<|im_start|>system\nA\n\nB<|im_end|>\n<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\n"),
        ("mistral-v1", " [INST] A\n\nB\n\nQ [/INST]"),
        ("mistral-v3", "[INST] A\n\nB\n\nQ[/INST]"),
        ("mistral-v7-tekken", "[SYSTEM_PROMPT]A\n\nB[/SYSTEM_PROMPT][INST]Q[/INST]"),
        ("alpaca", "A\n\nB\n\n### Instruction:\nQ\n\n### Response:\n"),
        ("gemma", "<start_of_turn>user\nA\n\nB\n\nQ<end_of_turn>\n<start_of_turn>model\n"),
        ("llama2", "[INST] <<SYS>>\nA\n\nB\n<</SYS>>\n\nQ [/INST]"),
        ("deepseek3", "A\n\nB<｜User｜>Q<｜Assistant｜>"),
        ("glm4", "[gMASK]<sop><|system|>\nA\n\nB<|user|>\nQ<|assistant|>\n"),
        ("pygmalion", "Assistant's Persona: A\n\nB\n<START>\nYou: Q\nAssistant:"),
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
        ("vicuna", "USER: Q\nASSISTANT: {\"a\": "),
        ("falcon", "User: Q\nAssistant: {\"a\": "),
        // These begin an earlier answer with more than what asks for one.
        ("chatglm3", "[gMASK]sop<|user|>\n Q<|assistant|>\n  {\"a\": "),
        ("jamba", "<|bom|><|user|> Q<|eom|><|bom|><|assistant|>  {\"a\": "),
        ("solar-open", "<|begin|>user<|content|>Q<|end|><|begin|>assistant<|content|> {\"a\": "),
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
        (
            "llama3",
            "<|start_header_id|>user<|end_header_id|>\n\nQ<|eot_id|>"
                + "<|start_header_id|>assistant<|end_header_id|>\n\nC<|eot_id|>"
                + "<|start_header_id|>user<|end_header_id|>\n\n<tool_response>\n1\n</tool_response>\n"
                + "<tool_response>\n2\n</tool_response><|eot_id|>"
                + "<|start_header_id|>user<|end_header_id|>\n\nU<|eot_id|>"
                + "<|start_header_id|>assistant<|end_header_id|>\n\n"
        ),
        (
            "glm45",
            "[gMASK]<sop><|user|>\nQ<|assistant|>\n<think></think>\nC<|observation|>\n<tool_response>\n1\n"
                + "</tool_response>\n<tool_response>\n2\n</tool_response><|user|>\nU<|assistant|>"
        ),
        (
            "kimi-k2",
            "<|im_user|>user<|im_middle|>Q<|im_end|><|im_assistant|>assistant<|im_middle|>C<|im_end|>"
                + "<|im_system|>tool<|im_middle|>## Return of a-1\n1<|im_end|>"
                + "<|im_system|>tool<|im_middle|>## Return of a-2\n2<|im_end|>"
                + "<|im_user|>user<|im_middle|>U<|im_end|><|im_assistant|>assistant<|im_middle|>"
        ),
        (
            "harmony",
            "<|start|>system<|message|>You are ChatGPT, a large language model trained by OpenAI.\n"
                + "Knowledge cutoff: 2024-06\nCurrent date: 2026-11-25\n\nReasoning: medium\n\n# Valid channels: "
                + "analysis, commentary, final. Channel must be included for every message.<|end|>"
                + "<|start|>user<|message|>Q<|end|><|start|>assistant<|channel|>final<|message|>C<|end|>"
                + "<|start|>functions.look to=assistant<|channel|>commentary<|message|>1<|end|>"
                + "<|start|>functions.unknown to=assistant<|channel|>commentary<|message|>2<|end|>"
                + "<|start|>user<|message|>U<|end|><|start|>assistant"
        ),
        (
            "minimax-m2",
            "]~b]user\nQ[e~[\n]~b]ai\nC[e~[\n]~b]tool\n<response>1</response>\n<response>2</response>[e~[\n"
                + "]~b]user\nU[e~[\n]~b]ai\n<think>\n"
        ),
    ])
    func `results of tools are wrapped and joined as the format says`(name: String, text: String) throws {
        var conversation = Conversation.of(
            (.user, "Q"),
            (.assistant, "C"),
            (.user, "U")
        )
        conversation.turns.insert(Turn(role: .tool, text: "1", callID: "a-1", callName: "look"), at: 2)
        conversation.turns.insert(Turn(role: .tool, text: "2", callID: "a-2"), at: 3)
        #expect(try conversation.text(in: name) == text)
    }

    @Test(arguments: [
        ("chatml", "<|im_start|>system\nS<|im_end|>\n<|im_start|>assistant\n"),
        ("mistral-v1", " [INST] S [/INST]"),
        ("mistral-v3-tekken", "[INST]S[/INST]"),
        ("mistral-v7-tekken", "[INST]S[/INST]"),
        ("alpaca", "S\n\n### Response:\n"),
        ("gemma", "<start_of_turn>user\nS<end_of_turn>\n<start_of_turn>model\n"),
        ("llama2", "[INST] S [/INST]"),
    ])
    func `a system message alone still gets an answer`(name: String, text: String) throws {
        #expect(try Conversation.of((.system, "S")).text(in: name) == text)
    }

    @Test func `a prefill goes on from the answer before it where roles alternate`() throws {
        let conversation = Conversation.of((.user, "Q"), (.assistant, "A"), (.assistant, "B "))
        #expect(try conversation.text(in: "mistral-v7") == "[INST] Q[/INST]A\n\nB ")
        #expect(try conversation.text(in: "phi3").hasSuffix("<|assistant|>\nA<|end|>\n<|assistant|>\nB "))
    }

    @Test func `a system message with only a prefill becomes the user turn of an alternating format`() throws {
        #expect(try Conversation.of((.system, "S"), (.assistant, "P")).text(in: "mistral-v7") == "[INST] S[/INST]P")
    }

    @Test func `the system text stands in the last user turn where a release wants it there`() throws {
        let conversation = Conversation.of((.system, "S"), (.user, "A"), (.assistant, "B"), (.user, "C"))
        var official = try format("mistral-v3-tekken")
        #expect(official.render(conversation, today: "").text == "[INST]S\n\nA[/INST]B</s>[INST]C[/INST]")
        official.system.position = try #require(official.system.officialPosition)
        #expect(official.render(conversation, today: "").text == "[INST]A[/INST]B</s>[INST]S\n\nC[/INST]")
    }

    @Test func `mistral-v3 trims what the assistant said before, as its template does`() throws {
        let conversation = Conversation.of((.user, " A "), (.assistant, " B\n"), (.user, "C"))
        #expect(try conversation.text(in: "mistral-v3") == "[INST]  A [/INST] B</s>[INST] C[/INST]")
        #expect(try conversation.text(in: "mistral-v7") == "[INST]  A [/INST]  B\n</s>[INST] C[/INST]")
    }

    @Test(arguments: [
        ("llama3", "why", "because"), ("gemma", "why", "because"), ("command-r", "why", "because"),
        ("glm45", " why\n", "because"), ("seed-oss", " why\n", "because"), ("chatml", " why\n", "\tbecause "),
        ("phi3", " why\n", "\tbecause "),
    ])
    func `only the roles that a format lists are trimmed`(name: String, user: String, assistant: String) throws {
        let format = try format(name)
        let conversation = Conversation.of((.user, " why\n"), (.assistant, "\tbecause "), (.user, "C"))
        let text = format.render(conversation, today: "").text
        #expect(text.occurrences(of: format.user.open + user + format.user.close) == 1)
        let answer = format.assistant.open + format.reasoning.history + assistant + format.assistant.close
        #expect(text.occurrences(of: answer) == 1)
    }

    @Test(arguments: ["llama3", "gemma", "command-r", "exaone"])
    func `a trimmed text loses all of Unicode's white space around it, and nothing else`(name: String) throws {
        let format = try format(name)
        let said = Conversation.of(
            (.user, "\u{3000}\u{2028}he\u{A0}llo\u{A0}\u{85}\r\n"),
            (.assistant, "\u{200B}A\u{FEFF}")
        )
        var conversation = said
        conversation.turns.append(Turn(role: .user, text: "\u{3000}\u{A0}"))
        let text = format.render(conversation, today: "").text
        #expect(text.occurrences(of: format.user.open + "he\u{A0}llo" + format.user.close) == 1)
        #expect(text.occurrences(of: format.user.open + format.user.close) == 1)
        #expect(text.occurrences(of: format.assistant.open + "\u{200B}A\u{FEFF}" + format.assistant.close) == 1)
    }

    @Test(arguments: names)
    func `no conversation is too odd to be written`(name: String) throws {
        let format = try format(name)
        let roles: [Turn.Role] = [.system, .user, .assistant, .tool]
        for first in roles {
            #expect(format.render(.of((first, "")), today: "").text.utf8.count < 400)
            for second in roles {
                let text = format.render(.of((first, ""), (second, "x"), (first, "")), today: "").text
                #expect(text.occurrences(of: "x") >= 1)
                #expect(text.hasSuffix(format.generation) || format.reasoning.name != "none")
            }
        }
    }

    @Test func `an assistant that said nothing at the end is asked for an answer`() throws {
        let format = try format("minimax-m2")
        let asked = format.render(.of((.user, "Q")), today: "")
        let empty = format.render(.of((.user, "Q"), (.assistant, "")), today: "")
        #expect(asked == empty)
    }

    @Test func `an empty system message adds nothing where it has no turn of its own`() throws {
        let conversation = Conversation.of((.system, ""), (.user, "Q"))
        #expect(try conversation.text(in: "mistral-v3") == "[INST] Q[/INST]")
        #expect(try conversation.text(in: "alpaca") == "### Instruction:\nQ\n\n### Response:\n")
    }

    @Test(arguments: names)
    func `text arrives byte for byte: CRLF, accents, joined emoji, right-to-left, lone controls`(name: String) throws {
        let said = "a\r\nb\r\u{0}\te\u{301}é 👩‍👩‍👧 שלום \u{202E}x\u{FEFF} 漢字\u{2028}."
        let text = try Conversation.of((.system, said), (.user, said)).text(in: name)
        #expect(text.occurrences(of: said) == 2)
    }

    @Test(arguments: ["chatml", "alpaca", "minimax-m2", "kimi-k2"])
    func `a megabyte of markers is guarded in time`(name: String) throws {
        let marker = try #require(format(name).markers.first)
        let said = String(repeating: marker + "\n", count: 1_000_000 / (marker.utf8.count + 1))
        let prompt = try format(name).render(.of((.user, said)), today: "")
        #expect(prompt.text.utf8.count > 1_000_000)
        #expect(prompt.tokens > 100_000)
    }

    private static func snapshot(_ name: String) throws -> String {
        String(decoding: try contents(of: "/Tests/PromptingTests/Snapshots/\(name).txt"), as: UTF8.self)
    }
}
