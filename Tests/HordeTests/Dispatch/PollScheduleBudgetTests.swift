import Testing

@testable import Horde

/// Horde's 60 reads a minute of one job, counted as Horde does: a fixed window begins with the first read that arrives
/// after the last one's end.
struct PollScheduleBudgetTests {
    private static let submission = ContinuousClock.now

    /// The most reads in one window of a job, with answers, latencies and hints as wild as may be.
    private static func mostReads(seed: UInt64, reads: Int) -> Int {
        var random = SeededGenerator(seed: seed)
        func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &random) < share }
        var schedule = PollSchedule(
            forecast: JobForecast(
                tokensPerSecond: chance(0.2) ? nil : Double.random(in: 0.5...500, using: &random),
                queueSeconds: chance(0.5) ? nil : Double.random(in: 0...100, using: &random)
            ),
            answerTokens: Int.random(in: 16...(chance(0.5) ? 64 : 4096), using: &random),
            count: chance(0.8) ? 1 : Int.random(in: 2...20, using: &random),
            submittedAt: submission,
            isSafetyNet: chance(0.1)
        )
        // Most jobs are fast and eager, as only those come near the limit.
        let slowest = chance(0.7) ? 0.01 : chance(0.7) ? 0.5 : 20.0
        let (hints, failures, eager) = (chance(0.3) ? 0.5 : 0, chance(0.3) ? 0.2 : 0, chance(0.6))
        var now = schedule.next(after: nil, at: submission) / .seconds(1)
        var (windowEnd, count, most) = (-1.0, 0, 0)
        for _ in 0..<reads {
            if chance(hints) {
                now -= Double.random(in: 0...0.05, using: &random)
                now += schedule.readNow(at: submission + .seconds(now)) / .seconds(1)
            }
            let latency = Double.random(in: 0.005...max(slowest, 0.006), using: &random)
            let arrival = now + Double.random(in: 0...latency, using: &random)
            if arrival >= windowEnd { (windowEnd, count) = (arrival + 60, 0) }
            count += 1
            most = max(most, count)
            now += latency
            let answer =
                chance(failures)
                ? nil
                : JobProgress(
                    queuePosition: eager || chance(0.5) ? 0 : Int.random(in: 0...50, using: &random),
                    isRunning: eager || chance(0.5),
                    remainingSeconds: chance(0.2) ? nil : Int.random(in: 0...(eager ? 1 : 200), using: &random)
                )
            let refusal = chance(0.01) ? Int.random(in: 0...3, using: &random) : nil
            let instant = submission + .seconds(now)
            let pause =
                refusal.map { schedule.next(afterRefusal: $0, at: instant) }
                ?? schedule.next(after: answer, at: instant)
            now += pause / .seconds(1)
        }
        return most
    }

    @Test func `no window of Horde's ever has more than its 60 reads, whatever Horde tells and how slowly`() {
        let most = (0..<1500).map { Self.mostReads(seed: $0, reads: 90) }
        #expect(most.max() ?? 99 <= 60)
        // The test means something only if jobs come near the limit.
        #expect(most.max() ?? 0 >= 50)
    }

    @Test func `hint after hint is followed until the minute's reads are used up, and then as they come back`() {
        var schedule = PollSchedule(
            forecast: JobForecast(),
            answerTokens: 512,
            count: 20,
            submittedAt: Self.submission,
            isSafetyNet: true
        )
        var now = schedule.next(after: nil, at: Self.submission) / .seconds(1)
        var reads: [Double] = []
        while reads.count < 100 {
            now += schedule.readNow(at: Self.submission + .seconds(now)) / .seconds(1)
            reads.append(now)
            now += 0.01
            _ = schedule.next(after: nil, at: Self.submission + .seconds(now))
        }
        #expect(zip(reads, reads.dropFirst()).prefix(11).allSatisfy { $1 - $0 < 0.011 })
        let minute = reads.count { $0 < reads[0] + 60 }
        #expect((55...58).contains(minute))
    }

    @Test func `reads are spread before they are used up`() {
        var budget = ReadBudget()
        for _ in 0..<6 { budget.spend(at: 100) }
        #expect(budget.shortestPause(at: 100) == 0)
        #expect((0.05...0.2).contains(budget.pause(at: 100)))
        for _ in 0..<4 { budget.spend(at: 100) }
        #expect(budget.shortestPause(at: 100) == 0)
        #expect((0.5...0.8).contains(budget.pause(at: 100)))
        for _ in 0..<2 { budget.spend(at: 100) }
        #expect(budget.shortestPause(at: 100) == ReadBudget.refillSeconds)
        #expect(budget.pause(at: 160) == 0)
    }
}
