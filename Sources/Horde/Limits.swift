/// Every bound on what this target waits for, holds or repeats.
enum Limits {
    /// A submission is never cut off by us before this: its id would be lost, and with it the means to cancel.
    static let submitSecondsMax = Duration.seconds(60)
    /// A status, a deletion, a list.
    static let readSecondsMax = Duration.seconds(20)
    /// While Horde refuses a submission in a way that may pass, it is repeated this long.
    static let refusalPatience = Duration.seconds(4)
    /// Jobs after the first for one order, when a job faults, expires or comes back empty.
    static let resubmitsMax = 2
    /// How long Horde may call a job impossible before it is given up.
    static let impossibleSecondsMax = Duration.seconds(45)
    /// How long a client may take to come back for a job of an earlier process.
    static let returnSecondsMax = Duration.seconds(120)
    /// Between two looks at a job that nobody waits for at the moment.
    static let awayReadInterval = Duration.seconds(5)
    /// How long after a job's end its webhook may still arrive.
    static let lateDeliveryMax = Duration.seconds(10)
    /// How long a job's status may be unreadable before it is given up.
    static let silenceSecondsMax = Duration.seconds(60)
    // Outages

    /// Calls that fail in a row before Horde is left alone.
    static let failuresMax = 5
    /// How long it is, at first and at most.
    static let restMin = Duration.seconds(5)
    static let restMax = Duration.seconds(30)
    /// Until another submission tries, when nothing is heard of one that does.
    static let probeSecondsMax = Duration.seconds(20)

    // Submissions

    /// What Horde lets an address submit: 97 % of its 90 a minute, so that timers may be late.
    static let submitsPerMinuteDefault = 87
    /// And a whitelisted one, of 300 a minute and 10 a second.
    static let submitsPerMinuteRaised = 285
    /// A limit of one second that only whitelisted addresses have.
    static let raisedLimitPerSecond = 10
    /// After a refusal the address is not taken for a whitelisted one for so long: the list is one process', of several.
    static let raisedPause = Duration.seconds(600)
    /// A second, and some for what the network adds and takes.
    static let windowSecond = Duration.milliseconds(1040)
    /// Between two submissions of one key: Horde counts two a second.
    static let keySubmitInterval = Duration.milliseconds(520)
    /// By how much a refusal slows the pace, how slow it becomes at most, and how fast that passes.
    static let strainStep = 1.5
    static let strainMax = 4.0
    static let strainRelief = 1.05
    /// Submissions that wait for their turn; beyond, only keys that have less than their share in line are let in.
    static let waitingSubmitsMax = 4096
    /// After a refusal because the line is full, at least.
    static let fullLinePause = Duration.seconds(2)
    /// Between two words to those that wait about how the line has moved.
    static let lineNewsInterval = Duration.seconds(5)
    /// Quick submissions of a key that go before one that is not.
    static let quickInRowMax = 4
    /// Jobs of an account that may wait for a worker, unless Horde tells another number.
    static let accountJobsMax = 30
    /// And of the anonymous one, which the whole world shares.
    static let anonymousJobsMax = 500
    /// With so many waiting, the account's own limit is asked for.
    static let accountJobsUnasked = 10
    /// How long an account is left alone of which Horde says that too much waits; doubled each time, and never so long that
    /// a stream opens its head meanwhile.
    static let accountPauseMin = Duration.milliseconds(750)
    static let accountPauseMax = Duration.seconds(2)
    /// How long such a refusal is borne: short of what opens a stream, so that it can still be an HTTP status.
    static let accountPatience = Duration.seconds(2)
    /// Accounts that are remembered.
    static let accountsMax = 4096
    /// Jobs that are being cancelled.
    static let abandonmentsMax = 16_384
    /// Attempts in a row to reach Horde for one cancellation, and the longest pause between two: two minutes in all.
    static let deleteAttemptsMax = 9
    static let deletePauseSecondsMax = 30
    /// Series of metrics: answers by endpoint and status, and what goes by the models' names.
    static let callSeriesMax = 256
    static let modelSeriesMax = 64
    static let modelOutcomeSeriesMax = 256
}
