/// What a load test does: whom it asks, what, how often and for how long.
package struct LoadPlan: Sendable {
    /// What each request asks for.
    package enum Path: String, Sendable, CaseIterable {
        case chat
        case models
    }

    /// The base URL of the API, such as `http://127.0.0.1:8080/v1`, without a slash at its end.
    package var target: String
    package var path = Path.chat
    /// Clients at a time, each with one request under way and a connection of its own; at least 1.
    package var clients = 1
    /// No request begins later than this many seconds after the start of what is counted.
    package var durationSeconds: Double?
    /// No more requests than this.
    package var requestsMax: Int?
    /// Requests a second over all clients, begun on schedule whether or not answers come; nil: each client asks again when
    /// it has its answer.
    package var rate: Double?
    /// A client's pause between an answer and its next request; without `rate`.
    package var thinkSeconds = 0.0
    /// What ends in these first seconds is not counted.
    package var warmUpSeconds = 0.0
    /// Until a request is given up.
    package var timeoutSeconds = 300.0
    package var isStreaming = false
    /// Of the conversation, as text.
    package var promptBytes = 64
    package var tools = 0
    package var maxTokens = 16
    package var model = "horde/auto"
    /// Keys that the clients share, in turn; 0: none is sent.
    package var keys = 0
    /// The number of the first of these keys.
    package var firstKey = 0
    /// The server's process, whose CPU time and memory are read.
    package var serverPID: Int?

    package init(target: String) { self.target = target }

    /// The text of a key of AI Horde's shape: 22 characters.
    package static func key(_ number: Int) -> String {
        let digits = String(number)
        return "bench-key-" + String(repeating: "0", count: max(0, 12 - digits.count)) + digits
    }
}
