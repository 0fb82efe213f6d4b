/// Why the server itself refused a request, before or instead of the handler.
package enum Refusal: Error, Equatable, Sendable {
    /// The body is, or says it is, larger than this.
    case bodyTooLarge(bytesMax: Int)
    /// Request line and header fields together, cookies counted twice, are larger than this.
    case headTooLarge(bytesMax: Int)
    /// There are more header fields, query arguments and cookies together than this.
    case tooManyFields(countMax: Int)
    /// The client's address has as many connections as it may.
    case tooManyConnections(countMax: Int)
    /// The framing cannot be trusted; the text says what is wrong with it.
    case malformed(String)
    /// The handler ended without an answer.
    case abandoned
}
