/// The bounds of a load test.
enum Limits {
    /// Clients that share one libcurl multi handle, because libcurl looks for a free connection by walking through all of
    /// those to the same server.
    static let clientsPerHandle = 32
    /// What libcurl reads at once for each client: answers here are short, and there are thousands of them.
    static let receiveBufferBytes = 4096
    /// New clients a second at the start, so that the server's queue for new connections holds them.
    static let newClientsPerSecond = 4000.0
    /// Of an answer's end, for its `[DONE]` or its error.
    static let keptBytesMax = 4096
    /// Kinds of failure that are told apart; the rest is "other".
    static let failureKindsMax = 64
    /// Between two looks at the server's process and two lines of progress.
    static let lookSeconds = 1.0
    /// What is read of a file below /proc.
    static let procBytesMax = 16 * 1024
}
