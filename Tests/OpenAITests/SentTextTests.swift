import OpenAI
import Testing

/// What a stream sends of a text that grows.
@Suite struct SentTextTests {
    @Test func `only what is new goes out, and the opening of a further choice before it`() {
        var first = SentText(choice: 0)
        #expect(first.advance(reasoning: "", content: "", choice: 0) == [])
        #expect(first.advance(reasoning: "Hm", content: "", choice: 0) == [.reasoning("Hm", choice: 0)])
        #expect(
            first.advance(reasoning: "Hm.", content: "Yes", choice: 0) == [
                .reasoning(".", choice: 0), .content("Yes", choice: 0),
            ]
        )
        #expect(first.advance(reasoning: "Hm.", content: "Yes", choice: 0) == [])
        #expect(first.advance(reasoning: "Hm", content: "Ye", choice: 0) == [], "nothing is taken back")
        var second = SentText(choice: 1)
        #expect(
            second.advance(reasoning: "", content: "No", choice: 1) == [.opening(choice: 1), .content("No", choice: 1)]
        )
        #expect(second.advance(reasoning: "", content: "No.", choice: 1) == [.content(".", choice: 1)])
    }

    @Test func `a letter and the mark on it that comes later are two pieces`() {
        var sent = SentText(choice: 0)
        _ = sent.advance(reasoning: "", content: "cafe", choice: 0)
        #expect(sent.advance(reasoning: "", content: "cafe\u{301}", choice: 0) == [.content("\u{301}", choice: 0)])
    }

    @Test func `a text that took the place of one whose words are out follows it, or adds its calls alone`() {
        let identity = AnswerIdentity(form: .chat, id: "1", created: 0, model: "m")
        let call = ToolCall(id: "1", name: "look", arguments: "{}")
        var sent = SentText(choice: 0)
        _ = sent.advance(reasoning: "", content: "I look:", choice: 0)
        func pieces(_ content: String, _ calls: [ToolCall]) -> [CompletionChunk.Piece] {
            Completion(
                identity: identity,
                choices: [.init(content: content, toolCalls: calls, finishReason: .stop)],
                usage: Usage(promptTokens: 1, completionTokens: 1)
            ).pieces(includesUsage: false, after: [0: sent])
        }
        let end = CompletionChunk.Piece.finish(.stop, choice: 0)
        #expect(pieces("I look: there", []) == [.content(" there", choice: 0), end])
        #expect(pieces("Other", []) == [.content("\n\nOther", choice: 0), end])
        #expect(pieces("Other", [call]) == [.toolCall(call, number: 0, choice: 0), end])
        #expect(
            pieces("I look: there", [call]) == [
                .content(" there", choice: 0), .toolCall(call, number: 0, choice: 0), end,
            ]
        )
    }

    @Test func `who wrote is told once each, and a long list ends`() {
        var authorship = Authorship()
        for number in 0..<100 { authorship.add(model: number < 50 ? "a" : "b", worker: "w\(number)") }
        authorship.add(model: nil, worker: nil)
        #expect(authorship.models == ["a", "b"] && authorship.workers.count == 32 && authorship.jobs == 101)
        let both = Authorship(retries: Retries(count: 1, promptTokens: 2)) + authorship
        #expect(both.jobs == 101 && both.models == ["a", "b"] && both.retries.count == 1)
    }
}
