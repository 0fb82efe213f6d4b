import FoundationEssentials
import HordeSimulator
import Testing

@testable import Horde

struct SupplyTests {
    private static func decode<Value: Decodable>(_: Value.Type, _ json: String) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(json.utf8))
    }

    /// As recorded, less what is of no use here.
    private static let worker =
        #"{"kudos_details": {"generated": 12.0, "uptime": null}, "performance": "30.2 tokens per second", "threads": 2, "#
        + #""maintenance_mode": false, "flagged": false, "models": ["a/b"], "max_length": 512, "#
        + #""max_context_length": 8192, "name": "HL Stheno", "online": true}"#

    @Test func `a worker is read as Horde tells it, and is the same after a stay on disk`() throws {
        let worker = try Self.decode(Worker.self, Self.worker)
        let expected = Worker(
            models: ["a/b"],
            maxLength: 512,
            maxContextLength: 8192,
            threads: 2,
            tokensPerSecond: 30.2
        )
        #expect(worker == expected)
        #expect(try JSONDecoder().decode(Worker.self, from: JSONEncoder().encode(worker)) == worker)
    }

    @Test(arguments: [
        (#""online": true"#, #""online": false"#), (#""flagged": false"#, #""flagged": true"#),
        (#""maintenance_mode": false"#, #""maintenance_mode": true"#),
    ])
    func `a worker that takes no jobs of strangers is not available, on disk neither`(old: String, new: String) throws {
        let worker = try Self.decode(Worker.self, Self.worker.replacing(old, with: new))
        #expect(!worker.isAvailable)
        #expect(try JSONDecoder().decode(Worker.self, from: JSONEncoder().encode(worker)) == worker)
    }

    @Test(arguments: [
        #""nan tokens per second""#, #""inf tokens per second""#, #""-inf tokens per second""#,
        #""1e308 tokens per second""#, #""No requests fulfilled yet""#, "null", #""""#,
    ])
    func `a worker without a speed has none`(performance: String) throws {
        let json = Self.worker.replacing(#""30.2 tokens per second""#, with: performance)
        #expect(try Self.decode(Worker.self, json).tokensPerSecond == 0)
    }

    @Test(arguments: [
        "null", "7", #""text""#, "[]", "[[1]]", "{}", #"{"models": "a/b", "max_length": 1, "max_context_length": 1}"#,
        #"{"models": ["a/b"], "max_length": 1e99, "max_context_length": 1}"#,
    ])
    func `one odd element does not hide the others`(odd: String) throws {
        for list in ["[\(odd), \(Self.worker)]", "[\(Self.worker), \(odd)]"] {
            #expect(try Self.decode(Lenient<Worker>.self, list).elements.count == 1)
        }
    }

    @Test func `what is no list is an error`() {
        #expect(throws: DecodingError.self) { try Self.decode(Lenient<Worker>.self, #"{"message": "x"}"#) }
        #expect(throws: DecodingError.self) { try Self.decode(Lenient<Worker>.self, "null") }
    }

    @Test(arguments: [
        (3, 0, 512), (3, 20, 509), (0, 0, 512), (0, 5, 508), (0, 15, 498), (0, 25, 490), (40, 500, 262), (40, 507, 256),
        (0, 100_000, 256), (100, 0, 512), (.max, 0, 512), (0, .max, 256), (.max, .max, 512),
    ])
    func `the tokens that are free fall with the queue and grow with the threads`(
        threads: Int,
        queue: Int,
        tokens: Int
    ) {
        #expect(Load(queuedTextRequests: queue, textThreadCount: threads).upfrontFreeTokens == tokens)
    }

    @Test func `workers, models and load come over the wire`() async throws {
        let bench = try await Bench("{}")
        let workers = try await bench.horde.workers()
        let models = try await bench.horde.models()
        #expect(workers.count == 5 && workers.allSatisfy(\.isAvailable))
        let harbor = try #require(workers.first { $0.models == ["koboldcpp/Fimbulvetr-11B-v2"] })
        #expect(harbor.maxLength == 400 && harbor.maxContextLength == 4096 && harbor.threads == 8)
        #expect(Set(models.map(\.name)) == Set(workers.flatMap(\.models)))
        #expect(models.allSatisfy { $0.count == 8 })
        let load = try await bench.horde.load()
        #expect(load == Load(queuedTextRequests: 0, textThreadCount: 40))
        await bench.stop()
    }
}
