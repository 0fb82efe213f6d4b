import Testing

@testable import Horde

struct GenerationStatusTests {
    private static let verdicts = [
        "ctx_too_big_16384/1": "impossible at 2",
        "delete_done/0": "ended with 1",
        "delete_partial_n2/0": "running at 0",
        "delete_partial_n2/1": "ended with 2",
        "delete_processing/0": "running at 0",
        "delete_processing_n2/0": "running at 0",
        // One of two was running when it was deleted: the other will never come, and `done` stays false.
        "delete_processing_n2/1": "ended with 1",
        "delete_queued/3": "ended with 0",
        "status_done_censored/0": "ended with 1, 1 censored",
        "status_done_csam/0": "ended with 1, 1 censored",
        "status_done_empty_text/0": "ended with 1",
        "status_done_premature_then_real/1": "waiting at 0",
        "status_done_premature_then_real/3": "running at 0",
        // `done` is true here.
        "status_done_premature_then_real/4": "running at 0",
        "status_done_premature_then_real/5": "ended with 1",
        "status_faulted/3": "waiting at 0",
        "status_faulted/6": "running at 0",
        "status_faulted/7": "faulted",
        "status_premature_n2/1": "waiting at 0",
        "status_premature_n2/3": "running at 2",
        "status_premature_n2/4": "running at 2",
        "status_premature_n2/5": "running at 2",
        "status_premature_n2/6": "running at 0",
        "status_premature_n2/7": "ended with 2",
        "status_restarted_once/4": "ended with 1",
    ]

    private static func decode(_ body: String) throws -> GenerationStatus {
        try #require(GenerationStatus.read(Array(body.utf8), GenerationStatus.init))
    }

    @Test func `every recorded status has its verdict here`() {
        #expect(Set(Recording.statuses.map(\.name)) == Set(Self.verdicts.keys))
    }

    @Test(arguments: Recording.statuses)
    func `a recorded status is judged by what is still to come, never by done alone`(recording: Recording) throws {
        let verdict = try Self.decode(recording.body).verdict(count: recording.count ?? 1)
        #expect(verdict.summary == Self.verdicts[recording.name])
    }

    @Test func `a faulted job's texts are kept when it has some`() {
        var status = GenerationStatus(processing: 1, done: true, faulted: true)
        #expect(status.verdict(count: 2) == .faulted)
        status.generations = [Generation(text: "one")]
        #expect(status.verdict(count: 2) == .ended([Generation(text: "one")]))
    }

    @Test func `a job that a worker has is possible, whatever Horde remembers of its queue`() {
        let status = GenerationStatus(processing: 1, isPossible: false)
        #expect(status.verdict(count: 1) == .waiting(JobProgress(queuePosition: 0, isRunning: true)))
    }

    @Test(arguments: [
        ("17", 17), ("0", 0), ("2.6", 3), ("-4", 0), ("1e300", 86_400), ("null", nil), (#""soon""#, nil), ("[]", nil),
        ("true", nil), ("99999999999999999999999", 86_400),
    ])
    func `a wait time of any form is taken, and what is none is not told`(waitTime: String, seconds: Int?) throws {
        func body(_ field: String, processing: Int = 1) -> String {
            #"{"generations": [], "finished": 0, "processing": \#(processing), "waiting": \#(1 - processing), "#
                + #""done": false, "faulted": false, \#(field)"queue_position": 0, "is_possible": true}"#
        }
        func progress(_ body: String) throws -> JobProgress? {
            guard case .waiting(let progress) = try Self.decode(body).verdict(count: 1) else { return nil }
            return progress
        }
        let told = try #require(try progress(body(#""wait_time": \#(waitTime), "#)))
        #expect(told.remainingSeconds == seconds)
        let queued = try #require(try progress(body(#""wait_time": \#(waitTime), "#, processing: 0)))
        #expect(queued.remainingSeconds == nil)
        #expect(try #require(try progress(body(""))).remainingSeconds == nil)
    }

    @Test(
        arguments: [
            ("17", 17), ("0.0", 0), ("47.65", 47.65), ("-4", nil), ("1e300", nil), ("1e400", nil), ("null", nil),
            (#""much""#, nil), ("[1]", nil), ("true", nil),
        ] as [(String, Double?)]
    )
    func `what a job has cost is taken where it is a sum`(kudos: String, amount: Double?) throws {
        let status = try Self.decode(
            #"{"generations": [], "finished": 0, "processing": 1, "waiting": 0, "done": false, "faulted": false, "#
                + #""kudos": \#(kudos), "queue_position": 0, "is_possible": true}"#
        )
        #expect(status.kudos?.amount == amount)
    }

    @Test(arguments: [(0, 1, false), (1, 0, true), (0, 0, false), (1, 1, true)])
    func `a deleted job may come back while a worker has it`(processing: Int, waiting: Int, isRunning: Bool) {
        #expect(GenerationStatus(processing: processing, waiting: waiting).isRunning == isRunning)
    }

    @Test func `a generation without its smaller fields is taken, one without text is not`() throws {
        func body(_ generation: String) -> String {
            #"{"generations": [\#(generation)], "finished": 1, "processing": 0, "waiting": 0, "done": true, "#
                + #""faulted": false, "queue_position": 0, "is_possible": true}"#
        }
        let status = try Self.decode(body(#"{"text": "x", "model": null}"#))
        #expect(status.generations == [Generation(text: "x")])
        for unreadable in [body(#"{"text": null}"#), body("null"), #"{"generations": []}"#, "[]", "<html>", ""] {
            #expect(GenerationStatus.read(Array(unreadable.utf8), GenerationStatus.init) == nil)
        }
    }
}

extension GenerationStatus.Verdict {
    fileprivate var summary: String {
        switch self {
        case .waiting(let progress):
            let state = progress.isRunning ? "running" : progress.isPossible ? "waiting" : "impossible"
            return "\(state) at \(progress.queuePosition)"
        case .ended(let generations):
            let censored = generations.count { $0.isCensored }
            return "ended with \(generations.count)" + (censored > 0 ? ", \(censored) censored" : "")
        case .faulted: return "faulted"
        }
    }
}
