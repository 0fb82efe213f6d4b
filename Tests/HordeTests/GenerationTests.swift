import EventLoop
import HordeSimulator
import TestSupport
import Testing

@testable import Horde

/// The life of a generation against a simulated Horde.
///
/// A job's first status is read after half a second and the second after two, so cases run side by side where they can.
@Suite(.serialized) @LoopActor struct GenerationTests {
    /// An answer to a status read that says what no test can wait for.
    private static let faulted =
        #""status": 200, "body": {"generations": [], "finished": 0, "processing": 0, "waiting": 0, "done": true, "#
        + #""faulted": true, "queue_position": 0, "is_possible": true}"#
    private static let expired =
        #""status": 404, "body": {"message": "Text Waiting Prompt (Status) with ID 'x' not found.", "#
        + #""rc": "RequestNotFound"}"#

    private static func onStatus(_ rule: String) -> String {
        Bench.fault(Bench.statusPath, #""method": "GET", \#(rule)"#)
    }

    @Test func `an order becomes its text, and tells each step`() async throws {
        let bench = try Bench()
        let log = ProgressLog()
        let outcome = await bench.start("[[reply:hello]]", log: log).value
        #expect(outcome == .success([Generation(text: "hello", model: "m/7B", worker: bench.worker)]))
        #expect(log.steps == [.submitting, .accepted])
        let job = try #require(bench.job)
        #expect(job.prompt == "[[reply:hello]]" && job.models == ["m/7B"] && job.n == 1)
        #expect(job.maxLength == 80 && job.maxContextLength == 2048)
        #expect(job.deletedAt.isEmpty, "what is done is not cancelled")
        await bench.stop()
    }

    @Test func `what happens while Horde works is told`() async throws {
        let bench = try Bench(Bench.script(pickupSeconds: 1), submitsPerMinute: 600)
        let log = ProgressLog()
        let first = bench.start()
        let second = bench.start(log: log)
        _ = (await first.value, await second.value)
        guard case .inLine(ahead: 0, let wait)? = log.steps.first else { return #expect(log.steps.isEmpty) }
        #expect(wait <= .milliseconds(100))
        #expect(log.steps.dropFirst().prefix(2) == [.submitting, .accepted])
        let pending = log.steps.dropFirst(3)
        #expect(!pending.isEmpty)
        for step in pending {
            guard case .pending(let progress) = step else { return #expect(pending.isEmpty) }
            #expect(progress.isPossible && progress.queuePosition <= 1)
        }
        await bench.stop()
    }

    @Test func `what jobs cost is told as Horde tells it, with those that brought nothing`() async throws {
        let bench = try Bench()
        let (two, again) = (Purse(), Purse())
        async let pair = bench.generate("[[reply:two]]", n: 2, onSpent: { two.spent += $0 })
        async let second = bench.generate("[[reply:again]] [[fail:3]]", onSpent: { again.spent += $0 })
        _ = await (pair, second)
        #expect(two.spent > 0 && again.spent > 0)
        #expect(bench.horde.figures.counts.spentKudos == two.spent + again.spent)
        // Half of one is what Horde's rounding may hide of each job.
        let charged = bench.simulator.jobs.reduce(0.0) { $0 + $1.kudos }
        #expect(abs(charged - bench.horde.figures.counts.spentKudos) <= 0.5 * Double(bench.simulator.jobs.count))
        await bench.stop()
    }

    @Test func `several texts, stops, censors and restarts at Horde need one job only`() async throws {
        let bench = try Bench()
        async let pair = bench.generate("[[reply:same]]", n: 2)
        async let stopped = bench.generate("[[reply:one END two]]", stops: ["never", "END"])
        async let censored = bench.generate("[[reply:bad]] [[state:censored]]")
        async let csam = bench.generate("[[empty]] [[state:csam]]")
        async let restarted = bench.generate("[[reply:second time]] [[fail:1]] [[latency:0.1]]")
        // Calls itself done from the second fault on, when the third attempt has just begun.
        async let premature = bench.generate("[[reply:third time]] [[fail:2]] [[latency:0.22]]")
        #expect(await pair.texts == ["same", "same"])
        #expect(await stopped.texts == ["one END"])
        #expect(
            await censored == .success([Generation(text: "bad", model: "m/7B", isCensored: true, worker: bench.worker)])
        )
        #expect(await csam == .success([Generation(text: "", model: "m/7B", isCensored: true, worker: bench.worker)]))
        #expect(await restarted.texts == ["second time"])
        #expect(await premature.texts == ["third time"])
        #expect(bench.simulator.counters.submits == 6)
        await bench.stop()
    }

    @Test(arguments: [
        (#"["", "", "third"]"#, 1, ["third"], [1, 1, 1]), (#"[" \n ", "second"]"#, 1, ["second"], [1, 1]),
        (#"["", "a", "b"]"#, 2, ["a", "b"], [2, 1]), (#"["", "a", "", "b"]"#, 2, ["a", "b"], [2, 1, 1]),
    ])
    func `an empty text is asked for again, and only it`(
        replies: String,
        count: Int,
        texts: [String],
        orders: [Int]
    ) async throws {
        let bench = try Bench(Bench.script(#""replies": [{"replies": \#(replies), "latency_seconds": 0}]"#))
        #expect(await bench.generate("x", n: count).texts == texts)
        #expect(bench.simulator.jobs.map(\.n) == orders)
        await bench.stop()
    }

    @Test func `a lost job is made up for twice, and no more`() async throws {
        let empty = Bench.script(#""replies": [{"reply": "", "latency_seconds": 0}]"#)
        let cases: [(script: String, error: HordeError?)] = [
            (Self.onStatus(#""times": 2, \#(Self.faulted)"#), nil),
            (Self.onStatus(#""times": 2, \#(Self.expired)"#), nil),
            (Self.onStatus(Self.faulted), .faulted),
            (Self.onStatus(Self.expired), .expired),
            (empty, .emptyText),
        ]
        let benches = try cases.map { try Bench($0.script) }
        let tasks = benches.map { $0.start() }
        for ((_, error), (bench, task)) in zip(cases, zip(benches, tasks)) {
            let outcome = await task.value
            #expect(outcome.error == error)
            if error == nil { #expect(outcome.texts == ["hi"]) }
            #expect(bench.simulator.counters.submits == 3)
            await bench.stop()
        }
    }

    @Test func `status reads that fail are repeated, and the limit on them is kept`() async throws {
        let refused = #""status": 429, "body": {"message": "60 per 1 minute"}, "headers": {"Retry-After": "2"}"#
        let rules = [
            #""times": 2, "status": 502, "body": "<html>bad gateway</html>""#, #""times": 1, "drop": true"#,
            #""times": 1, "status": 302, "headers": {"Location": "/elsewhere"}"#, #""times": 1, \#(refused)"#,
        ]
        let benches = try rules.map { try Bench(Self.onStatus($0)) }
        let tasks = benches.map { $0.start() }
        for (bench, task) in zip(benches, tasks) {
            #expect(await task.value.texts == ["hi"])
            #expect(bench.simulator.counters.submits == 1)
            await bench.stop()
        }
    }

    @Test func `a job that nobody can take is told so, and deleted at the deadline`() async throws {
        let bench = try Bench()
        let log = ProgressLog()
        let outcome = await bench.start(model: "nobody/7B", within: .seconds(1), log: log).value
        #expect(outcome == .failure(.deadlinePassed))
        #expect(log.steps.last == .pending(JobProgress(queuePosition: 0, isRunning: false, isPossible: false)))
        #expect(await eventually(within: .seconds(1)) { bench.job?.state == "cancelled" })
        await bench.stop()
    }
}
