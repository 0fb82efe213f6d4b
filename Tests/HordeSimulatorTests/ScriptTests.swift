import HTTPTypes
import JSONText
import Testing

@testable import HordeSimulator

/// Scripts: what they can say, and what becomes of it.
struct ScriptTests {
    @Test(arguments: [
        (#"{"worker": []}"#, "script.worker is not a key of scripts"),
        (
            #"{"workers": [{"name": "a", "models": ["m"], "thread": 1}]}"#,
            "script.workers[0].thread is not a key of scripts"
        ),
        (#"{"replies": [{"fail": -1}]}"#, "script.replies[0].fail has to be an integer that is not negative"),
        (#"{"faults": [{"status": 99}]}"#, "script.faults[0].status has to be from 200 to 599"),
        (#"[]"#, "script is an array, not an object"),
    ])
    func `a script that is wrong is refused with the place`(text: String, message: String) {
        do {
            _ = try Bench.script(text)
            Issue.record("accepted")
        } catch {
            #expect("\(error)" == message)
        }
    }

    @Test func `rules give their replies one after the other, and only so often`() throws {
        let bench = Bench(
            try Bench.script(
                #"""
                {"workers": [{"name": "W", "models": ["m/7B"], "threads": 9}], "pickup_seconds": 0,
                 "replies": [{"match": "cat", "replies": ["one", "two"], "latency_seconds": 0, "times": 3},
                             {"match": "cat", "reply": "after", "latency_seconds": 0}]}
                """#
            )
        )
        let texts = try (0..<4).map { _ in
            let id = try bench.ask("a cat")
            bench.now += 0.1
            return bench.status(id)["generations"]?[0]?["text"]?.string
        }
        #expect(texts == ["one", "two", "two", "after"])
    }

    @Test func `a scripted fault acts on its path, after its skip and as often as it says`() throws {
        let bench = Bench(
            try Bench.script(
                #"""
                {"faults": [{"path": "/api/v2/status/*", "method": "GET", "skip": 1, "times": 2,
                             "status": 502, "body": "<html>"}]}
                """#
            )
        )
        let call = Call(method: .get, path: "/api/v2/status/models")
        let answers = (0..<4).map { _ in bench.state.fault(for: call)?.answer?.status.code }
        #expect(answers == [nil, 502, 502, nil])
        #expect(bench.state.fault(for: Call(method: .get, path: "/api/v2/workers")) == nil)
        #expect(bench.state.ledger.counters.scriptedFaults == 2)
    }

    @Test func `a new script brings workers for what waits already`() throws {
        let bench = Bench()
        let id = try bench.ask("[[reply:x]]", model: "late/7B")
        bench.now = 5
        #expect(bench.status(id).counts == [0, 0, 0, 1])
        let body: JSON = ["workers": [["name": "L", "models": ["late/7B"]]]]
        #expect(bench.call(.post, "/simulator/script", body).status == .ok)
        bench.now = 6
        #expect(bench.status(id).counts == [1, 0, 0, 0])
        #expect(bench.call(.post, "/simulator/script", ["x": 1]).status == .badRequest)
    }

    @Test func `maintenance refuses submits and shows in the modes`() throws {
        let bench = Bench(try Bench.script(#"{"maintenance": true}"#))
        #expect(bench.submit("x").json["rc"] == "MaintenanceMode")
        #expect(bench.call(.get, "/api/v2/status/modes").json["maintenance_mode"] == true)
    }

    @Test(arguments: [
        ("0000000000", 202), ("A-key-of-22-characters", 202), ("6234b830-9017-486a-9b5d-daee5b821b54", 202),
        ("bad-key-22-characters-", 401), ("short", 401), ("unknown-22-characters_", 401),
    ])
    func `keys of a key's shape are users, others are nobody's`(key: String, status: Int) throws {
        let bench = Bench(try Bench.script(#"{"unknown_keys": ["unknown-22-characters_"]}"#))
        #expect(bench.submit("x", key: key).status.code == status)
    }

    @Test func `the control surface tells every request and what was counted, and forgets when told to`() throws {
        let bench = Bench()
        let id = try bench.ask("[[reply:x]] [[latency:1]]")
        _ = bench.status(id)
        _ = bench.delete(id)
        bench.now = 2
        let job = try #require(bench.call(.get, "/simulator/jobs").json["jobs"]?[0])
        #expect(job["id"]?.string == id)
        #expect(job["prompt"] == "[[reply:x]] [[latency:1]]")
        #expect(job["state"] == "cancelled")
        #expect(job["status_reads"] == 1)
        #expect(job["deleted_at"]?.array?.count == 1)
        let counters = bench.call(.get, "/simulator/counters").json
        #expect(counters["submits"] == 1 && counters["accepted"] == 1 && counters["deletes"] == 1)
        #expect(counters["open_jobs"] == 0)
        #expect(bench.call(.post, "/simulator/reset").status == .ok)
        #expect(bench.call(.get, "/simulator/jobs").json == ["jobs": []])
        #expect(bench.status(id)["rc"] == "RequestNotFound")
    }

    @Test func `the ledger remembers the newest requests only`() throws {
        let bench = Bench()
        var ledger = JobLedger()
        _ = try bench.ask("x")
        let request = try #require(bench.state.ledger.remembered.first)
        for _ in 0..<(JobLedger.requestsMax + 5000) { ledger.add(request) }
        #expect(ledger.remembered.count == JobLedger.requestsMax)
    }
}
