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
}

@Suite(.serialized) @LoopActor struct SubmitGateTests {
    private static let farAway = ContinuousClock.now + .seconds(86_400)

    private final class Log {
        var passed: [Int] = []
        var ahead: [Int] = []
    }

    private func passing(_ gate: SubmitGate, _ number: Int = 0, _ log: Log = Log()) -> Task<HordeError?, Never> {
        EventLoop.task {
            do throws(HordeError) {
                try await gate.pass(for: Audience(until: Self.farAway)) { log.ahead.append($0) }
                log.passed.append(number)
                return nil
            } catch { return error }
        }
    }

    private func error(_ gate: SubmitGate, within limit: Duration) async -> HordeError? {
        do throws(HordeError) {
            try await gate.pass(for: Audience(until: .now + limit)) { _ in }
            return nil
        } catch { return error }
    }

    @Test func `submissions pass in the order in which they came, and know how many are before them`() async {
        let gate = SubmitGate(submitsPerMinute: 3000)
        let log = Log()
        let tasks = (0..<6).map { passing(gate, $0, log) }
        for task in tasks { #expect(await task.value == nil) }
        #expect(log.passed == [0, 1, 2, 3, 4, 5])
        #expect(log.ahead == [0, 1, 2, 3, 4])
        #expect(gate.waitingCount == 0)
    }

    @Test func `one that is cancelled leaves, and those behind it move up`() async {
        let gate = SubmitGate(submitsPerMinute: 600)
        let log = Log()
        let start = ContinuousClock.now
        let tasks = (0..<6).map { passing(gate, $0, log) }
        #expect(await eventually { gate.waitingCount == 5 })
        tasks[1].cancel()
        tasks[3].cancel()
        #expect(await tasks[3].value == .cancelled)
        #expect(await tasks[1].value == .cancelled)
        #expect(gate.waitingCount == 3)
        for task in tasks { _ = await task.value }
        #expect(log.passed == [0, 2, 4, 5])
        #expect(ContinuousClock.now - start >= .milliseconds(300))
    }

    @Test func `a task that is cancelled already does not pass, even where nobody waits`() async {
        let gate = SubmitGate(submitsPerMinute: 0)
        let task = passing(gate)
        task.cancel()
        #expect(await task.value == .cancelled)
    }

    @Test func `without a limit nobody waits`() async {
        let gate = SubmitGate(submitsPerMinute: 0)
        let log = Log()
        let tasks = (0..<100).map { passing(gate, $0, log) }
        for task in tasks { #expect(await task.value == nil) }
        #expect(log.ahead.isEmpty)
    }

    @Test func `a turn that comes after the deadline is refused at once, with a wait of a minute at most`() async {
        let gate = SubmitGate(submitsPerMinute: 1)
        #expect(await error(gate, within: .seconds(1)) == nil)
        #expect(await error(gate, within: .seconds(10)) == .queueFull(retryAfterSeconds: 60))
        let waiting = passing(gate)
        #expect(await eventually { gate.waitingCount == 1 })
        #expect(await error(gate, within: .seconds(10)) == .queueFull(retryAfterSeconds: 60))
        waiting.cancel()
        #expect(await waiting.value == .cancelled)

        let quick = SubmitGate(submitsPerMinute: 20)
        #expect(await error(quick, within: .seconds(1)) == nil)
        #expect(await error(quick, within: .seconds(1)) == .queueFull(retryAfterSeconds: 3))
    }

    @Test func `the queue is no longer than its limit`() async {
        let gate = SubmitGate(submitsPerMinute: 1)
        let tasks = (0...Limits.waitingSubmitsMax).map { _ in passing(gate) }
        #expect(await eventually { gate.waitingCount == Limits.waitingSubmitsMax })
        #expect(await error(gate, within: .seconds(86_400)) == .queueFull(retryAfterSeconds: 60))
        for task in tasks { task.cancel() }
        for task in tasks { _ = await task.value }
        #expect(gate.waitingCount == 0)
    }
}
