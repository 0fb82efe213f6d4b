import Horde
import JSONText
import OpenAI
import Prompting
import Testing

@testable import Gateway

@Suite struct TranslationTests {
    private let format: PromptFormat

    init() throws {
        format = try #require(FormatTable.builtIn["chatml"])
    }

    private func request(_ messages: [ChatMessage] = [ChatMessage(role: .user, content: "Hi")]) -> ChatCompletionRequest
    {
        ChatCompletionRequest(CompletionParameters(model: "koboldcpp/tiny"), messages: messages)
    }

    private let size = JobSize.of(answer: 100)

    /// The first drafts of an answer, before anything is asked for once more.
    private func answer(_ texts: [Generation], to translation: Translation, size: JobSize? = nil) -> Answer {
        let askedTokens = (size ?? self.size).answerTokens
        return Answer(texts.map { .whole($0, of: translation, askedTokens: askedTokens) })
    }

    @Test func `every message reaches the prompt, in its role and order`() throws {
        let messages = [
            ChatMessage(role: .developer, content: "Be brief."),
            ChatMessage(role: .system, content: "Be kind."),
            ChatMessage(role: .user, content: "How warm is it?"),
            ChatMessage(
                role: .assistant,
                content: "I look.",
                toolCalls: [
                    ToolCall(id: "1", name: "look", arguments: #"{"city":"Oslo"}"#),
                    ToolCall(id: "2", name: "guess", arguments: "not JSON"),
                ]
            ),
            ChatMessage(role: .tool, content: "12 degrees", toolCallID: "1"),
            ChatMessage(role: .function, content: "13 degrees", name: "guess"),
            ChatMessage(role: .developer, content: "Answer in French."),
            ChatMessage(role: .user, content: "So?"),
        ]
        let text = try Translation(request(messages), format: format, today: "2026-01-31").prompt.text
        let parts = [
            "<|im_start|>system\nBe brief.\n\nBe kind.<|im_end|>",
            "<|im_start|>user\nHow warm is it?<|im_end|>",
            "<|im_start|>assistant\nI look.\n<tool_call>\n",
            "{\"name\": \"look\", \"arguments\": {\"city\": \"Oslo\"}}\n</tool_call>\n<tool_call>\n",
            "{\"name\": \"guess\", \"arguments\": \"not JSON\"}\n</tool_call><|im_end|>",
            "<tool_response>\n12 degrees\n</tool_response>",
            "<tool_response>\n13 degrees\n</tool_response>",
            "<|im_start|>system\nAnswer in French.<|im_end|>",
            "<|im_start|>user\nSo?<|im_end|>",
            "<|im_start|>assistant\n",
        ]
        var rest = text[...]
        for part in parts {
            let range = try #require(rest.firstRange(of: part), "\(part) is not in \(rest)")
            rest = rest[range.upperBound...]
        }
        #expect(rest.isEmpty)
    }

    @Test func `a call without words is a call alone`() throws {
        let call = ToolCall(id: "1", name: "look", arguments: "{}")
        let messages = [
            ChatMessage(role: .user, content: "Hi"), ChatMessage(role: .assistant, content: "", toolCalls: [call]),
            ChatMessage(role: .tool, content: "nothing"),
        ]
        let text = try Translation(request(messages), format: format, today: "2026-01-31").prompt.text
        #expect(
            text.contains("<|im_start|>assistant\n<tool_call>\n{\"name\": \"look\", \"arguments\": {}}\n</tool_call>")
        )
    }

    @Test(arguments: [ToolChoice.auto, .none])
    func `a call that is not forced is no error`(choice: ToolChoice) throws {
        var request = request()
        request.toolChoice = choice
        _ = try Translation(request, format: format, today: "2026-01-31")
    }

    @Test(arguments: [(0.0, 0.001), (0.001, 0.001), (0.5, 0.5), (1, 1), (nil, nil)] as [(Double?, Double?)])
    func `top_p keeps to what Horde takes`(asked: Double?, sent: Double?) throws {
        var request = request()
        request.parameters.topP = asked
        #expect(
            try Translation(request, format: format, today: "2026-01-31").order(size, models: ["m"]).params.topP == sent
        )
    }

    @Test func `an order has the model, the sizes, n, the temperature and the stops of both sides`() throws {
        var request = request()
        (request.parameters.choiceCount, request.parameters.temperature, request.parameters.stop) = (3, 0, ["END"])
        let translation = try Translation(request, format: format, today: "2026-01-31")
        let order = translation.order(size, models: ["koboldcpp/tiny"])
        #expect(order.prompt == translation.prompt.text)
        #expect(order.models == ["koboldcpp/tiny"])
        #expect(order.params.n == 3)
        #expect(order.params.temperature == 0)
        #expect(order.params.maxLength == size.answerTokens)
        #expect(order.params.maxContextLength == size.contextTokens)
        #expect(order.params.stopSequence == format.stops + ["END"])
    }

    @Test func `the size keeps to the free length, and no offer is an error`() throws {
        var request = request()
        request.parameters.maxTokens = 2000
        let translation = try Translation(request, format: format, today: "2026-01-31")
        let offers = [Offer(contextTokens: 8192, answerTokens: 1024)]
        #expect(try translation.size(offers: offers, freeTokens: nil).answerTokens == 1024)
        #expect(try translation.size(offers: offers, freeTokens: 300).answerTokens == 300)
        #expect(throws: APIError(JobSizeError.noOffers)) { try translation.size(offers: [], freeTokens: nil) }
    }

    private static let long = String(repeating: "word ", count: 300)

    @Test(arguments: [
        (Generation(text: "Hello."), "Hello.", FinishReason.stop),
        (Generation(text: " Hello.\n"), "Hello.", .stop),
        (Generation(text: "Hello.<|im_end|>\nand more"), "Hello.", .stop),
        (Generation(text: "one END two"), "one", .stop),
        (Generation(text: long), long, .length),
        (Generation(text: long + "<|im_end|>"), String(long.dropLast()), .stop),
        (Generation(text: "", isCensored: true), "", .contentFilter),
        (Generation(text: long, isCensored: true), String(long.dropLast()), .contentFilter),
    ])
    func `an answer tells why it ended`(generation: Generation, text: String, reason: FinishReason) throws {
        var request = request()
        request.parameters.stop = ["END"]
        let answer = answer([generation], to: try Translation(request, format: format, today: "2026-01-31"))
        #expect(answer.choices == [Completion.Choice(content: text, finishReason: reason)])
    }

    @Test func `a limit below Horde's least is kept here`() throws {
        var request = request()
        request.parameters.maxTokens = 2
        let generation = Generation(text: "one two three four five six")
        let translation = try Translation(request, format: format, today: "2026-01-31")
        let answer = answer([generation], to: translation, size: JobSize.of(answer: 16))
        #expect(answer.choices.map(\.finishReason) == [.length])
        #expect(answer.usage.completionTokens == 2)
    }

    @Test func `what all texts cost is added up`() throws {
        var request = request()
        request.parameters.choiceCount = 2
        let translation = try Translation(request, format: format, today: "2026-01-31")
        let texts = ["one", "two"].map { Generation(text: $0) }
        let answer = answer(texts, to: translation)
        #expect(answer.choices.map(\.content) == ["one", "two"])
        #expect(answer.usage == Usage(promptTokens: translation.prompt.tokens, completionTokens: 2))
    }

    @Test func `a prefill is continued to the byte`() throws {
        let prefill = ChatMessage(role: .assistant, content: "Once upon")
        let translation = try Translation(request(request().messages + [prefill]), format: format, today: "2026-01-31")
        #expect(translation.prompt.text.hasSuffix("<|im_start|>assistant\nOnce upon"))
        let answer = answer([Generation(text: " a time.")], to: translation)
        #expect(answer.choices.map(\.content) == [" a time."])
    }
}

extension JobSize {
    /// A size with room for so long an answer.
    fileprivate static func of(answer tokens: Int) -> JobSize {
        let offer = Offer(contextTokens: 4096, answerTokens: tokens)
        guard
            let size = try? choose(promptTokens: 10, wantedTokens: tokens, offers: [offer], upfrontFreeTokens: nil)
        else { preconditionFailure("the offer has room") }
        return size
    }
}
