import JSONText

/// How much text was made lately: a count per second for an hour, and since the start.
struct Statistics {
    private struct Count {
        var requests = 0
        var tokens = 0
    }
    private var bySecond: [Int: Count] = [:]
    private var sinceStart = Count()

    mutating func record(tokens: Int, now: Double) {
        bySecond[Int(now), default: Count()].requests += 1
        bySecond[Int(now), default: Count()].tokens += tokens
        sinceStart.requests += 1
        sinceStart.tokens += tokens
    }

    mutating func prune(now: Double) {
        bySecond = bySecond.filter { Double($0.key) > now - 3600 }
    }

    func tokens(seconds: Double, now: Double) -> Int {
        count(seconds: seconds, now: now).tokens
    }

    /// `/stats/text/totals`.
    ///
    /// A simulator is not expected to run for days, so a day and a month are all there was.
    func totals(now: Double) -> JSON {
        [
            "minute": json(count(seconds: 60, now: now)),
            "hour": json(count(seconds: 3600, now: now)),
            "day": json(sinceStart),
            "month": json(sinceStart),
            "total": json(sinceStart),
        ]
    }

    private func count(seconds: Double, now: Double) -> Count {
        bySecond.reduce(into: Count()) { total, entry in
            guard Double(entry.key) > now - seconds else { return }
            total.requests += entry.value.requests
            total.tokens += entry.value.tokens
        }
    }

    private func json(_ count: Count) -> JSON {
        ["requests": JSON(count.requests), "tokens": JSON(count.tokens)]
    }
}
