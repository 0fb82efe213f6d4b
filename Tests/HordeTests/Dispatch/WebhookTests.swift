import EventLoop
import TestSupport
import Testing

@testable import Horde

@Suite(.serialized) @LoopActor struct WebhookTests {
    private func webhooks() throws -> Webhooks {
        Webhooks(publicURL: try #require(PublicURL("https://horde.example.org/here/")))
    }

    @Test func `each job has an address of its own under the public one`() throws {
        let webhooks = try webhooks()
        let urls = (0..<100).map { _ in webhooks.expect(1).url }
        #expect(Set(urls).count == 100)
        #expect(urls.allSatisfy { $0.hasPrefix("https://horde.example.org/here/hooks/") && $0.utf8.count == 61 })
    }

    @Test func `as many deliveries are taken as the job has texts, and no other token`() throws {
        let webhooks = try webhooks()
        let hint = webhooks.expect(2)
        #expect(webhooks.deliver(hint.token) && webhooks.deliver(hint.token))
        #expect(!webhooks.deliver(hint.token))
        #expect(!webhooks.deliver("") && !webhooks.deliver(String(repeating: "A", count: 24)))
        #expect(webhooks.deliveredCount == 2 && webhooks.unknownCount == 3)
    }

    @Test func `a job that ended without a text expects no call any more`() throws {
        let webhooks = try webhooks()
        let hint = webhooks.expect(1)
        webhooks.ended(hint, hasText: false)
        #expect(!webhooks.deliver(hint.token))
        #expect(!webhooks.isProven)
    }

    @Test func `a call that comes after the text was read is still proof`() throws {
        let webhooks = try webhooks()
        let hint = webhooks.expect(1)
        webhooks.ended(hint, hasText: true)
        #expect(!webhooks.isProven)
        #expect(webhooks.deliver(hint.token))
        #expect(webhooks.isProven)
        #expect(!webhooks.deliver(hint.token))
    }

    @Test func `one that arrives is proof until one does not`() {
        var record = WebhookRecord()
        #expect(!record.isProven)
        record.delivered()
        #expect(record.isProven)
        record.missed()
        #expect(!record.isProven)
    }

    @Test func `who sleeps is woken by a call, also by one that came before`() async throws {
        let webhooks = try webhooks()
        let audience = Audience(until: .now + .seconds(1000))
        let (first, second) = (webhooks.expect(1), webhooks.expect(1))
        let sleeper = EventLoop.task { () async -> Bool in
            do throws(HordeError) { try await audience.sleep(for: .seconds(900), orUntil: first) } catch {
                return false
            }
            return first.takePending()
        }
        EventLoop.task { _ = webhooks.deliver(first.token) }
        #expect(await sleeper.value)
        #expect(webhooks.deliver(second.token))
        try await audience.sleep(for: .seconds(900), orUntil: second)
        #expect(second.takePending() && !second.takePending())
    }

    @Test(arguments: [
        "http://horde.example.org", "https://", "horde.example.org", "https://h/?a=b", "https://h/#a", "",
    ])
    func `an address that Horde would not call is none`(text: String) {
        #expect(PublicURL(text) == nil)
    }
}
