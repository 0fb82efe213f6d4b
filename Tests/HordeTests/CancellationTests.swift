import EventLoop
import HTTPClient
import HordeSimulator
import TestSupport
import Testing

@testable import Horde

/// Whoever leaves, leaves no job behind.
@Suite(.serialized) @LoopActor struct CancellationTests {
    private static let slowSubmit = Bench.fault(Bench.submitPath, #""delay_seconds": 1.5, "process": true"#)

    @Test func `who waits for a turn leaves without having submitted`() async throws {
        let bench = try Bench(submitsPerMinute: 1)
        let first = bench.start()
        let second = bench.start(within: .seconds(600))
        #expect(await eventually { bench.horde.dispatcher.waitingCount == 1 })
        second.cancel()
        #expect(await second.value == .failure(.cancelled))
        #expect(bench.horde.dispatcher.waitingCount == 0)
        #expect(await first.value.texts == ["hi"])
        #expect(bench.simulator.counters.submits == 1)
        await bench.stop()
    }

    @Test func `who has left before it began submits nothing`() async throws {
        let bench = try Bench()
        let task = bench.start()
        task.cancel()
        #expect(await task.value == .failure(.cancelled))
        await bench.horde.settle(within: .seconds(2))
        #expect(bench.simulator.counters.submits == 0)
        await bench.stop()
    }

    @Test func `who waits for Horde's patience leaves at once`() async throws {
        let bench = try Bench(Bench.fault(Bench.submitPath, #""status": 502, "body": "<html>""#))
        let log = ProgressLog()
        let task = bench.start(log: log)
        #expect(await eventually { log.submissions == 1 && bench.client.openTransfers == 0 })
        let start = ContinuousClock.now
        task.cancel()
        #expect(await task.value == .failure(.cancelled))
        #expect(ContinuousClock.now - start < .milliseconds(900))
        await bench.stop()
    }

    @Test func `a submission in flight is never cut: its job is deleted when its id arrives`() async throws {
        let bench = try Bench(Self.slowSubmit)
        let left = bench.start("[[latency:60]]")
        let late = bench.start("[[latency:60]]", within: .milliseconds(300))
        #expect(await eventually { bench.simulator.counters.accepted == 2 })
        let start = ContinuousClock.now
        left.cancel()
        #expect(await left.value == .failure(.cancelled))
        #expect(await late.value == .failure(.deadlinePassed))
        #expect(ContinuousClock.now - start < .milliseconds(1300), "neither waits for the id")
        #expect(bench.client.openTransfers == 2)
        #expect(bench.simulator.counters.deletes == 0)
        #expect(await eventually { bench.simulator.jobs.allSatisfy { $0.deletedAt.count == 1 } })
        await bench.stop()
    }

    @Test func `a submission that was left and failed is nobody's business`() async throws {
        let bench = try Bench(
            Bench.fault(Bench.submitPath, #""delay_seconds": 0.2, "status": 502, "body": "<html>""#)
        )
        let task = bench.start()
        #expect(await eventually { bench.client.openTransfers == 1 })
        task.cancel()
        #expect(await task.value == .failure(.cancelled))
        await bench.horde.settle(within: .seconds(2))
        #expect(bench.simulator.counters.deletes == 0)
        #expect(bench.horde.abandonments.count == 0)
        await bench.stop()
    }

    @Test func `a job that waits or runs is deleted within a second of its client's leaving or deadline`() async throws
    {
        let bench = try Bench()
        let (queued, running) = (ProgressLog(), ProgressLog())
        let tasks = [
            bench.start("queued", model: "nobody/7B", log: queued), bench.start("[[latency:60]]", log: running),
        ]
        let expiring = [
            bench.start("queued, late", model: "nobody/7B", within: .seconds(1)),
            bench.start("late [[latency:60]]", within: .seconds(1)),
        ]
        // One has been asked about, the other not yet.
        #expect(await eventually { queued.isPending && running.isAccepted })
        for task in tasks { task.cancel() }
        for task in tasks { #expect(await task.value == .failure(.cancelled)) }
        #expect(
            await eventually(within: .seconds(1)) {
                bench.simulator.jobs.prefix(2).allSatisfy { $0.deletedAt.count == 1 }
            }
        )
        for task in expiring { #expect(await task.value == .failure(.deadlinePassed)) }
        #expect(
            await eventually(within: .seconds(1)) { bench.simulator.jobs.allSatisfy { $0.deletedAt.count == 1 } }
        )
        let states = Dictionary(uniqueKeysWithValues: bench.simulator.jobs.map { ($0.prompt, $0.state) })
        #expect(states["queued"] == "cancelled" && states["queued, late"] == "cancelled")
        #expect(states["[[latency:60]]"] == "processing", "Horde does not stop a worker")
        await bench.stop()
    }

    @Test func `a running job that its worker gives back is deleted again`() async throws {
        let bench = try Bench()
        let task = bench.start("[[fail:9]] [[latency:0.8]]")
        let queued = bench.start("waits", model: "nobody/7B")
        #expect(await eventually { bench.simulator.jobs.count == 2 && bench.job?.state == "processing" })
        task.cancel()
        queued.cancel()
        _ = (await task.value, await queued.value)
        #expect(await eventually { bench.simulator.jobs.allSatisfy { $0.deletedAt.count == 1 } })
        // From now on nobody takes what comes back.
        bench.simulator.install(try SimulatorScript(parsing: Array(Bench.script(pickupSeconds: 600).utf8)))
        #expect(await eventually { bench.job?.state == "waiting" }, "the worker has given it back")
        #expect(await eventually(within: .seconds(7)) { bench.job?.state == "cancelled" })
        let deletedAt = try #require(bench.job?.deletedAt)
        #expect(deletedAt.count == 2 && deletedAt[1] - deletedAt[0] >= 5)
        #expect(await eventually(within: .seconds(1)) { bench.horde.abandonments.count == 0 }, "nothing can come back")
        await bench.horde.settle(within: .seconds(2))
        #expect(bench.simulator.counters.openJobs == 0)
        await bench.stop()
    }

    @Test func `a job that was left counts as waiting until Horde has deleted it`() async throws {
        let bench = try Bench(Bench.fault(Bench.statusPath, #""method": "DELETE", "delay_seconds": 0.3"#))
        let log = ProgressLog()
        let task = bench.start(model: "nobody/7B", log: log)
        #expect(await eventually { log.isAccepted })
        task.cancel()
        _ = await task.value
        #expect(bench.horde.figures.waitingJobs == 1)
        #expect(await eventually { bench.job?.deletedAt.count == 1 })
        #expect(await eventually { bench.horde.figures.waitingJobs == 0 })
        await bench.stop()
    }

    @Test func `a deletion that fails is repeated, one of an unknown job is not`() async throws {
        let onDelete = { (rule: String) in
            try Bench(Bench.fault(Bench.statusPath, #""method": "DELETE", \#(rule)"#))
        }
        let failing = try onDelete(#""times": 2, "status": 502, "body": "<html>""#)
        let unknown = try onDelete(#""status": 404, "body": {"message": "x", "rc": "RequestNotFound"}"#)
        for bench in [failing, unknown] {
            let log = ProgressLog()
            let task = bench.start(model: "nobody/7B", log: log)
            #expect(await eventually { log.isAccepted })
            task.cancel()
            _ = await task.value
        }
        #expect(await eventually { unknown.horde.abandonments.count == 0 })
        #expect(await eventually { failing.job?.deletedAt.count == 1 })
        await failing.stop()
        await unknown.stop()
    }

    @Test func `settling makes every deletion first, and is quick about it`() async throws {
        let bench = try Bench(
            Bench.script(
                #""faults": [{"path": "\#(Bench.submitPath)", "skip": 40, "delay_seconds": 0.5, "process": true}]"#
            )
        )
        let logs = (0..<40).map { _ in ProgressLog() }
        var tasks = logs.enumerated().map { number, log in
            bench.start("[[latency:0.2]]", model: number.isMultiple(of: 2) ? "nobody/7B" : "m/7B", log: log)
        }
        #expect(await eventually { logs.allSatisfy(\.isAccepted) })
        tasks.append(bench.start("[[latency:0.2]]"))
        #expect(await eventually { bench.simulator.counters.accepted == 41 })
        for task in tasks { task.cancel() }
        for task in tasks { _ = await task.value }
        let start = ContinuousClock.now
        await bench.horde.settle(within: .seconds(5))
        #expect(ContinuousClock.now - start < .seconds(2))
        #expect(bench.horde.abandonments.count == 0)
        #expect(bench.simulator.jobs.count == 41)
        #expect(bench.simulator.jobs.allSatisfy { !$0.deletedAt.isEmpty || $0.state == "done" })
        #expect(await eventually { bench.simulator.counters.openJobs == 0 })
        await bench.stop()
    }

    @Test func `settling wakes what waits to delete again`() async throws {
        let bench = try Bench()
        let task = bench.start("[[latency:60]]")
        #expect(await eventually { bench.job?.state == "processing" })
        task.cancel()
        _ = await task.value
        #expect(await eventually { bench.job?.deletedAt.count == 1 })
        await bench.horde.settle(within: .seconds(2))
        #expect(bench.job?.deletedAt.count == 2)
        #expect(bench.horde.abandonments.count == 0)
        await bench.horde.settle(within: .seconds(2))
        await bench.stop()
    }

    @Test func `settling repeats a deletion that fails`() async throws {
        let bench = try Bench(
            Bench.fault(Bench.statusPath, #""method": "DELETE", "times": 1, "status": 502, "body": "<html>""#)
        )
        let log = ProgressLog()
        let task = bench.start(model: "nobody/7B", log: log)
        #expect(await eventually { log.isAccepted })
        task.cancel()
        _ = await task.value
        await bench.horde.settle(within: .seconds(5))
        #expect(bench.job?.deletedAt.count == 1)
        await bench.stop()
    }

    @Test func `settling ends at its limit when Horde hangs`() async throws {
        let bench = try Bench(Bench.fault(Bench.statusPath, #""method": "DELETE", "delay_seconds": 60"#))
        let log = ProgressLog()
        let task = bench.start(model: "nobody/7B", log: log)
        #expect(await eventually { log.isAccepted })
        task.cancel()
        _ = await task.value
        let start = ContinuousClock.now
        await bench.horde.settle(within: .milliseconds(200))
        let time = ContinuousClock.now - start
        #expect(time >= .milliseconds(200) && time < .seconds(5))
        await bench.horde.settle(within: .zero)
        #expect(bench.horde.abandonments.count == 1)
        await bench.simulator.stop()
    }
}
