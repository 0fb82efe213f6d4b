import EventLoop
import HTTPTypes
import JSONText
import Testing

@testable import HordeSimulator

/// Which webhooks are due, where they go, and how often they are tried.
struct WebhookTests {
    @Test(arguments: [
        ("http://127.0.0.1:8080", "https://hooks.example/hooks/abc?x=1", "http://127.0.0.1:8080/hooks/abc?x=1"),
        ("http://127.0.0.1:8080/", "https://hooks.example", "http://127.0.0.1:8080/"),
        ("http://127.0.0.1:8080/before/", "https://hooks.example:444/a/b#c", "http://127.0.0.1:8080/before/a/b"),
        ("https://[::1]:1", "https://user@hooks.example?x=/", "https://[::1]:1/?x=/"),
    ])
    func `scheme and host are replaced, path and query kept`(base: String, hook: String, url: String) {
        #expect(WebhookDestination(base) { _, _, _ in nil }?.url(for: hook) == url)
    }

    @Test(arguments: ["", "http://", "http:///a", "127.0.0.1:80", "ftp://a", "http://a?b", "http://a#b", "http://a b"])
    func `what is no URL is no destination`(text: String) {
        #expect(WebhookDestination(text) { _, _, _ in nil } == nil)
    }

    // MARK: The script

    private static func bench(_ more: String) throws -> Bench {
        try Bench(
            Bench.script(#"{"workers": [{"name": "W", "models": ["m/7B"]}], "pickup_seconds": 0, \#(more)}"#)
        )
    }

    /// What goes out for one text between two times.
    private static func sent(_ bench: Bench, until now: Double) -> Int {
        bench.now = now
        bench.state.advance(to: now)
        return bench.state.webhooks.takePending().count
    }

    private static let hook: JSONObject = ["webhook": "https://hooks.example/a"]

    @Test(arguments: [("once", 1), ("twice", 2), ("drop", 0)])
    func `a script says how often each webhook is sent`(conduct: String, count: Int) throws {
        let bench = try Self.bench(#""webhooks": "\#(conduct)""#)
        _ = bench.submit("[[latency:1]]", more: Self.hook)
        #expect(Self.sent(bench, until: 0.9) == 0)
        #expect(Self.sent(bench, until: 1.1) == count)
        #expect(bench.call(.get, "/simulator/counters").json["webhooks_dropped"] == JSON(count == 0 ? 1 : 0))
    }

    @Test func `a script holds webhooks back, though the text is there`() throws {
        let bench = try Self.bench(#""webhook_delay_seconds": 5"#)
        let id = try #require(bench.submit("[[latency:1]]", more: Self.hook).json["id"]?.string)
        #expect(Self.sent(bench, until: 5.9) == 0)
        #expect(bench.status(id).isDone == true)
        #expect(Self.sent(bench, until: 6.1) == 1)
    }

    @Test func `another word for the conduct of webhooks is an error`() {
        #expect(throws: SimulatorScript.Invalid.self) { try Bench.script(#"{"webhooks": "thrice"}"#) }
    }

    // MARK: Sending

    /// Answers posts with given statuses, the last one again and again, and notes them.
    @LoopActor
    private final class Receiver {
        private var statuses: [Int?]
        private(set) var urls: [String] = []
        private(set) var reports: [Bool] = []
        private let finished: AsyncStream<Void>.Continuation
        private let finishes: AsyncStream<Void>

        init(_ statuses: [Int?]) {
            self.statuses = statuses
            (finishes, finished) = AsyncStream.makeStream()
        }

        func sender() -> WebhookSender {
            let destination = WebhookDestination("http://127.0.0.1:1") { url, _, _ in
                self.urls.append(url)
                return self.statuses.count > 1 ? self.statuses.removeFirst() : self.statuses[0]
            }
            guard let destination else { preconditionFailure("this is a URL") }
            return WebhookSender(to: destination, timeout: .seconds(1)) { isDelivered in
                self.reports.append(isDelivered)
                self.finished.yield()
            }
        }

        func waitForReports(_ count: Int) async {
            for await _ in finishes where reports.count >= count { return }
        }
    }

    private static func delivery(_ number: Int) -> WebhookDelivery {
        WebhookDelivery(url: "https://hooks.example/\(number)", body: [])
    }

    @Test(
        arguments: [
            ([200], true, 1), ([nil, 500, 399], true, 3), ([400], false, 3), ([nil], false, 3),
        ] as [([Int?], Bool, Int)]
    )
    func `up to three attempts are made, and below 400 is a success`(
        statuses: [Int?],
        isDelivered: Bool,
        attempts: Int
    ) async {
        await EventLoop.task {
            let receiver = Receiver(statuses)
            let sender = receiver.sender()
            #expect(sender.send(Self.delivery(1)))
            await receiver.waitForReports(1)
            #expect(receiver.reports == [isDelivered])
            #expect(receiver.urls == Array(repeating: "http://127.0.0.1:1/1", count: attempts))
        }.value
    }

    @Test func `one is sent after the other, and what does not fit the queue is dropped`() async {
        await EventLoop.task {
            let receiver = Receiver([200])
            let sender = receiver.sender()
            // Nothing has been sent yet when this turn ends, so the queue takes no more than its length.
            let taken = (0..<300).map { sender.send(Self.delivery($0)) }
            #expect(taken.filter { $0 }.count == WebhookLog.deliveriesMax)
            await receiver.waitForReports(WebhookLog.deliveriesMax)
            #expect(receiver.urls == (0..<256).map { "http://127.0.0.1:1/\($0)" })
            #expect(sender.send(Self.delivery(7)))
            await receiver.waitForReports(WebhookLog.deliveriesMax + 1)
            #expect(receiver.urls.last == "http://127.0.0.1:1/7")
        }.value
    }
}
