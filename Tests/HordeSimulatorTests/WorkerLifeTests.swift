import HTTPTypes
import JSONText
import Testing

@testable import HordeSimulator

/// Workers that come, leave, die and are slow to ask.
struct WorkerLifeTests {
    private static func bench(_ workers: String, pickup: Double = 0.25, replies: String = "[]") throws -> Bench {
        Bench(try Bench.script(#"{"workers": [\#(workers)], "pickup_seconds": \#(pickup), "replies": \#(replies)}"#))
    }

    private static func names(_ bench: Bench) -> [String?] {
        bench.call(.get, "/api/v2/workers").json.array?.map { $0["name"]?.string } ?? []
    }

    private static func takers(_ bench: Bench) -> [[String]] {
        let jobs = bench.call(.get, "/simulator/jobs").json["jobs"]?.array ?? []
        return jobs.map { $0["taken_by"].strings }
    }

    @Test func `a worker leaves after its last job, and then nobody can serve its model`() throws {
        let bench = try Self.bench(#"{"name": "W", "models": ["m/7B"], "leaves_after": 2}"#)
        let ids = try (0..<3).map { _ in try bench.ask("[[latency:1]] [[reply:x]]") }
        #expect(Self.names(bench) == ["W"])
        bench.now = 70
        #expect(ids.map { bench.status($0).counts } == [[1, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]])
        #expect(bench.status(ids[2])["is_possible"] == false)
        #expect(Self.names(bench) == [])
        #expect(bench.state.modelRows(now: bench.now).isEmpty)
        #expect(bench.call(.get, "/api/v2/workers/name/W").json["online"] == false)
        #expect(bench.submit("x").json["message"]?.string?.hasPrefix("Warning: No available workers") == true)
        #expect(Self.takers(bench) == [["W"], ["W"], [], []])
    }

    @Test func `what a leaving worker has in hand it still brings`() throws {
        let bench = try Self.bench(#"{"name": "W", "models": ["m/7B"], "threads": 2, "leaves_after": 1}"#)
        let ids = try ["1", "5", "1"].map { try bench.ask("[[latency:\($0)]]") }
        bench.now = 20
        #expect(ids.map { bench.status($0).counts } == [[1, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]])
    }

    @Test func `another worker takes over from one that has left`() throws {
        let bench = try Self.bench(
            #"{"name": "A", "models": ["m/7B"], "leaves_after": 1, "threads": 2}, {"name": "B", "models": ["m/7B"]}"#
        )
        for _ in 0..<3 {
            _ = try bench.ask("[[latency:1]]")
            bench.now += 5
            _ = Self.names(bench)
        }
        #expect(Self.takers(bench) == [["A"], ["B"], ["B"]])
        #expect(Self.names(bench) == ["B"])
    }

    @Test func `a worker that dies keeps one job, counts as online for 300 seconds, and the job goes on elsewhere`()
        throws
    {
        let bench = try Self.bench(
            #"{"name": "A", "models": ["m/7B"], "dies_after": 1, "threads": 2}, {"name": "B", "models": ["m/7B"]}"#
        )
        _ = try bench.ask("[[latency:1]]")
        bench.now = 5
        let id = try bench.ask("[[latency:1]]")
        bench.now = 179
        #expect(bench.status(id).counts == [0, 1, 0, 0])
        bench.now = 200
        #expect(bench.status(id).counts == [1, 0, 1, 0])
        #expect(Self.takers(bench) == [["A"], ["A", "B"]])
        let dead = bench.call(.get, "/api/v2/workers").json[0]
        #expect(dead?["uncompleted_jobs"] == 1 && dead?["requests_fulfilled"] == 1)
        bench.now = 306
        #expect(Self.names(bench) == ["B"])
    }

    @Test func `what else a dying worker had in hand dies with it`() throws {
        let bench = try Self.bench(#"{"name": "A", "models": ["m/7B"], "dies_after": 1, "threads": 2}"#)
        let ids = try ["1", "3", "1"].map { try bench.ask("[[latency:\($0)]]") }
        bench.now = 100
        #expect(ids.map { bench.status($0).counts } == [[1, 0, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0]])
        bench.now = 200
        #expect(bench.call(.get, "/api/v2/workers").json[0]?["uncompleted_jobs"] == 2)
    }

    @Test func `a worker that comes later takes what has waited for it`() throws {
        let bench = try Self.bench(#"{"name": "W", "models": ["m/7B"], "comes_after_seconds": 10}"#)
        #expect(bench.submit("x").json["message"] != nil)
        let id = try bench.ask("[[latency:1]]")
        bench.now = 9
        #expect(Self.names(bench) == [] && bench.status(id).counts == [0, 0, 0, 1])
        #expect(bench.call(.get, "/api/v2/workers/name/W").json["rc"] == "WorkerNotFound")
        bench.now = 20
        #expect(Self.names(bench) == ["W"] && bench.status(id).counts == [1, 0, 0, 0])
        // A new start begins the wait anew; the same worker in another script does not.
        _ = bench.call(.post, "/simulator/reset")
        #expect(Self.names(bench) == [])
        bench.now = 31
        #expect(Self.names(bench) == ["W"])
        let worker: JSON = ["name": "W", "models": ["m/7B"], "comes_after_seconds": 10]
        _ = bench.call(.post, "/simulator/script", ["workers": [worker]])
        #expect(Self.names(bench) == ["W"])
    }

    @Test func `each worker asks as often as it says`() throws {
        let bench = try Self.bench(
            """
            {"name": "slow", "models": ["m/7B"], "threads": 8, "pickup_seconds": 4},
            {"name": "quick", "models": ["m/7B"]}
            """,
            pickup: 1
        )
        for _ in 0..<2 { _ = try bench.ask("[[latency:9]]") }
        bench.now = 2
        _ = Self.names(bench)
        #expect(Self.takers(bench) == [["quick"], []])
        bench.now = 4
        #expect(Self.takers(bench) == [["quick"], ["slow"]])
    }

    @Test func `a worker whose hung job is forgotten looks for work again`() throws {
        let bench = try Self.bench(
            #"{"name": "W", "models": ["m/7B"]}"#,
            replies: #"[{"match": "first", "latency_seconds": 86000, "times": 1}]"#
        )
        let first = try bench.ask("first")
        bench.now = 1
        _ = bench.delete(first)
        // Its row goes before any sweep can give its job up: only the end of the row frees the thread.
        try #require(bench.state.requests[first]).expiresAt = 60
        let second = try bench.ask("[[reply:y]] [[latency:1]]")
        bench.now = 59
        #expect(bench.status(second).counts == [0, 0, 0, 1])
        bench.now = 62
        #expect(bench.status(second).counts == [1, 0, 0, 0])
    }
}
