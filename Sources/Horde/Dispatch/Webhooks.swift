package import EventLoop

/// Where Horde calls when a text is there: one path that nobody can guess for each job.
///
/// A delivery is a hint that causes one read of the job's status. Nothing of what it says is believed: Horde signs
/// nothing, and calls for texts that never reach the status (those of workers it distrusts).
@LoopActor
package final class Webhooks {
    private let publicURL: PublicURL
    private var hints: [String: WebhookHint] = [:]
    private var record = WebhookRecord()
    /// Deliveries that belonged to a job, and those that did not.
    package private(set) var deliveredCount = 0
    package private(set) var unknownCount = 0

    init(publicURL: PublicURL) {
        self.publicURL = publicURL
    }

    /// Whether deliveries are seen to arrive, so that polling may be a safety net.
    var isProven: Bool { record.isProven }

    /// The address for a new job of so many texts, and what will tell of its deliveries.
    func expect(_ count: Int) -> WebhookHint {
        let token = WebhookToken.random()
        let hint = WebhookHint(
            token: token,
            url: "\(publicURL)\(WebhookToken.pathPrefix)\(token)",
            deliveriesMax: count
        )
        hints[token] = hint
        return hint
    }

    /// Takes a delivery.
    ///
    /// - Returns: false when no job expects it: a token that was made up, used up, or is over.
    package func deliver(_ token: String) -> Bool {
        // By its bytes: two spellings of one text are equal to Swift, and a token has one.
        guard let hint = hints[token], hint.token.utf8.elementsEqual(token.utf8), hint.take() else {
            unknownCount += 1
            return false
        }
        deliveredCount += 1
        record.delivered()
        if hint.isUsedUp { hints[token] = nil }
        return true
    }

    /// A job is over, with all its texts or without; a delivery may still be on its way.
    func ended(_ hint: WebhookHint, hasText: Bool) {
        guard hasText, !hint.isUsedUp else { return forget(hint) }
        _ = EventLoop.schedule(after: Limits.lateDeliveryMax) { [weak self] in
            guard let self, hints[hint.token] != nil else { return }
            record.missed()
            forget(hint)
        }
    }

    private func forget(_ hint: WebhookHint) {
        hints[hint.token] = nil
    }
}

/// Whether webhooks arrive here.
///
/// Pure. One that arrives is proof until one does not.
struct WebhookRecord {
    private(set) var isProven = false

    mutating func delivered() { isProven = true }
    mutating func missed() { isProven = false }
}

/// The part of a webhook's path that is known to Horde alone: 24 letters and digits, 142 bits.
package enum WebhookToken {
    /// What stands before it in the path.
    package static let pathPrefix = "/hooks/"
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")

    static func random() -> String {
        // The system's generator, which is made for secrets.
        var random = SystemRandomNumberGenerator()
        return String((0..<24).map { _ in alphabet[Int.random(in: alphabet.indices, using: &random)] })
    }
}

/// What tells a waiting job that Horde has called.
@LoopActor
final class WebhookHint {
    let token: String
    let url: String
    private var deliveriesLeft: Int
    private var isPending = false
    private var wake: (@LoopActor () -> Void)?

    fileprivate init(token: String, url: String, deliveriesMax: Int) {
        self.token = token
        self.url = url
        deliveriesLeft = deliveriesMax
    }

    fileprivate var isUsedUp: Bool { deliveriesLeft == 0 }

    fileprivate func take() -> Bool {
        guard deliveriesLeft > 0 else { return false }
        deliveriesLeft -= 1
        isPending = true
        wake?()
        return true
    }

    /// Whether a delivery has come since this was asked last.
    func takePending() -> Bool {
        defer { isPending = false }
        return isPending
    }

    /// Calls something with the next delivery, at once if it is there already; nil calls nothing any more.
    func onDelivery(_ action: (@LoopActor () -> Void)?) {
        wake = action
        if isPending { action?() }
    }
}

/// Where this server is reached from outside: `https://horde.example.org`, without a slash at its end.
package struct PublicURL: Equatable, Sendable, CustomStringConvertible {
    package let description: String

    /// Takes an https URL, with a path or without; Horde calls no others.
    package init?(_ text: String) {
        guard let url = HordeURL(text), url.description.hasPrefix("https://") else { return nil }
        description = url.description
    }
}
