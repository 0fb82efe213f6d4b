import EventLoop
import HordeSimulator
import TestSupport
import Testing

@testable import Horde

/// What becomes of submissions that Horde, or something in front of it, does not take.
@Suite(.serialized) @LoopActor struct RefusalTests {
    private struct Case {
        var script = Bench.script()
        var key = Bench.key
        var maxLength = 80
        let isExpected: (HordeError?) -> Bool

        init(_ script: String = Bench.script(), key: String = Bench.key, maxLength: Int = 80, _ expected: HordeError) {
            self.init(script, key: key, maxLength: maxLength) { $0 == expected }
        }

        init(
            _ script: String = Bench.script(),
            key: String = Bench.key,
            maxLength: Int = 80,
            where isExpected: @escaping (HordeError?) -> Bool
        ) {
            self.script = script
            self.key = key
            self.maxLength = maxLength
            self.isExpected = isExpected
        }
    }

    private static func onSubmit(_ rule: String) -> String {
        Bench.fault(Bench.submitPath, rule)
    }

    /// Runs all cases side by side: how often each submitted, and how long it took.
    private func run(_ cases: [Case], _ check: (Int, Duration) -> Void) async throws {
        let benches = try cases.map { try Bench($0.script) }
        let tasks = zip(cases, benches).map { item, bench in
            let (key, maxLength) = (item.key, item.maxLength)
            return EventLoop.task {
                let log = ProgressLog()
                let start = ContinuousClock.now
                let outcome = await bench.generate(maxLength: maxLength, key: key) { log.steps.append($0) }
                return (outcome.error, log.submissions, ContinuousClock.now - start)
            }
        }
        for (index, task) in tasks.enumerated() {
            let (error, submissions, time) = await task.value
            #expect(cases[index].isExpected(error), "case \(index): \(String(describing: error))")
            check(submissions, time)
            #expect(benches[index].simulator.counters.openJobs == 0)
            await benches[index].stop()
        }
    }

    @Test func `a refusal that may pass is met with four seconds of patience, then told`() async throws {
        let limiter = #""status": 429, "body": {"message": "2 per 1 second"}, "headers": {"Retry-After": "1"}"#
        let cases = [
            Case(Self.onSubmit(#""status": 502, "body": "<html>bad gateway</html>""#), .serverFailed(status: 502)),
            Case(Self.onSubmit(#""status": 500, "body": {"message": "x"}"#), .serverFailed(status: 500)),
            Case(
                Self.onSubmit(#""status": 302, "headers": {"Location": "https://example.com/"}"#),
                .malformedAnswer(status: 302)
            ),
            Case(Self.onSubmit(#""status": 200, "body": "<html>hello</html>""#), .malformedAnswer(status: 200)),
            Case(Self.onSubmit(#""drop": true"#)) { if case .unreachable = $0 { true } else { false } },
            Case(Bench.script(#""maintenance": true"#), .maintenance),
            Case(Self.onSubmit(limiter), .rateLimited(retryAfterSeconds: 1)),
            Case(key: Bench.busyKey, .tooManyPrompts),
        ]
        try await run(cases) { submissions, time in
            #expect((3...4).contains(submissions))
            #expect(time > .seconds(2) && time < .seconds(8))
        }
    }

    @Test func `a refusal that will not pass is told at once`() async throws {
        let long = #""status": 429, "body": {"message": "90 per 1 minute"}, "headers": {"Retry-After": "13"}"#
        let cases = [
            Case(Self.onSubmit(long), .rateLimited(retryAfterSeconds: 13)),
            Case(maxLength: 1000, .kudosUpfront(freeTokens: 512)),
            Case(key: Bench.unknownKey, .invalidKey),
            Case(key: Bench.deletedKey, .forbidden(code: "DeletedUser")),
            Case(maxLength: 5000, .refused(code: nil)),
            Case(maxLength: 3000, .refused(code: "TokenOverflow")),
            // Taken, and the id is lost: asking again would make a second job.
            Case(Self.onSubmit(#""status": 202, "body": {"kudos": 0.0}"#), .malformedAnswer(status: 202)),
        ]
        try await run(cases) { submissions, time in
            #expect(submissions == 1)
            #expect(time < .seconds(2))
        }
    }

    @Test func `a refusal that passes is not told`() async throws {
        let gateway = try Bench(Self.onSubmit(#""times": 2, "status": 502, "body": "<html>""#))
        let limited = try Bench(hasLimits: true)
        let one = gateway.start()
        // Two more in a second than Horde's limiter lets through.
        let four = (0..<4).map { _ in limited.start() }
        #expect(await one.value.texts == ["hi"])
        for task in four { #expect(await task.value.texts == ["hi"]) }
        #expect(limited.simulator.counters.tooManyRequests >= 2)
        await gateway.stop()
        await limited.stop()
    }

    @Test func `with our own budget Horde's limiter never has to refuse`() async throws {
        let bench = try Bench(submitsPerMinute: 87, hasLimits: true)
        let tasks = (0..<5).map { _ in bench.start() }
        for task in tasks { #expect(await task.value.texts == ["hi"]) }
        #expect(bench.simulator.counters.tooManyRequests == 0)
        #expect(bench.simulator.counters.submits == 5)
        await bench.stop()
    }

    @Test func `a submission whose answer is lost late may be a job, and is not repeated`() async throws {
        let bench = try Bench(Self.onSubmit(#""times": 1, "delay_seconds": 4.2, "process": true, "drop": true"#))
        let outcome = await bench.generate()
        guard case .unreachable = outcome.error else { return #expect(outcome.error == nil, "the answer is lost") }
        #expect(bench.simulator.counters.submits == 1)
        await bench.stop()
    }

    @Test func `texts that were written are given when the rest fails`() async throws {
        let bench = try Bench(Bench.script(#""replies": [{"replies": ["one", ""], "times": 1}, {"reply": ""}]"#))
        #expect(await bench.generate("x", n: 2).texts == ["one"])
        await bench.stop()
    }

    @Test func `a Horde that is not there is unreachable`() async throws {
        let bench = try Bench()
        await bench.simulator.stop()
        let outcome = await bench.generate(within: .milliseconds(500))
        guard case .unreachable = outcome.error else { return #expect(outcome.error == nil, "nobody listens") }
    }
}
