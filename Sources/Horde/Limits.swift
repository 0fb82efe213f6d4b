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
    /// Between two looks at a job that nobody waits for at the moment.
    static let awayReadInterval = Duration.seconds(5)
    /// How long a job's status may be unreadable before it is given up.
    static let silenceSecondsMax = Duration.seconds(60)
    /// Submissions that wait for their turn.
    static let waitingSubmitsMax = 1024
    /// Jobs that are being cancelled.
    static let abandonmentsMax = 16_384
    /// Attempts in a row to reach Horde for one cancellation, and the longest pause between two: two minutes in all.
    static let deleteAttemptsMax = 9
    static let deletePauseSecondsMax = 30
}
