import HTTPTypes

/// Every bound of the gateway, with its reason.
enum Limits {
    /// What is written at most for a client that streams and sets no limit: agents write whole files.
    static let streamedTokensDefault = 16_384
    /// And for one that waits for all of it: at 15 tokens a second no more is done in its 280 seconds.
    static let unstreamedTokensDefault = 4096
    /// Jobs of one answer, whatever their lengths: a worker that gives one word at a time shall not get a thousand.
    static let partsMax = 512
    /// How often in a row Horde may call a job impossible before other models are tried.
    static let impossibleReadsMax = 2
    /// How often a submission is made shorter because Horde wants kudos for its length.
    static let kudosRefusalsMax = 3
    /// What a client is told to wait at most: OpenAI's own heed no more than a minute.
    static let retryAfterMax = Duration.seconds(60)
    /// An answer that may have no more tokens is quick, and goes before others of its key.
    static let quickTokensMax = 256
    /// How long a client that left may take to come back for its answer.
    static let returnSecondsMax = Duration.seconds(120)
    /// Answers that are kept for clients that left, and the bytes of their prompts and texts together.
    static let keptRunsMax = 1024
    static let keptBytesMax = 64 * 1024 * 1024
    /// A client must see a head soon, also while its submission waits for its turn.
    static let headlessInLineMax = Duration.seconds(3)
    /// The shortest silence timeout among clients is a minute; proxies in between cut at less.
    static let heartbeatInterval = Duration.seconds(10)
    /// Comments are invisible to clients that count parsed chunks: each so many-th heartbeat is a chunk, thus every 40 s.
    static let heartbeatsPerChunk = 4
    /// Between two looks at what Horde offers.
    static let refreshInterval = Duration.seconds(60)
    /// A list that is younger is not looked at again because a job has failed: Horde makes its own every 30 s.
    static let refreshAgeMin = Duration.seconds(10)
    /// What a look may take, with a Horde that is slow.
    static let refreshSecondsMax = Duration.seconds(60)
    /// After the first failed look; doubled up to the interval.
    static let refreshRetryMin = Duration.seconds(5)
    /// How often is asked once more for all the choices of one prompt together.
    static let retriesMax = 6
    /// Names that an unknown model's error suggests.
    static let suggestionsMax = 3
    /// Accounts whose free length is remembered, and for how long.
    static let accountsMax = 4096
    static let accountMemory = Duration.seconds(600)
    /// What a stopping server gives to Horde, to take the deletions.
    static let settleSecondsMax = Duration.seconds(10)
    /// And what it may need beyond all that, as its service manager is told.
    static let stopMargin = Duration.seconds(20)
    // The status page

    /// Requests and kinds of failures that it shows.
    static let statusRequestsMax = 50
    static let statusFailuresMax = 10
    static let statusKeysMax = 100
    /// How old the balance of the server's account may be.
    static let balanceAgeMax = Duration.seconds(60)

    // Metrics

    /// Series of each name, where status, model or error tell them apart.
    static let requestSeriesMax = 512
    static let answerSeriesMax = 64
    /// Models whose supply is told, those with the most workers.
    static let metricModelsMax = 20
    /// Connections to a listener that has nothing but the metrics.
    static let metricsConnectionsMax = 64
    /// Between two tries to have an address that is taken.
    static let metricsRetryInterval = Duration.seconds(5)

    // Access

    /// Keys that open nothing, from one address, before it has to wait; and until when they are forgotten.
    static let failedAttemptsMax = 20
    static let failedAttemptsWindow = Duration.seconds(60)
    /// Addresses of which such are remembered.
    static let failedAddressesMax = 4096
    /// When somebody may ask again who has as many answers under way as the key may.
    static let concurrencyPause = Duration.seconds(2)

    /// A cached model list that is larger is not ours.
    static let cacheBytesMax = 16 * 1024 * 1024
}
