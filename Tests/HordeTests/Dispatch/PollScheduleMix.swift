import Glibc

@testable import Horde

/// Jobs as they may be at AI Horde, of 2 to 150 seconds from the submission to the end; the same in every run.
///
/// - Models have the sizes of Horde's list of text models (a twentieth of it each, without the smallest). A model of
///   8 billion parameters writes 26 to 52 tokens a second, others as the root of their size.
/// - Jobs ask for 64 to 1024 tokens, most for 256 or 512. `cutShare` of their texts are cut off there; half of the others
///   end evenly anywhere before, half are lognormal with a median of 150 tokens.
/// - A worker's own speed, by which Horde reckons `wait_time`, is within 25 % of its model's; a text is written within
///   15 % of that, and begins 0.1 s and more after the pickup, 0.6 s in the mean.
/// - An idle worker takes a job after 0.4 to 3 s; `queuedShare` of the jobs wait 5 to 100 s before that. What is told
///   beforehand of the queue is wrong by a factor of 1.6 or so, often names a queue where none is, and lacks for a tenth
///   of the jobs, as does the speed. Places in the queue also count requests for other models.
/// - A read takes 60 to 150 ms, of which 55 % pass before Horde looks.
struct PollScheduleMix {
    struct Job {
        let askedTokens: Int
        let forecast: JobForecast
        /// What Horde takes the worker's speed to be, in tokens a second.
        let workerSpeed: Double
        let isCut: Bool
        /// In seconds since the submission.
        let pickup: Double
        let end: Double
        /// Requests before it at first that leave while it waits, and those for other models that stay.
        let placesAhead: Double
        let placesOfOthers: Double
        let seed: UInt64
    }

    static let readSeconds = 0.06...0.15
    static let wayThereShare = 0.55
    static let ownSpeed = 0.87...1.15

    private static let billions: [Double] = [
        1.5, 3, 6, 7, 7, 8, 11, 12, 13, 13, 14, 20, 24, 27, 32, 50, 70, 88, 123,
    ]
    /// Lengths asked for, of 100 jobs.
    private static let asked = [64: 12, 128: 13, 200: 12, 256: 18, 350: 10, 512: 28, 1024: 7]
        .sorted { $0.key < $1.key }.flatMap { Array(repeating: $0.key, count: $0.value) }

    private var random: SeededGenerator
    private let cutShare: Double
    private let queuedShare: Double

    init(seed: UInt64, cutShare: Double = 0.4, queuedShare: Double = 0.25) {
        random = SeededGenerator(seed: seed)
        self.cutShare = cutShare
        self.queuedShare = queuedShare
    }

    static func jobs(_ count: Int, cutShare: Double = 0.4, queuedShare: Double = 0.25, seed: UInt64 = 1) -> [Job] {
        var mix = PollScheduleMix(seed: seed, cutShare: cutShare, queuedShare: queuedShare)
        return (0..<count).map { _ in mix.job() }
    }

    mutating func job() -> Job {
        while true {
            let listedSpeed = 105 / (Self.billions.randomElement(using: &random) ?? 8).squareRoot() * uniform(0.7...1.4)
            let workerSpeed = listedSpeed * uniform(0.75...1.25)
            let asked = Self.asked.randomElement(using: &random) ?? 512
            let isQueued = chance(queuedShare)
            let queue = isQueued ? exp(uniform(log(5)...log(100))) : 0
            let pickup = uniform(0.4...3) + queue
            let written = writingSeconds(askedTokens: asked, workerSpeed: workerSpeed)
            let told = isQueued ? queue * exp(0.5 * normal()) : chance(0.6) ? 0 : uniform(0...12)
            let job = Job(
                askedTokens: asked,
                forecast: JobForecast(
                    tokensPerSecond: chance(0.1) ? nil : listedSpeed,
                    queueSeconds: chance(0.1) ? nil : told
                ),
                workerSpeed: workerSpeed,
                isCut: written.isCut,
                pickup: pickup,
                end: pickup + written.seconds,
                placesAhead: queue * uniform(0.2...1.5),
                placesOfOthers: uniform(0...12),
                seed: random.next()
            )
            if (2...150).contains(job.end) { return job }
        }
    }

    /// How long a worker takes from the pickup on.
    mutating func writingSeconds(askedTokens: Int, workerSpeed: Double) -> (seconds: Double, isCut: Bool) {
        let (tokens, isCut) = tokens(of: Double(askedTokens))
        let start = 0.1 - 0.5 * log(1 - uniform(0...0.999_999))
        return (start + tokens / (workerSpeed * uniform(Self.ownSpeed)), isCut)
    }

    private mutating func tokens(of asked: Double) -> (tokens: Double, isCut: Bool) {
        if chance(cutShare) { return (asked, true) }
        if chance(0.5) { return (asked * uniform(0.05...1), false) }
        while true {
            let tokens = 150 * exp(0.9 * normal())
            if (4..<asked).contains(tokens) { return (tokens, false) }
        }
    }

    private mutating func uniform(_ range: ClosedRange<Double>) -> Double { .random(in: range, using: &random) }

    private mutating func chance(_ share: Double) -> Bool { uniform(0...1) < share }

    /// Near enough to a normal distribution.
    private mutating func normal() -> Double { (0..<12).reduce(-6.0) { sum, _ in sum + uniform(0...1) } }
}

/// What a schedule made of jobs of a mix.
struct PollScheduleTrial {
    /// From the end at Horde until the answer of the read that found it was here, and a millisecond for the rest.
    private(set) var lags: [Double] = []
    private(set) var reads = 0
    /// Of all jobs, from the submission to the end at Horde.
    private(set) var seconds = 0.0
    /// In one window of Horde's.
    private(set) var readsPerWindowMax = 0

    /// Plays all jobs; `pauses` makes the schedule of one, which is asked after each answer, and with nil at first.
    init(
        _ jobs: some Sequence<PollScheduleMix.Job>,
        _ pauses: (PollScheduleMix.Job) -> (JobProgress?, _ at: Double) -> Double
    ) {
        for job in jobs { play(job, pauses(job)) }
        lags.sort()
    }

    private mutating func play(_ job: PollScheduleMix.Job, _ next: (JobProgress?, _ at: Double) -> Double) {
        var random = SeededGenerator(seed: job.seed)
        var now = next(nil, 0)
        var (windowEnd, windowReads) = (-1.0, 0)
        while true {
            let latency = Double.random(in: PollScheduleMix.readSeconds, using: &random)
            let looked = now + latency * PollScheduleMix.wayThereShare
            reads += 1
            if looked >= windowEnd { (windowEnd, windowReads) = (looked + 60, 0) }
            windowReads += 1
            readsPerWindowMax = max(readsPerWindowMax, windowReads)
            now += latency
            if looked >= job.end {
                lags.append(now - job.end + 0.001)
                seconds += job.end
                return
            }
            now += next(job.progress(at: looked, noise: .random(in: 0.7...1.3, using: &random)), now)
        }
    }

    /// The pauses that `PollSchedule` makes for a job.
    static func schedule(_ job: PollScheduleMix.Job) -> (JobProgress?, _ at: Double) -> Double {
        schedule(job, forecast: job.forecast)
    }

    /// The same with another forecast than the job's.
    static func schedule(
        _ job: PollScheduleMix.Job,
        forecast: JobForecast
    ) -> (JobProgress?, _ at: Double) -> Double {
        let submission = ContinuousClock.now
        var schedule = PollSchedule(
            forecast: forecast,
            answerTokens: job.askedTokens,
            count: 1,
            submittedAt: submission
        )
        return { schedule.next(after: $0, at: submission + .seconds($1)) / .seconds(1) }
    }

    var lag: Double { lags.reduce(0, +) / Double(max(lags.count, 1)) }
    var readsPerSecond: Double { Double(reads) / seconds }

    /// One line of a table, in milliseconds.
    var summary: String {
        func thousandths(_ value: Double) -> String { "\(Int((1000 * value).rounded()))" }
        func quantile(_ share: Double) -> String {
            lags.isEmpty ? "-" : thousandths(lags[Int(share * Double(lags.count - 1))])
        }
        return "\(lags.count) jobs, lag mean \(thousandths(lag)) p50 \(quantile(0.5)) p99 \(quantile(0.99)) ms, "
            + "\(thousandths(readsPerSecond)) reads in 1000 s, at most \(readsPerWindowMax) in a window"
    }
}

extension PollScheduleMix.Job {
    /// What Horde tells of it, `time` seconds after the submission.
    fileprivate func progress(at time: Double, noise: Double) -> JobProgress {
        guard time < pickup else {
            let left = max(0, Double(askedTokens) / workerSpeed - (time - pickup))
            return JobProgress(
                queuePosition: 0,
                isRunning: true,
                remainingSeconds: Int(left.rounded(.toNearestOrEven))
            )
        }
        // In its first second Horde's queue does not have it.
        let place = time < 1 ? 0 : 1 + Int(placesAhead * (1 - time / pickup) + placesOfOthers * noise)
        return JobProgress(queuePosition: place, isRunning: false)
    }
}
