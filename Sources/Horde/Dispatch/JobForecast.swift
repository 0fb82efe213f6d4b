/// What is known beforehand of how long a job will take; nil where Horde does not tell.
package struct JobForecast: Equatable, Sendable {
    /// How fast a worker of its model writes one text, in tokens a second, above 0.
    package var tokensPerSecond: Double?
    /// How long the model's queue takes to drain, in seconds, 0 or more.
    package var queueSeconds: Double?

    /// A forecast; numbers that are no such thing count as not told.
    package init(tokensPerSecond: Double? = nil, queueSeconds: Double? = nil) {
        self.tokensPerSecond = tokensPerSecond.flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
        self.queueSeconds = queueSeconds.flatMap { $0 >= 0 && $0.isFinite ? $0 : nil }
    }
}
