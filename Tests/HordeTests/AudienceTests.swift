import EventLoop
import HordeSimulator
import TestSupport
import Testing

@testable import Horde

/// What becomes of a job whose client leaves, and may come back.
@Suite(.serialized) @LoopActor struct AudienceTests {
    private func audience(_ limit: Duration = .seconds(20)) -> Audience { Audience(until: .now + limit) }

    @Test func `a job that no worker has is deleted at once, and that is the end of it`() async throws {
        let bench = try Bench()
        let audience = audience()
        let log = ProgressLog()
        let task = bench.start("waits", model: "nobody/7B", audience: audience, log: log)
        #expect(await eventually { log.isPending })
        audience.leave()
        #expect(await task.value == .failure(.left))
        #expect(bench.job?.state == "cancelled" && bench.job?.deletedAt.count == 1)
        await bench.stop()
    }

    @Test func `a job that is being written is deleted, and its text arrives all the same`() async throws {
        let bench = try Bench()
        let audience = audience()
        let log = ProgressLog()
        let task = bench.start("[[reply:late]] [[latency:2]]", audience: audience, log: log)
        #expect(await eventually { log.isPending && bench.job?.state == "processing" })
        audience.leave()
        #expect(await eventually(within: .seconds(1)) { bench.job?.deletedAt.count == 1 })
        let reads = bench.simulator.counters.statusReads
        audience.comeBack(until: .now + .seconds(20))
        #expect(await task.value.texts == ["late"])
        #expect(bench.simulator.counters.submits == 1 && bench.simulator.counters.statusReads > reads)
        await bench.stop()
    }

    @Test func `while nobody waits a job is looked at every five seconds, and its deadline does not count`()
        async throws
    {
        let bench = try Bench()
        let audience = audience(.seconds(3))
        let log = ProgressLog()
        let task = bench.start("[[reply:late]] [[latency:4]]", audience: audience, log: log)
        #expect(await eventually { bench.job?.state == "processing" && log.isPending })
        let reads = bench.simulator.counters.statusReads
        audience.leave()
        #expect(await task.value.texts == ["late"])
        #expect(bench.job?.deletedAt.count == 2 && bench.simulator.counters.statusReads == reads)
        await bench.stop()
    }

    @Test func `a deletion that fails is repeated soon, but not without a pause`() async throws {
        let bench = try Bench(Bench.fault(Bench.statusPath, #""method": "DELETE", "status": 502, "times": 2"#))
        let audience = audience()
        let log = ProgressLog()
        let task = bench.start("waits", model: "nobody/7B", audience: audience, log: log)
        #expect(await eventually { log.isPending })
        let start = ContinuousClock.now
        audience.leave()
        #expect(await task.value == .failure(.left))
        #expect((.seconds(1.5)...Duration.seconds(4.5)).contains(ContinuousClock.now - start))
        #expect(bench.simulator.counters.deletes <= 3)
        await bench.stop()
    }

    @Test func `nothing is submitted while nobody waits`() async throws {
        let bench = try Bench(submitsPerMinute: 60)
        let first = bench.start()
        let audience = audience()
        let second = bench.start(audience: audience)
        #expect(await eventually { bench.horde.dispatcher.waitingCount == 1 })
        audience.leave()
        #expect(await second.value == .failure(.left))
        #expect(bench.horde.dispatcher.waitingCount == 0)
        let third = bench.start(audience: audience)
        #expect(await first.value.texts == ["hi"])
        #expect(bench.simulator.counters.submits == 1)
        audience.comeBack(until: .now + .seconds(20))
        #expect(await third.value.texts == ["hi"])
        #expect(bench.simulator.counters.submits == 2)
        await bench.stop()
    }

    @Test func `an order that nobody begins in time is withdrawn before others are tried`() async throws {
        let bench = try Bench()
        let terms = GenerationTerms(startLimit: .seconds(1))
        let task = bench.start("waits", model: "nobody/7B", terms: terms)
        #expect(await task.value == .failure(.notStarted))
        #expect(bench.job?.state == "cancelled")
        #expect(await bench.start("[[reply:slow]] [[latency:3]]", terms: terms).value.texts == ["slow"])
        await bench.stop()
    }

    @Test func `what was written when the time is over is given`() async throws {
        let bench = try Bench(#"{"workers":[{"name":"W","models":["m/7B"],"threads":1}],"pickup_seconds":0.01}"#)
        let outcome = await bench.generate("[[reply:one]] [[latency:3]]", n: 2, within: .seconds(5.8))
        #expect(outcome.texts == ["one"])
        #expect(await eventually(within: .seconds(1)) { bench.job?.deletedAt.isEmpty == false })
        await bench.stop()
    }
}

@Suite struct AvoidanceTests {
    private func order(_ workers: [String]?, isBlocklist: Bool? = nil) -> GenerationOrder {
        var order = GenerationOrder(
            prompt: "",
            models: ["m"],
            params: .init(n: 1, maxLength: 16, maxContextLength: 80)
        )
        (order.workers, order.workerBlacklist) = (workers, isBlocklist)
        return order
    }

    @Test func `workers that gave nothing are kept away, as far as the list has room`() {
        var free = order(nil)
        free.avoid(["b", "a"])
        #expect(free == order(["a", "b"], isBlocklist: true))
        var blocked = order(["x", "a"], isBlocklist: true)
        blocked.avoid(["a", "b", "c", "d", "e"])
        #expect(blocked == order(["x", "a", "b", "c", "d"], isBlocklist: true))
        var chosen = order(["a", "b"])
        chosen.avoid(["a"])
        #expect(chosen == order(["b"]))
        chosen.avoid(["b"])
        #expect(chosen == order(["b"]), "the client chose it")
        free.avoid([])
        #expect(free == order(["a", "b"], isBlocklist: true))
    }
}
