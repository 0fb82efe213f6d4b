import JSONText

/// One call that Horde makes to a client's webhook, once per text (API.md 1.10).
package struct WebhookDelivery: Sendable {
    /// Where to.
    package let url: String
    /// The JSON body.
    package let body: [UInt8]
}

/// What a script can do to webhooks.
enum WebhookConduct: String, Sendable {
    /// As Horde does.
    case once
    /// Each is sent a second time.
    case twice
    /// None is sent.
    case drop
}

/// The webhook calls that were due, and what became of them.
///
/// Sending them is `WebhookSender`'s.
struct WebhookLog {
    /// What became of the calls; one that is not counted is still on its way, or nobody sends any.
    struct Counts: Equatable {
        /// The other side answered with a status below 400.
        var delivered = 0
        /// All attempts failed.
        var failed = 0
        /// Never tried: the queue was full, or the script says so.
        var dropped = 0
    }

    /// So many of the newest are remembered, and so many wait to be handed over: Horde's own queue has this length and
    /// drops what does not fit (PG:26-100).
    static let deliveriesMax = 256

    private(set) var deliveries: [WebhookDelivery] = []
    private var pending: [WebhookDelivery] = []
    var counts = Counts()

    /// Lets a call go out.
    mutating func hand(_ delivery: WebhookDelivery) {
        deliveries.append(delivery)
        if deliveries.count > Self.deliveriesMax { deliveries.removeFirst() }
        if pending.count < Self.deliveriesMax { pending.append(delivery) } else { counts.dropped += 1 }
    }

    /// Notes what became of a call that was sent.
    mutating func note(_ isDelivered: Bool) {
        if isDelivered { counts.delivered += 1 } else { counts.failed += 1 }
    }

    /// Hands over what has not been handed over yet.
    mutating func takePending() -> [WebhookDelivery] {
        guard !pending.isEmpty else { return [] }
        defer { pending = [] }
        return pending
    }
}

extension HordeState {
    /// Calls the webhook of a request for the text that has just come in, as the script has it.
    func call(
        _ url: String,
        for request: GenerationRequest,
        _ attempt: GenerationRequest.Attempt,
        reward: Double,
        now: Double
    ) {
        guard let generation = request.generations.last else { return }
        let body: JSON = [
            "text": .string(generation.text),
            "seed": 0,
            "worker_id": .string(generation.worker.role.id),
            "worker_name": .string(generation.worker.role.name),
            "model": .string(generation.model),
            "id": .string(attempt.id),
            "state": .string(generation.state),
            "gen_metadata": generation.metadata,
            "request": .string(request.id),
            "kudos": JSON(reward),
        ]
        let delivery = WebhookDelivery(url: url, body: Array(HordeText.bytes(body).dropLast()))
        let copies =
            switch script.webhooks {
            case .once: 1
            case .twice: 2
            case .drop: 0
            }
        if copies == 0 { webhooks.counts.dropped += 1 }
        for _ in 0..<copies {
            if script.webhookDelaySeconds > 0 {
                due.add(.webhook(delivery), at: now + script.webhookDelaySeconds)
            } else {
                webhooks.hand(delivery)
            }
        }
    }
}
