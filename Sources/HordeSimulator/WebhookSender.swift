import EventLoop

/// Sends webhooks as Horde does: one at a time, up to three attempts back to back, from a queue that drops what does not
/// fit (API.md 1.10; PG:26-100).
///
/// ## When it goes away
/// After `stop()`, which gives up the call that is under way.
@LoopActor
final class WebhookSender {
    /// What became of a call: true once the other side has answered with a status below 400.
    typealias Report = @LoopActor @Sendable (_ isDelivered: Bool) -> Void

    private let destination: WebhookDestination
    private let timeout: Duration
    private let report: Report
    private var queue: [WebhookDelivery] = []
    private var work: Task<Void, Never>?

    static let attemptsMax = 3
    /// Seconds of Horde's, for each attempt.
    static let timeoutSeconds = 3.0

    init(to destination: WebhookDestination, timeout: Duration, report: @escaping Report) {
        self.destination = destination
        self.timeout = timeout
        self.report = report
    }

    /// Queues a call; false where the queue is full and the call is dropped.
    func send(_ delivery: WebhookDelivery) -> Bool {
        guard queue.count < WebhookLog.deliveriesMax else { return false }
        queue.append(delivery)
        if work == nil { work = EventLoop.task { await self.drain() } }
        return true
    }

    /// Sends nothing more.
    func stop() {
        queue = []
        work?.cancel()
    }

    private func drain() async {
        while !queue.isEmpty {
            let delivery = queue.removeFirst()
            report(await attempt(delivery))
        }
        work = nil
    }

    private func attempt(_ delivery: WebhookDelivery) async -> Bool {
        let url = destination.url(for: delivery.url)
        for _ in 0..<Self.attemptsMax where !Task.isCancelled {
            if let status = await destination.post(url, delivery.body, timeout), status < 400 { return true }
        }
        return false
    }
}
