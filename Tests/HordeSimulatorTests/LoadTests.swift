import Testing

@testable import HordeSimulator

/// What the simulator costs when many use it.
struct LoadTests {
    @Test func `10 000 jobs with reads each second cost little`() throws {
        let bench = Bench(Bench.script(threads: 500))
        let clock = ContinuousClock()
        var ids: [String] = []
        let submitting = try clock.measure {
            for index in 0..<10_000 {
                // Each from a user of its own: concurrency is not what this is about.
                let number = String(index)
                let key = "load-test-user-" + String(repeating: "0", count: 7 - number.utf8.count) + number
                ids.append(try bench.ask("[[latency:10]]", key: key))
            }
        }
        let reading = clock.measure {
            for second in 1...3 {
                bench.now = Double(second)
                for id in ids { _ = bench.status(id) }
            }
        }
        print("10 000 submits took \(submitting), 30 000 status reads \(reading)")
        bench.now = 230
        bench.state.advance(to: bench.now)
        #expect(bench.state.openJobs == 0)
        #expect(bench.state.ledger.counters.texts == 10_000)
    }
}
