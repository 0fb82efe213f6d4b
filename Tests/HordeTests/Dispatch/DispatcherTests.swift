import EventLoop
import TestSupport
import Metrics
import Testing

@testable import Horde

@Suite(.serialized) @LoopActor struct DispatcherTests {
    private static let farAway = ContinuousClock.now + .seconds(1_000_000)

    private final class Log {
        var passed: [Int] = []
        var ahead: [Int] = []
        var jobs: [WaitingJobs] = []
    }

    private func dispatcher(_ perMinute: Int?, concurrency: Int? = nil) -> Dispatcher {
        Dispatcher(submitsPerMinute: perMinute) { _ in concurrency }
    }

    private func turn(_ key: HordeKey = .anonymous) -> SubmitTurn {
        SubmitTurn(key: key, jobs: 1, isQuick: false, isContinued: false)
    }

    private func passing(
        _ dispatcher: Dispatcher,
        _ number: Int = 0,
        _ log: Log = Log(),
        as key: HordeKey = .anonymous
    ) -> Task<HordeError?, Never> {
        EventLoop.task {
            do throws(HordeError) {
                let jobs = try await dispatcher.pass(turn(key), for: Audience(until: Self.farAway)) { ahead, _ in
                    log.ahead.append(ahead)
                }
                log.passed.append(number)
                log.jobs.append(jobs)
                return nil
            } catch { return error }
        }
    }

    private func error(_ dispatcher: Dispatcher, within limit: Duration) async -> HordeError? {
        do throws(HordeError) {
            try await dispatcher.pass(turn(), for: Audience(until: .now + limit)) { _, _ in }.ended()
            return nil
        } catch { return error }
    }

    private func retryAfter(_ error: HordeError?) -> Duration {
        if case .queueFull(let pause)? = error { return pause }
        return .zero
    }

    @Test func `submissions pass in the order in which they came, and know how many are before them`() async {
        let dispatcher = dispatcher(3000)
        let log = Log()
        let tasks = (0..<6).map { passing(dispatcher, $0, log) }
        for task in tasks { #expect(await task.value == nil) }
        #expect(log.passed == [0, 1, 2, 3, 4, 5])
        #expect(log.ahead == [0, 1, 2, 3, 4])
        #expect(dispatcher.waitingCount == 0)
        #expect(dispatcher.figures.waits.all.reduce(0) { $0 + $1.value.count } == 6)
    }

    @Test func `one that is cancelled leaves, and those behind it move up`() async {
        let dispatcher = dispatcher(600)
        let log = Log()
        let start = ContinuousClock.now
        let tasks = (0..<6).map { passing(dispatcher, $0, log) }
        #expect(await eventually { dispatcher.waitingCount == 5 })
        tasks[1].cancel()
        tasks[3].cancel()
        #expect(await tasks[3].value == .cancelled)
        #expect(await tasks[1].value == .cancelled)
        #expect(dispatcher.waitingCount == 3)
        for task in tasks { _ = await task.value }
        #expect(log.passed == [0, 2, 4, 5])
        #expect(ContinuousClock.now - start >= .milliseconds(300))
    }

    @Test func `an audience that leaves loses its place`() async {
        let dispatcher = dispatcher(1)
        #expect(await error(dispatcher, within: .seconds(1)) == nil)
        let audience = Audience(until: Self.farAway)
        let task = EventLoop.task { () async -> HordeError? in
            do throws(HordeError) {
                try await dispatcher.pass(turn(), for: audience) { _, _ in }.ended()
                return nil
            } catch { return error }
        }
        #expect(await eventually { dispatcher.waitingCount == 1 })
        audience.leave()
        #expect(await task.value == .left)
        #expect(dispatcher.waitingCount == 0)
    }

    @Test func `a task that is cancelled already does not pass, even where nobody waits`() async {
        let dispatcher = dispatcher(0)
        let task = passing(dispatcher)
        task.cancel()
        #expect(await task.value == .cancelled)
        #expect(dispatcher.waitingJobs == 0)
    }

    @Test func `without a limit nobody waits`() async {
        let dispatcher = dispatcher(0)
        let log = Log()
        let tasks = (0..<100).map { passing(dispatcher, $0, log) }
        for task in tasks { #expect(await task.value == nil) }
        #expect(log.ahead.isEmpty)
    }

    @Test func `a turn that comes after the deadline is refused at once, and told when it is worth another try`() async
    {
        let dispatcher = dispatcher(1)
        #expect(await error(dispatcher, within: .seconds(1)) == nil)
        let first = retryAfter(await error(dispatcher, within: .seconds(10)))
        #expect(first > .seconds(49) && first <= .seconds(60))
        #expect(dispatcher.figures.refusals == 1)
        #expect(dispatcher.waitingCount == 0)
    }

    @Test func `the line is no longer than its limit`() async {
        let dispatcher = dispatcher(1)
        let tasks = (0...Limits.waitingSubmitsMax).map { _ in passing(dispatcher) }
        #expect(await eventually { dispatcher.waitingCount == Limits.waitingSubmitsMax })
        #expect(retryAfter(await error(dispatcher, within: .seconds(999_999))) > .zero)
        for task in tasks { task.cancel() }
        for task in tasks { _ = await task.value }
        #expect(dispatcher.waitingCount == 0)
    }

    @Test func `a full account waits for its own jobs, and who waits too long for that is told so`() async {
        let dispatcher = dispatcher(0)
        guard let key = HordeKey(String(repeating: "k", count: 22)) else { return }
        let log = Log()
        let tasks = (0..<31).map { passing(dispatcher, $0, log, as: key) }
        #expect(await eventually { log.passed.count == 30 })
        #expect(dispatcher.waitingCount == 1)
        let late = EventLoop.task { () async -> HordeError? in
            do throws(HordeError) {
                try await dispatcher.pass(turn(key), for: Audience(until: .now + .milliseconds(50))) { _, _ in }.ended()
                return nil
            } catch { return error }
        }
        #expect(await late.value == .tooManyPrompts)
        log.jobs[0].left(0)
        for task in tasks { #expect(await task.value == nil) }
        #expect(dispatcher.waitingJobs == 30)
        log.jobs.removeAll()
        #expect(await eventually { dispatcher.waitingJobs == 0 })
    }

    @Test func `the limit of an account is asked for once, when it begins to matter`() async {
        let dispatcher = dispatcher(0, concurrency: 40)
        guard let key = HordeKey(String(repeating: "k", count: 22)) else { return }
        let log = Log()
        let tasks = (0..<41).map { passing(dispatcher, $0, log, as: key) }
        #expect(await eventually { log.passed.count == 30 })
        dispatcher.accepted(key, limitPerSecond: nil)
        #expect(await eventually { log.passed.count == 40 })
        log.jobs[3].ended()
        for task in tasks { #expect(await task.value == nil) }
    }
}
