import HTTPTypes
import JSONText
import Testing

@testable import HordeSimulator

/// Fixed windows, concurrency and kudos up front.
struct LimitTests {
    @Test func `a window begins with its first hit and lasts as long as it says`() {
        var windows = RateWindows()
        let rule = RateWindows.Rule(limit: RateLimit(amount: 2, seconds: 1), key: "k")
        #expect(windows.hit([rule], now: 10.9)?.remaining == 1)
        #expect(windows.hit([rule], now: 11.2)?.isRefused == false)
        #expect(windows.hit([rule], now: 11.8)?.isRefused == true)
        #expect(windows.hit([rule], now: 11.9)?.isRefused == false)
        windows.sweep(now: 20)
        #expect(windows.count == 0)
    }

    @Test func `a call refused by the short window is not counted in the long one`() {
        var windows = RateWindows()
        let short = RateWindows.Rule(limit: RateLimit(amount: 1, seconds: 1), key: "s")
        let long = RateWindows.Rule(limit: RateLimit(amount: 2, seconds: 60), key: "l")
        _ = windows.hit([short, long], now: 0)
        for _ in 0..<5 { #expect(windows.hit([short, long], now: 0.5)?.limit == short.limit) }
        #expect(windows.hit([short, long], now: 2)?.isRefused == false)
        let verdict = windows.hit([short, long], now: 4)
        #expect(verdict?.isRefused == true)
        #expect(verdict?.limit.text == "2 per 1 minute")
    }

    @Test func `each id and each method has its own 60 reads a minute`() throws {
        let bench = Bench(hasLimits: true)
        let id = try bench.ask("x", model: "nobody/7B")
        for _ in 0..<60 { #expect(bench.status(id)["waiting"] == 1) }
        #expect(bench.status(id) == ["message": "60 per 1 minute"])
        #expect(bench.delete(id)["waiting"] == 1)
        bench.now = 60.5
        #expect(bench.status(id)["waiting"] == 0)
        #expect(bench.state.ledger.counters.tooMany == 1)
        #expect(bench.state.ledger.counters.mostPolls == 60)
    }

    @Test func `the anonymous key may start 60 requests a second, from as many addresses as that takes`() {
        let bench = Bench(hasLimits: true)
        let codes = (0..<61).map { index in
            bench.call(
                .post,
                "/api/v2/generate/text/async",
                ["prompt": "x"],
                key: Account.anonymousKey,
                address: "10.0.0.\(index)"
            ).status.code
        }
        #expect(codes == Array(repeating: 202, count: 60) + [429])
    }

    @Test func `without limits nothing is refused and no header speaks of them`() throws {
        let bench = Bench()
        for _ in 0..<50 { #expect(bench.submit("").status.code == 400) }
        #expect(bench.submit("").fields[FieldNames.retryAfter] == nil)
    }

    @Test func `concurrency counts jobs that wait, not those that run`() throws {
        let bench = Bench(Self.limited(Bench.key, to: 30))
        let running = try bench.ask("[[latency:50]]")
        bench.now = 1
        #expect(bench.status(running).counts == [0, 1, 0, 0])
        let waiting = try bench.ask("x", n: 20, model: "nobody/7B")
        let refusal = bench.submit("x", n: 11, model: "nobody/7B")
        #expect(refusal.status == .tooManyRequests)
        #expect(refusal.json["rc"] == "TooManyPrompts")
        _ = try bench.ask("x", n: 10, model: "nobody/7B")
        #expect(bench.submit("x").json["rc"] == "TooManyPrompts")
        _ = bench.delete(waiting)
        #expect(bench.submit("x").status == .accepted)
    }

    @Test func `without limits any number of jobs may wait, and each key is told so`() throws {
        let bench = Bench()
        for _ in 0..<40 { _ = try bench.ask("x", n: 20, model: "nobody/7B") }
        #expect(bench.call(.get, "/api/v2/find_user", key: Bench.key).json["concurrency"] == 1_000_000)
        let limited = Bench(hasLimits: true)
        _ = try limited.ask("x", n: 20, model: "nobody/7B")
        #expect(limited.submit("x", n: 11, model: "nobody/7B").json["rc"] == "TooManyPrompts")
        #expect(limited.call(.get, "/api/v2/find_user", key: Bench.key).json["concurrency"] == 30)
        #expect(limited.call(.get, "/api/v2/find_user", key: Account.anonymousKey).json["concurrency"] == 500)
    }

    /// A script that names a limit, which `--no-limits` leaves in force.
    private static func limited(_ key: String, to concurrency: Int) -> SimulatorScript {
        var script = Bench.script()
        var role = AccountRole(key: key)
        role.concurrency = concurrency
        script.keys = [role]
        return script
    }

    @Test func `anonymous concurrency is counted by model`() throws {
        let bench = Bench(Self.limited(Account.anonymousKey, to: 500))
        for _ in 0..<25 { _ = try bench.ask("x", n: 20, model: "nobody/7B", key: Account.anonymousKey) }
        #expect(bench.submit("x", model: "nobody/7B", key: Account.anonymousKey).status == .tooManyRequests)
        #expect(bench.submit("x", key: Account.anonymousKey).status == .accepted)
    }

    @Test(arguments: [(3, 2, 525), (3, 0, 527), (40, 500, 262), (0, 0, 512), (0, 5, 508)])
    func `free tokens fall with the queue and grow with the threads`(threads: Int, queue: Int, tokens: Int) {
        #expect(KudosPrices.freeTokens(threads: threads, queue: queue) == tokens)
    }

    @Test func `more than 512 tokens need kudos in hand, are cut where the client allows, or are refused`() throws {
        let bench = Bench()
        let refusal = bench.submit("x", more: ["params": ["max_length": 1000, "max_context_length": 4096]])
        #expect(refusal.status == .forbidden)
        #expect(refusal.json["rc"] == "KudosUpfront")
        let message = try #require(refusal.json["message"]?.string)
        #expect(message.contains("over 512 tokens") && message.contains("requires 333.33 kudos"))
        let cut = bench.submit(
            "x",
            more: ["params": ["max_length": 1000, "max_context_length": 4096], "allow_downgrade": true]
        )
        #expect(cut.status == .accepted)
        #expect(bench.state.ledger.remembered.last?.submission.maxLength == 512)
    }

    @Test func `what a request needs up front is held until it is over`() throws {
        var script = Bench.script()
        var role = AccountRole(key: Bench.key)
        role.kudos = 25 + 700
        script.keys = [role]
        let bench = Bench(script)
        let more: JSONObject = ["params": ["max_length": 1000, "max_context_length": 4096]]
        let id = try #require(bench.submit("x", more: more).json["id"]?.string)
        #expect(bench.submit("x", more: more).status == .accepted)
        #expect(bench.submit("x", more: more).json["rc"] == "KudosUpfront")
        _ = bench.delete(id)
        #expect(bench.submit("x", more: more).json["rc"] == "KudosUpfront")
        bench.now = 1300
        #expect(bench.submit("x", more: more).status == .accepted)
    }

    @Test func `texts cost what the recordings say`() throws {
        let worker = SimulatedWorker(WorkerRole(name: "W", models: ["m"]), speed: 40)
        let order = try Submission.make("[[latency:3]] [[reply:done text]]", maxLength: 40)
        #expect(KudosPrices.job(order, text: "done text", worker: worker, parameters: 200) == 66.96)
        #expect(KudosPrices.dryRun(order, parameters: [11]) == 17)
        #expect(KudosPrices.parameters(inName: "koboldcpp/Fimbulvetr-11B-v2") == 11)
        #expect(KudosPrices.parameters(inName: "a/Mixtral-8x7b") == 56)
        #expect(KudosPrices.parameters(inName: "zai-org/GLM-4.6") == nil)
    }
}

extension Submission {
    /// A submission as a test needs it.
    static func make(_ prompt: String, maxLength: Int = 80, stops: [String] = []) throws -> Submission {
        let body: JSON = [
            "prompt": .string(prompt),
            "params": ["max_length": JSON(maxLength), "stop_sequence": .array(stops.map(JSON.string))],
        ]
        var call = Call(method: .post, path: "/api/v2/generate/text/async", body: HordeText.bytes(body))
        call.fields[.contentType] = "application/json"
        call.fields[FieldNames.apiKey] = Bench.key
        return try Submission(call)
    }
}
