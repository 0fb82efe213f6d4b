import HTTPTypes
import JSONText
import Testing

@testable import HordeSimulator

/// Long texts through the whole simulator: which part a request is, and what goes wrong with it.
struct PartTests {
    private static let prose = TextTokensTests.prose

    private static func bench(_ rule: JSONObject) throws -> Bench {
        var reply: JSONObject = ["match": "Tell", "text": .string(prose)]
        for member in rule.members { reply[member.key] = member.value }
        let worker: JSON = ["name": "W", "models": ["m/7B"], "threads": 9]
        let script: JSON = ["workers": [worker], "pickup_seconds": 0, "replies": [.object(reply)]]
        return Bench(try SimulatorScript(script))
    }

    /// Submits, lets the worker write, and gives back the status.
    private static func part(_ bench: Bench, _ soFar: String, stops: [String] = [], seconds: Double = 30) throws -> JSON
    {
        let params: JSON = ["max_length": 32, "stop_sequence": .array(stops.map(JSON.string))]
        let answer = bench.submit("Tell me.\n" + soFar, more: ["params": params])
        let id = try #require(answer.json["id"]?.string)
        bench.now += seconds
        return bench.status(id)
    }

    private static func text(_ status: JSON) -> String? { status["generations"]?[0]?["text"]?.string }

    private static func jobs(_ bench: Bench) -> [JSON] {
        bench.call(.get, "/simulator/jobs").json["jobs"]?.array ?? []
    }

    @Test func `a chain of requests writes the text, and the ledger tells the parts`() throws {
        let bench = try Self.bench([:])
        var soFar = ""
        for _ in 0..<4 { soFar += try #require(Self.text(try Self.part(bench, soFar))) }
        #expect(Self.prose.hasPrefix(soFar) && TextTokens.count(soFar) == 128)
        // Submitted again, the second part is the second part.
        let again = try #require(Self.jobs(bench)[2]["prompt"]?.string?.dropFirst("Tell me.\n".count))
        _ = try Self.part(bench, String(again))
        #expect(Self.jobs(bench).map { $0["part"]?.int } == [1, 2, 3, 4, 3])
        #expect(Self.jobs(bench)[2]["part_from"]?.int == again.utf8.count)
    }

    @Test func `a worker takes as long as its tokens need`() throws {
        let bench = try Self.bench([:])
        #expect(Self.text(try Self.part(bench, "", seconds: 0.79)) == nil)
        #expect(Self.text(try Self.part(bench, "", seconds: 0.81)) != nil)
    }

    @Test func `a stop sequence ends a part of a long text too`() throws {
        let bench = try Self.bench([:])
        #expect(Self.text(try Self.part(bench, "", stops: [" pier"]))?.hasSuffix("the long pier") == true)
    }

    @Test(
        arguments: [
            (["hang": true], [0, 1, 0, 0]),
            (["state": "faulted"], [0, 1, 2, 0]),
            (["latency_seconds": 40], [0, 1, 0, 0]),
        ] as [(JSON, [Int])]
    )
    func `a fault of a part hits its first request, not the next one`(fault: JSON, counts: [Int]) throws {
        let bench = try Self.bench(["parts": ["2": fault]])
        let first = try #require(Self.text(try Self.part(bench, "")))
        let seconds = fault["state"] == nil ? 30.0 : 1.2
        #expect(try Self.part(bench, first, seconds: seconds).counts == counts)
        let again = try #require(Self.text(try Self.part(bench, first)))
        #expect(Self.prose.hasPrefix(first + again))
    }

    @Test func `a part can fail once and be served by the next attempt`() throws {
        let bench = try Self.bench(["parts": ["1": ["fail": 1]]])
        let status = try Self.part(bench, "")
        #expect(status.counts == [1, 0, 1, 0])
        #expect(Self.text(status).map(Self.prose.hasPrefix) == true)
    }

    @Test func `parts can be empty, cut short or something else, so often as the rule says`() throws {
        let bench = try Self.bench([
            "parts": ["1": ["empty": true, "times": 2], "2": ["truncate": 0.25], "3": ["reply": "As an assistant"]]
        ])
        #expect(Self.text(try Self.part(bench, "")) == "")
        #expect(Self.text(try Self.part(bench, "")) == "")
        let first = try #require(Self.text(try Self.part(bench, "")))
        let short = try #require(Self.text(try Self.part(bench, first)))
        #expect(TextTokens.count(first) == 32 && TextTokens.count(short) == 8)
        #expect(Self.text(try Self.part(bench, first + short)) == "As an assistant")
        let third = try #require(Self.text(try Self.part(bench, first + short)))
        #expect(Self.prose.hasPrefix(first + short + third))
    }

    @Test(arguments: [
        (#"{"replies": [{"cuts": [1]}]}"#, "script.replies[0].cuts is not a key of scripts"),
        (
            #"{"replies": [{"text": "é", "cuts": [1]}]}"#,
            "script.replies[0].cuts has to be byte offsets between characters inside `text`, outside what it hides"
        ),
        (
            #"{"replies": [{"text": "a", "part_jitter": 2}]}"#,
            "script.replies[0].part_jitter has to be a number from 0 to 1"
        ),
        (
            #"{"replies": [{"text": "a", "parts": {"0": {}}}]}"#,
            "script.replies[0].parts has to be an object whose keys are numbers from 1"
        ),
        (
            #"{"replies": [{"text": "a", "parts": {"2": {"hangs": true}}}]}"#,
            "script.replies[0].parts.2.hangs is not a key of scripts"
        ),
        (
            #"{"replies": [{"text": "a", "parts": {"1": {"state": "no"}}}]}"#,
            "script.replies[0].parts.1.state has to be ok, faulted, censored or csam"
        ),
    ])
    func `a script with a long text that is wrong is refused with the place`(text: String, message: String) {
        let error = #expect(throws: SimulatorScript.Invalid.self) { try Bench.script(text) }
        #expect(error?.description == message)
    }
}
