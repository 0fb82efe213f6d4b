import JSONText
import HTTPTypes
import JSONText
import Testing

@testable import HordeSimulator

/// What the counts tell of jobs that nobody waits for, of lengths and of refusals.
struct CounterTests {
    private static func open(_ bench: Bench) -> [Int?] {
        let counters = bench.call(.get, "/simulator/counters").json
        return ["open_jobs", "running_deleted"].map { counters[$0]?.int }
    }

    @Test func `a deleted job whose worker still writes is not open, and counts apart`() throws {
        let bench = Bench()
        let id = try bench.ask("[[latency:5]]")
        #expect(Self.open(bench) == [1, 0])
        bench.now = 1
        #expect(Self.open(bench) == [1, 0])
        _ = bench.delete(id)
        #expect(Self.open(bench) == [0, 1])
        bench.now = 9
        #expect(Self.open(bench) == [0, 0])
    }

    @Test func `a deleted job that a fault gave back to the queue is open again`() throws {
        let bench = Bench(Bench.script(pickup: 10))
        let id = try bench.ask("[[fail:1]] [[latency:2]]")
        bench.now = 11
        _ = bench.delete(id)
        #expect(Self.open(bench) == [0, 1])
        bench.now = 13
        #expect(Self.open(bench) == [1, 0])
        _ = bench.delete(id)
        #expect(Self.open(bench) == [0, 0])
    }

    @Test func `the longest job that was asked for and the refusals for kudos are counted`() throws {
        let bench = Bench()
        #expect(bench.submit("x", maxLength: 200).status == .accepted)
        #expect(bench.submit("x", maxLength: 1024).json["rc"] == "KudosUpfront")
        #expect(bench.submit("x", maxLength: 5000).status == .badRequest)
        let counters = bench.call(.get, "/simulator/counters").json
        #expect(counters["max_length_max"] == 1024 && counters["kudos_refusals"] == 1)
    }

    @Test func `faults without any wait do not hold the clock`() throws {
        let rule = #"[{"state": "faulted", "latency_seconds": 0}]"#
        let bench = Bench(
            try Bench.script(
                #"{"workers": [{"name": "W", "models": ["m/7B"]}], "pickup_seconds": 0, "replies": \#(rule)}"#
            )
        )
        let id = try bench.ask("x")
        bench.now = 61
        #expect(bench.status(id)["faulted"] == true)
        let names = bench.call(.get, "/simulator/jobs").json["jobs"]?[0]?["taken_by"].strings.count
        #expect(names == GenerationRequest.takersMax)
    }
}
