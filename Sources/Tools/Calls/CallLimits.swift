/// What bounds the reading of calls.
enum CallLimits {
    /// The most calls of one answer; agents run each, and no model means more at once.
    static let callsMax = 64
    /// The most arguments of one call, in bytes of JSON: more than any answer of AI Horde holds.
    static let argumentBytesMax = 1_000_000
    /// How often the reading of one text may fail and begin anew elsewhere, each time perhaps through all of the text.
    static let attemptsMax = 16
}
