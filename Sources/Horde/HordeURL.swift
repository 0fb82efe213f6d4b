/// The origin of a Horde: `https://aihorde.net`, without a slash at its end.
package struct HordeURL: Sendable, Equatable, CustomStringConvertible {
    package let description: String

    /// The public Horde.
    package static let aihorde = HordeURL(description: "https://aihorde.net")

    private init(description: String) { self.description = description }

    /// Takes an http or https URL; the `/api` or `/api/v2` that some settings carry at the end is dropped.
    package init?(_ text: String) {
        var url = Substring(text)
        for suffix in ["/", "/v2", "/api", "/"] {
            while url.hasSuffix(suffix), url.dropLast(suffix.count).contains("://") { url.removeLast(suffix.count) }
        }
        guard url.hasPrefix("https://") || url.hasPrefix("http://"),
            url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
            let host = url.split(separator: "/", omittingEmptySubsequences: true).dropFirst().first, !host.isEmpty,
            !url.contains("?"), !url.contains("#")
        else { return nil }
        description = String(url)
    }
}
