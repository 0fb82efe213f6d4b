/// Whether the later heads of a connection come in time.
///
/// Nobody tells of one before its request line has ended, which may be never, and what arrives may be read by libmicrohttpd
/// before our own epoll set hears of it. So a connection is looked at again and again while it has no request.
struct LaterHeadPace {
    /// From a head's first byte to its end.
    let deadline: Duration
    /// The head that was under way at the last look, by its number, and when it was first seen.
    private var seen: (head: Int, since: ContinuousClock.Instant)?

    init(deadline: Duration) { self.deadline = deadline }

    /// Between two looks; a head can have begun by so much before it is seen.
    static func interval(ofDeadline deadline: Duration) -> Duration { deadline / 10 }

    /// Judges what a look finds.
    ///
    /// - Parameters:
    ///   - now: when it is made.
    ///   - head: the number of the head that has begun and not ended; nil between two.
    /// - Returns: false for one that is too slow, which is found when nine or ten tenths of its time are over.
    mutating func look(at now: ContinuousClock.Instant, underWay head: Int?) -> Bool {
        guard let head else {
            seen = nil
            return true
        }
        guard let seen, seen.head == head else {
            self.seen = (head, now)
            return true
        }
        return now - seen.since < deadline - Self.interval(ofDeadline: deadline)
    }
}
