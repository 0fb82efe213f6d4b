/// What a model says to a tool in Harmony's channels, as it stands.
package struct ChannelCall: Equatable, Sendable {
    /// The tool that is spoken to, without the `functions.` of the client's own tools; others (`python`) are the
    /// model's idea.
    package let recipient: String
    /// The arguments, which should be JSON; cut where the text was.
    package let body: String

    /// A call from its parts.
    package init(recipient: String, body: String) {
        self.recipient = recipient
        self.body = body
    }

    private static let prefix = "functions."

    /// A call from the places of its parts.
    init(_ bytes: [UInt8], recipient: Range<Int>, body: Range<Int>) {
        let name = String(decoding: bytes[recipient], as: UTF8.self)
        self.recipient = name.hasPrefix(Self.prefix) ? String(name.dropFirst(Self.prefix.count)) : name
        self.body = String(decoding: bytes[bytes.trimmed(body)], as: UTF8.self)
    }
}
