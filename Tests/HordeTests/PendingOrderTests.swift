import EventLoop
import Testing

@testable import Horde

@LoopActor
struct PendingOrderTests {
    private func pending(_ count: Int, takesEmpty: Bool = false) throws -> PendingOrder {
        PendingOrder(
            GenerationOrder(prompt: "x", models: ["m"], params: .init(n: count, maxLength: 80, maxContextLength: 2048)),
            key: try #require(HordeKey(Bench.key)),
            for: Audience(until: .now + .seconds(60)),
            terms: GenerationTerms(takesEmpty: takesEmpty),
            onProgress: { _ in }
        )
    }

    private func texts(_ texts: String...) -> Result<[Generation], HordeError> {
        .success(texts.map { Generation(text: $0) })
    }

    @Test func `a further job is asked for what is missing, and no more than twice`() throws {
        let pending = try pending(3)
        #expect(pending.take(texts("one", " \n")) == .emptyText)
        #expect(try pending.step(after: .emptyText) == .resubmits && pending.order.params.n == 2)
        #expect(pending.take(texts("two")) == .emptyText && pending.latest.map(\.text) == ["two"])
        #expect(try pending.step(after: .emptyText) == .resubmits && pending.order.params.n == 1)
        #expect(pending.take(.failure(.expired)) == .expired && pending.latest.isEmpty)
        #expect(try pending.step(after: .expired) == .ends && pending.texts.map(\.text) == ["one", "two"])
    }

    @Test func `an error ends what has no text, and the end of the task ends all`() throws {
        let pending = try pending(2)
        #expect(throws: HordeError.left) { try pending.step(after: .left) }
        #expect(throws: HordeError.invalidKey) { try pending.step(after: .invalidKey) }
        #expect(pending.take(texts("one")) == .emptyText)
        #expect(try pending.step(after: .invalidKey) == .ends)
        #expect(throws: HordeError.cancelled) { try pending.step(after: .cancelled) }
    }

    @Test func `who left finds the texts that are there, and waits for the rest`() throws {
        let pending = try pending(2)
        _ = pending.take(texts("one"))
        #expect(try pending.step(after: .left) == .waitsForAudience && pending.order.params.n == 1)
        #expect(pending.take(texts("two")) == nil)
    }

    @Test func `white space is a text only where it may be the answer`() throws {
        #expect(try pending(1).take(texts(" ")) == .emptyText)
        #expect(try pending(1).take(.success([Generation(text: "", isCensored: true)])) == nil)
        #expect(try pending(1, takesEmpty: true).take(texts(" ")) == nil)
    }
}
