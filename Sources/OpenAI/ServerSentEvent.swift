package import JSONText

// The framing of a stream. Only `data:` and comment lines are ever sent: `id:`, `retry:` and bare `event:` lines each
// break a client (section 0 of the client survey).

/// The events of a streamed answer, as bytes ready to send.
package enum ServerSentEvent {
    /// The end of a stream, exactly as clients compare it.
    package static let done = Array("data: [DONE]\n\n".utf8)

    /// One event; the compact JSON has no line break, so that one `data:` line holds it.
    package static func data(_ json: JSON) -> [UInt8] {
        var bytes: [UInt8] = []
        // As long as most events are.
        bytes.reserveCapacity(512)
        bytes.append(contentsOf: "data: ".utf8)
        json.write(into: &bytes)
        bytes.append(contentsOf: "\n\n".utf8)
        return bytes
    }

    /// A line that clients skip, which shows that the server is still there; line breaks in it become spaces.
    ///
    /// Text must not begin with "ping": Continue takes such a comment for the end of the data.
    package static func comment(_ text: String) -> [UInt8] {
        var bytes = Array(": ".utf8)
        bytes.append(contentsOf: text.utf8.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 })
        bytes.append(contentsOf: "\n\n".utf8)
        return bytes
    }

    /// A failure after the head was sent: an event without `choices`, which would hide the error from some clients.
    package static func error(_ error: APIError) -> [UInt8] {
        data(error.body)
    }
}
