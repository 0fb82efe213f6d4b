/// How often something happened within any one window of a minute, as Horde's limiter would count it for one address.
struct MinuteMeter {
    /// The hits of the fullest window so far.
    private(set) var most = 0
    private var hits = 0
    private var end = -1.0

    mutating func record(_ now: Double) {
        if now >= end {
            end = now + 60
            hits = 0
        }
        hits += 1
        most = max(most, hits)
    }
}

/// How long finished jobs waited to be told: from the last text of a job to the read that first told it, in real
/// milliseconds.
struct LagMeter {
    /// So many of the newest lags are remembered one by one.
    static let lagsMax = 20_000

    private(set) var count = 0
    private(set) var sum = 0.0
    private(set) var most = 0.0
    /// The real seconds from the submit of each of these jobs to that read.
    private(set) var waitedSeconds = 0.0
    private var newest: [Double] = []
    /// Where the next one goes once all places are taken.
    private var next = 0

    mutating func record(milliseconds: Double, waitedSeconds: Double) {
        count += 1
        sum += milliseconds
        most = max(most, milliseconds)
        self.waitedSeconds += waitedSeconds
        if newest.count < Self.lagsMax {
            newest.append(milliseconds)
        } else {
            newest[next] = milliseconds
            next = (next + 1) % Self.lagsMax
        }
    }

    /// The newest lags, oldest first.
    var lags: [Double] { Array(newest[next...] + newest[..<next]) }
}
