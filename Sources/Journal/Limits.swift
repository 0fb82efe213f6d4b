/// Every bound of the journal.
enum Limits {
    /// Changes that wait for the disk; what comes beyond is not written.
    static let changesMax = 65_536
    /// Between two notes that the process lives, while it has jobs.
    static let aliveMillisecondsMax: CInt = 10_000
    /// Until it is tried again, after the disk has failed.
    static let retryPause = Duration.seconds(30)
    /// What a first submission waits for what earlier processes have left.
    static let readSecondsMax = Duration.seconds(2)
    /// What a server that stops waits for the last changes to be written.
    static let closeSecondsMax = Duration.seconds(5)
    /// Files of other processes that are looked at.
    static let filesMax = 1024
    /// The writer's stack.
    static let stackBytes = 256 * 1024
}
