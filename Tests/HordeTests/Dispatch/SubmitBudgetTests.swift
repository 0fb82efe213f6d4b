import EventLoop
import TestSupport
import Testing

@testable import Horde

struct SubmitBudgetTests {
    @Test(arguments: 0..<UInt64(40))
    func `no pattern of arrivals breaks Horde's limits`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var budget = SubmitBudget(perMinute: 87)
        var now = ContinuousClock.now
        var passes: [ContinuousClock.Instant] = []
        for _ in 0..<600 {
            // Mostly bursts, with pauses of all lengths in between.
            let pauses: [Duration] = [.zero, .zero, .zero, .milliseconds(50), .milliseconds(1500), .seconds(90)]
            now += random.duration(upTo: pauses.randomElement(using: &random) ?? .zero)
            while let wait = budget.take(at: now) { now += wait }
            passes.append(now)
        }
        // What holds for every sliding window holds for every fixed one, wherever it begins.
        #expect(zip(passes, passes.dropFirst(2)).allSatisfy { $1 - $0 >= .seconds(1) })
        #expect(zip(passes, passes.dropFirst(90)).allSatisfy { $1 - $0 >= .seconds(60) })
    }

    @Test func `who always wants to submit gets nearly all that Horde allows`() {
        var budget = SubmitBudget(perMinute: 87)
        let start = ContinuousClock.now
        var now = start
        var passes = 0
        while now < start + .seconds(600) {
            // The loop's timers are late by up to a millisecond.
            while let wait = budget.take(at: now) { now += wait + .milliseconds(1) }
            passes += 1
        }
        #expect(Double(passes) >= 0.95 * 900)
    }

    @Test func `0 is no limit`() {
        var budget = SubmitBudget(perMinute: 0)
        let now = ContinuousClock.now
        #expect((0..<1000).allSatisfy { _ in budget.take(at: now) == nil })
        #expect(budget.wait(for: 1000, at: now) == .zero)
    }

    @Test(arguments: [1, 2, 10]) func `the wait that is told is the wait that comes`(count: Int) {
        var budget = SubmitBudget(perMinute: 87)
        let start = ContinuousClock.now
        #expect(budget.wait(for: 1, at: start) == .zero)
        _ = budget.take(at: start)
        var now = start + .milliseconds(100)
        let told = budget.wait(for: count, at: now)
        for _ in 0..<count {
            while let wait = budget.take(at: now) { now += wait }
        }
        #expect(now - start - .milliseconds(100) == told)
    }

    // MARK: What Horde tells

    @Test func `an address that Horde has whitelisted goes as fast as it may, until it is refused`() {
        var budget = SubmitBudget(perMinute: nil)
        let now = ContinuousClock.now
        budget.heard(limitPerSecond: 2, at: now)
        #expect(budget.interval == .seconds(60) / 87)
        budget.heard(limitPerSecond: 10, at: now)
        #expect(budget.interval == .seconds(60) / 285)
        budget.refused(for: .seconds(1), at: now)
        #expect(budget.interval >= .seconds(60) / 87)
        budget.heard(limitPerSecond: 10, at: now + .seconds(500))
        #expect(budget.interval >= .seconds(60) / 87)
        for _ in 0..<40 { budget.heard(limitPerSecond: 10, at: now + .seconds(601)) }
        #expect(budget.interval == .seconds(60) / 285)
    }

    @Test(arguments: [1, 2, 3, 10]) func `a limit of the second is never exceeded, whatever was asked for`(limit: Int) {
        var budget = SubmitBudget(perMinute: 6000)
        let now = ContinuousClock.now
        budget.heard(limitPerSecond: limit, at: now)
        #expect(budget.interval * limit > .seconds(1))
    }

    @Test func `a refusal holds everybody as long as Horde says, and slows the pace for a while`() {
        var budget = SubmitBudget(perMinute: 60)
        let now = ContinuousClock.now
        #expect(budget.take(at: now) == nil)
        budget.refused(for: .seconds(13), at: now)
        #expect(budget.untilFree(at: now) == .seconds(13))
        #expect(budget.interval == .milliseconds(1500))
        for _ in 0..<10 { budget.refused(for: .seconds(1), at: now) }
        #expect(budget.interval == .seconds(4))
        for _ in 0..<100 { budget.heard(limitPerSecond: nil, at: now) }
        #expect(budget.interval == .seconds(1))
    }

    @Test func `without a limit a refusal changes nothing`() {
        var budget = SubmitBudget(perMinute: 0)
        let now = ContinuousClock.now
        budget.refused(for: .seconds(13), at: now)
        budget.heard(limitPerSecond: 2, at: now)
        #expect(budget.take(at: now) == nil && budget.take(at: now) == nil)
    }
}
