import EventLoop
import HTTPClient
import HordeSimulator
import TestSupport
import Testing

@testable import Horde

@Suite(.serialized) @LoopActor struct LeakTests {
    @Test func `after a thousand generations, a third of them cancelled, nothing is left`() async throws {
        weak var horde: Horde?
        do {
            let bench = try Bench()
            horde = bench.horde
            var outcomes: [Bench.Outcome] = []
            for _ in 0..<4 {
                let tasks = (0..<250).map { number in
                    EventLoop.task {
                        await bench.generate("[[reply:hi]] [[latency:0.05]]") { step in
                            // A third leaves: as it submits, when it is accepted, or when another thread says so.
                            let isTime =
                                switch number % 9 {
                                case 0: step == .submitting
                                case 3: step == .accepted
                                default: false
                                }
                            if isTime { withUnsafeCurrentTask { $0?.cancel() } }
                        }
                    }
                }
                await Self.cancel(stride(from: 6, to: 250, by: 9).map { tasks[$0] })
                for task in tasks { outcomes.append(await task.value) }
            }
            #expect(outcomes.count { $0.texts == ["hi"] } + outcomes.count { $0.error == .cancelled } == 1000)
            #expect(abs(outcomes.count { $0.error == .cancelled } - 333) < 10)
            await bench.horde.settle(within: .seconds(10))
            #expect(bench.client.openTransfers == 0)
            #expect(bench.horde.abandonments.count == 0)
            #expect(bench.horde.dispatcher.waitingCount == 0)
            #expect(await eventually { bench.simulator.counters.openJobs == 0 })
            #expect(bench.simulator.counters.mostReadsOfOneIDPerMinute <= 60)
            await bench.stop()
        }
        // Every task that could still wait for a submission or delete a job would hold it.
        #expect(await eventually { horde == nil })
    }

    /// Cancels off the loop.
    @concurrent private nonisolated static func cancel(_ tasks: [Task<Bench.Outcome, Never>]) async {
        for task in tasks { task.cancel() }
    }
}
