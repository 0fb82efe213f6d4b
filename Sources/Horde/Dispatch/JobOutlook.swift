/// When a job will end, as far as it can be told.
///
/// Pure: times are seconds since the submission. A text takes as long as it is, and how long that is nobody knows: the
/// longer it is already, the longer it goes on. Many are cut off at the length that was asked for, and Horde's
/// `wait_time` tells when that is. Before all that a worker has to take the job: idle ones ask every half to three
/// seconds.
struct JobOutlook {
    private let forecast: JobForecast
    private let answerTokens: Double
    private let count: Int

    /// When the last look saw the job.
    private var seenAt = 0.0
    /// Since when it has been in the queue, or was when a worker took it.
    private var queuedSince = 0.0
    /// When a worker took it, as good as that is known; nil while it, or one of its texts, is in the queue.
    private var takenAt: Double?
    /// Between which times a text of full length would end, by what Horde told of its worker; nil before it did.
    private var fullEnd: ClosedRange<Double>?
    /// The place in the queue as told last, and the first that was told, with its time.
    private var place: Double?
    private var firstPlace: (place: Double, at: Double)?

    /// What Horde does not tell of a model's speed, in tokens a second.
    private static let tokensPerSecondGuess = 25.0
    /// Within what time idle workers ask for a job, in seconds after the submission.
    private static let idlePickup = 0.3...3.7
    /// Half of all texts would be longer than so many tokens and this share of what was asked for, if nothing cut them.
    private static let medianTokens = 200.0
    private static let medianShare = 0.8
    /// The first token comes so many seconds after the pickup, at the earliest.
    private static let startSeconds = 0.3
    /// How long a text of full length takes, against what the worker's speed says, and against what the model's says.
    private static let workerSpread = 0.87...1.2
    private static let modelSpread = 0.5...1.4
    private static let spreadSeconds = 0.25
    /// A text that takes even longer has this share of its expected time to go, and as long as it is late already.
    private static let overdueShare = 0.1
    /// And some more: a long prompt takes a worker a while before it writes.
    private static let overdueSeconds = 1.0
    /// A job that waits goes on to wait for this share of its wait till now, and at least so many seconds.
    private static let waitShare = 0.5
    private static let waitSecondsMin = 1.0
    /// How much is given to what the places in the queue say.
    private static let placeWeight = 0.8

    init(forecast: JobForecast, answerTokens: Int, count: Int) {
        // What is far off any worker's speed and any queue's length would only make numbers that are none.
        self.forecast = JobForecast(
            tokensPerSecond: forecast.tokensPerSecond.map { min(max($0, 0.1), 10_000) },
            queueSeconds: forecast.queueSeconds.map { min(max($0, 0), 86_400) }
        )
        self.answerTokens = Double(max(answerTokens, 1))
        self.count = max(count, 1)
    }

    /// Takes in what Horde told, as things stood at `time`.
    mutating func see(_ progress: JobProgress, at time: Double) {
        defer { seenAt = time }
        place = progress.queuePosition > 0 ? Double(progress.queuePosition) : nil
        if let place, firstPlace == nil { firstPlace = (place, time) }
        guard progress.isRunning, place == nil else {
            if takenAt != nil { (queuedSince, firstPlace) = (time, nil) }
            (takenAt, fullEnd) = (nil, nil)
            return
        }
        if takenAt == nil { takenAt = (max(seenAt, Self.idlePickup.lowerBound) + max(time, seenAt)) / 2 }
        if let seconds = progress.remainingSeconds, seconds > 0 { narrow(to: time + Double(min(seconds, 3600))) }
    }

    /// Horde tells whole seconds: several looks know the end better than one.
    private mutating func narrow(to end: Double) {
        let told = end - 0.5...end + 0.5
        guard let known = fullEnd else {
            fullEnd = told
            return
        }
        if known.overlaps(told) {
            fullEnd = known.clamped(to: told)
        } else {
            // Another worker has it now, or of several the slowest is through.
            if told.lowerBound > known.upperBound { takenAt = seenAt }
            fullEnd = told
        }
    }

    /// By how many seconds the end will have been missed, in the mean, when the job is next seen so long after it was.
    func lateness(after delay: Double) -> Double {
        if let takenAt { runningLateness(delay, takenAt) } else { queuedLateness(delay) }
    }

    private func runningLateness(_ delay: Double, _ takenAt: Double) -> Double {
        let known = fullEnd.map { max(($0.lowerBound + $0.upperBound) / 2 - takenAt, 0.3) }
        let full = known ?? answerTokens / (forecast.tokensPerSecond ?? Self.tokensPerSecondGuess)
        let spread = known == nil ? Self.modelSpread : Self.workerSpread
        let start = takenAt + Self.startSeconds
        let from = start + full * spread.lowerBound
        let to = start + full * spread.upperBound + Self.spreadSeconds

        let age = max(seenAt - start, 0)
        var lateness = endRate(at: age + delay / 3, speed: answerTokens / full) * delay * delay / 2
        if seenAt < from {
            let beyond = max(seenAt + delay - from, 0)
            lateness += beyond * beyond / 2 / (to - from)
        } else {
            let overdue = max(seenAt - to, 0)
            lateness += delay * delay / 2 / max(to - seenAt, full * Self.overdueShare + overdue + Self.overdueSeconds)
        }
        return lateness
    }

    private func queuedLateness(_ delay: Double) -> Double {
        let speed = forecast.tokensPerSecond ?? Self.tokensPerSecondGuess
        let full = answerTokens / speed
        let pickup = pickupDelays
        let running = delay - pickup.lowerBound - Self.startSeconds
        let spread = full * (Self.modelSpread.upperBound - Self.modelSpread.lowerBound)
        return endRate(at: max(running, 0) / 3, speed: speed) * Self.lateness(running, pickup)
            + Self.lateness(running - full * Self.modelSpread.lowerBound, pickup) / spread
    }

    /// How soon after the last look a worker takes the job: evenly within this.
    private var pickupDelays: ClosedRange<Double> {
        let waited = max(seenAt - queuedSince, 0)
        let told = forecast.queueSeconds.map { $0 - waited } ?? 0
        let idle = Self.idlePickup
        if queuedSince == 0, waited < idle.upperBound - idle.lowerBound {
            return max(idle.lowerBound - waited, 0)...max(idle.upperBound - waited, 2 * told)
        }
        var mean = max(Self.waitSecondsMin, waited * Self.waitShare, told)
        if let place, let firstPlace, place < firstPlace.place {
            let drained = place * (seenAt - firstPlace.at) / (firstPlace.place - place)
            mean += (min(drained, mean * 3) - mean) * Self.placeWeight
        }
        return 0...2 * max(mean, Self.waitSecondsMin)
    }

    /// The mean lateness per rate of ends, `time` after a pickup that is evenly distributed could have been.
    private static func lateness(_ time: Double, _ pickup: ClosedRange<Double>) -> Double {
        guard time > 0 else { return 0 }
        let width = pickup.upperBound - pickup.lowerBound
        if time < width { return time * time * time / 6 / width }
        let mean = time - width / 2
        return mean * mean / 2 + width * width / 24
    }

    /// How many of the jobs that are not over end in a second, at this age in seconds.
    ///
    /// For one text that is 1 / (age + scale); of several the last one counts.
    private func endRate(at age: Double, speed: Double) -> Double {
        let scale = (Self.medianTokens + Self.medianShare * answerTokens) / speed
        guard count > 1 else { return 1 / (age + scale) }
        let ended = age / (age + scale)
        let others = (1..<count).reduce(1.0) { power, _ in power * ended }
        return Double(count) * scale / ((age + scale) * (age + scale)) * others / (1 - others * ended)
    }
}
