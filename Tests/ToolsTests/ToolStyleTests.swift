import OpenAI
import Prompting
import Testing
import Tools

@Suite struct ToolStyleTests {
    @Test(arguments: sampleModels)
    func `an agent's conversation is written as the snapshot says`(sample: (style: String, model: String)) throws {
        let format = format(of: sample.model)
        #expect(sample.style.hasPrefix(format.tools))
        let conversation = Conversation(try sampleRequest(), in: format)
        let text = format.render(conversation, today: "2026-11-25").text
        #expect(text == (try contents(of: "/Tests/ToolsTests/Snapshots/\(sample.style).txt")))
    }

    @Test func `every way that a format may name is a style, and the other way round`() {
        #expect(ToolStyle.allCases.map(\.rawValue).sorted() == ToolMarkup.names)
        #expect(ToolStyle(named: "unheard-of") == .hermes)
    }

    @Test func `Harmony's style needs a format with turns for calls`() throws {
        var format = try #require(FormatTable.builtIn["chatml"])
        format.tools = "harmony"
        #expect(ToolStyle(of: format) == .hermes)
        #expect(ToolStyle(of: try #require(FormatTable.builtIn["harmony"])) == .harmony)
    }

    static let prefills: [(style: ToolStyle, required: String, named: String)] = [
        (.hermes, "<tool_call>\n{\"name\":", "<tool_call>\n{\"name\": \"read\", \"arguments\": "),
        (.none, "<tool_call>\n{\"name\":", "<tool_call>\n{\"name\": \"read\", \"arguments\": "),
        (.qwenXML, "<tool_call>\n<function=", "<tool_call>\n<function=read>\n"),
        (.qwenXMLJSON, "<tool_call>\n<function=", "<tool_call>\n<function=read>\n"),
        (.glmXML, "<tool_call>", "<tool_call>read\n"),
        (.glmXMLCompact, "<tool_call>", "<tool_call>read"),
        (.minimaxXML, "<minimax:tool_call>\n<invoke name=\"", "<minimax:tool_call>\n<invoke name=\"read\">\n"),
        (.harmony, " to=functions.", " to=functions.read<|channel|>commentary json<|message|>"),
    ]

    @Test(arguments: prefills)
    func `a forced call is opened as far as the choice goes`(
        prefill: (style: ToolStyle, required: String, named: String)
    ) {
        #expect(prefill.style.prefill(.auto) == nil)
        #expect(prefill.style.prefill(.none) == nil)
        #expect(prefill.style.prefill(.required) == prefill.required)
        #expect(prefill.style.prefill(.named("read")) == prefill.named)
        #expect(Self.prefills.count == ToolStyle.allCases.count)
    }

    @Test(arguments: sampleModels)
    func `a forced call begins as the calls of the history do`(sample: (style: String, model: String)) throws {
        let format = format(of: sample.model)
        let style = ToolStyle(of: format)
        let call = ToolCall(id: "1", name: "read", arguments: #"{"path":"x"}"#)
        let messages = [
            ChatMessage(role: .user, content: "Q"), ChatMessage(role: .assistant, content: "", toolCalls: [call]),
            ChatMessage(role: .tool, content: "", toolCallID: "1"),
        ]
        let text = format.render(Conversation(turns: style.turns(messages)), today: "").text
        for choice in [ToolChoice.required, .named("read")] {
            var request = try sampleRequest([ChatMessage(role: .user, content: "Q")])
            request.toolChoice = choice
            let forced = Conversation(request, in: format)
            #expect(forced.opening == style.prefill(choice))
            #expect(text.contains(forced.opening))
            #expect(format.render(forced, today: "").text.hasSuffix(forced.opening))
        }
    }

    @Test(arguments: [
        (ToolStyle.hermes, ["<tool_response>"], ["<tool_response>", "</tool_call>"]),
        (.none, ["<tool_response>"], ["<tool_response>", "</tool_call>"]),
        (.qwenXML, ["<tool_response>"], ["<tool_response>", "</tool_call>"]),
        (.glmXMLCompact, ["<tool_response>"], ["<tool_response>", "</tool_call>"]),
        (.minimaxXML, ["]~b]tool", "<response>"], ["]~b]tool", "<response>", "</invoke>"]), (.harmony, [], []),
    ])
    func `a single call and an invented result end the answer`(style: ToolStyle, many: [String], one: [String]) {
        #expect(style.stops(parallel: true) == many)
        #expect(style.stops(parallel: false) == one)
    }

    @Test func `without tools, or with the choice of none, nothing is offered and the history stays`() throws {
        let format = format(of: "Qwen/Qwen3-8B")
        var forbidden = try sampleRequest()
        forbidden.toolChoice = .none
        var without = forbidden
        (without.tools, without.toolChoice) = ([], .auto)
        for request in [forbidden, without] {
            let conversation = Conversation(request, in: format)
            #expect(conversation.definitions == "" && conversation.opening == "" && conversation.stops == [])
            #expect(conversation.turns == ToolStyle.hermes.turns(request.messages))
        }
        #expect(format.render(Conversation(try sampleRequest(), in: format), today: "").stops.last == "<tool_response>")
        #expect(ToolStyle.allCases.allSatisfy { $0.definitions([]) == "" })
    }
}
