/// When the next request is to begin, over all clients.
///
/// Pure: times are seconds since the start.
struct Schedule {
    private let rate: Double?
    private let requestsMax: Int
    private let end: Double
    private(set) var begun = 0

    /// Begins after no more than `end` seconds, and no more than `requestsMax` times.
    init(rate: Double?, requestsMax: Int?, end: Double?) {
        self.rate = rate
        self.requestsMax = requestsMax ?? .max
        self.end = end ?? .infinity
    }

    /// The time at which the next request is to begin; nil when there is none any more.
    func coming(at now: Double) -> Double? {
        let time = rate.map { Double(begun) / $0 } ?? now
        return begun < requestsMax && time < end ? time : nil
    }

    /// The time at which the client that asks is to begin its next request, which may lie in the past: then it is late.
    ///
    /// nil when there is none any more.
    mutating func next(at now: Double) -> Double? {
        guard let time = coming(at: now) else { return nil }
        begun += 1
        return time
    }
}
