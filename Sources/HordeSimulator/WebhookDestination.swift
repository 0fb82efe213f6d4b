import EventLoop

/// Where `--webhook-to` sends webhooks instead of where they are addressed to, and by what.
package struct WebhookDestination: Sendable {
    /// Sends one POST with a JSON body, and gives back the status of the answer; nil where none came in the time given.
    package typealias Post = @LoopActor @Sendable (_ url: String, _ body: [UInt8], _ timeout: Duration) async -> Int?

    private let base: String
    let post: Post

    /// Takes an http or https URL, whose path stands before that of every webhook; nil where it is none.
    package init?(_ url: String, post: @escaping Post) {
        var base = Substring(url)
        while base.hasSuffix("/") { base.removeLast() }
        guard let scheme = ["http://", "https://"].first(where: base.hasPrefix), base.count > scheme.count,
            base.dropFirst(scheme.count).first != "/",
            base.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !base.contains("?"), !base.contains("#")
        else { return nil }
        self.base = String(base)
        self.post = post
    }

    /// The local address of a webhook: its own path and query behind the destination.
    func url(for hook: String) -> String {
        let afterScheme = hook.firstRange(of: "://").map { hook[$0.upperBound...] } ?? hook[...]
        guard let end = afterScheme.firstIndex(where: { "/?#".contains($0) }) else { return base + "/" }
        var rest = afterScheme[end...].prefix { $0 != "#" }
        if rest.first != "/" { rest = "/" + rest }
        return base + rest
    }
}
