import JSONText

/// One call that Horde makes to a client's webhook, once per text (API.md 1.10).
package struct WebhookDelivery: Sendable {
    /// Where to.
    package let url: String
    /// The JSON body.
    package let body: [UInt8]
}

/// The webhook calls that were due.
///
/// Sending them is somebody else's: whoever takes `pending`.
struct WebhookLog {
    /// Horde's own queue has this length, and drops what does not fit (PG:26-100).
    static let deliveriesMax = 256

    private(set) var deliveries: [WebhookDelivery] = []
    private(set) var pending: [WebhookDelivery] = []

    mutating func record(
        _ url: String,
        _ request: GenerationRequest,
        _ attempt: GenerationRequest.Attempt,
        reward: Double
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
        deliveries.append(delivery)
        if deliveries.count > Self.deliveriesMax { deliveries.removeFirst() }
        if pending.count < Self.deliveriesMax { pending.append(delivery) }
    }

    /// Hands over what has not been handed over yet.
    mutating func takePending() -> [WebhookDelivery] {
        defer { pending = [] }
        return pending
    }

    mutating func clear() {
        self = WebhookLog()
    }
}
