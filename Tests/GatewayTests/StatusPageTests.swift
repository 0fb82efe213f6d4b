import JSONText
import OpenAI
import Testing

@testable import Gateway

@Suite struct StatusPageTests {
    private static let process = ProcessFigures(
        uptimeSeconds: 61,
        residentBytes: 30_000_000,
        descriptors: 20,
        descriptorsMax: 1024,
        cpuSeconds: 1.5,
        startSeconds: 1_800_000_000
    )

    private func report(
        models: [Model] = [],
        running: [StatusReport.Running] = [],
        keys: [StatusReport.Key] = []
    ) -> StatusReport {
        StatusReport(
            state: .degraded,
            reason: "Something & more.",
            stateSeconds: 7260,
            baseURL: "http://localhost:8080/v1",
            models: models,
            modelsAgeSeconds: 7,
            running: running,
            runningCount: running.count,
            failures: [
                StatusReport.Failure(
                    code: "no_worker",
                    status: 503,
                    message: "Nobody.",
                    count: 2,
                    secondsAgo: 3,
                    remedy: RecentFailures.remedy(for: "no_worker")
                )
            ],
            waitingSubmissions: 1,
            waitingJobs: 2,
            submits: 3,
            submitsOfMinute: 17,
            submitsPerMinute: 87,
            rateLimited: 4,
            kudos: StatusReport.Kudos(spent: 12, account: "ann#7", balance: 1234.5),
            keys: keys,
            process: Self.process
        )
    }

    private func model(_ id: String) -> Model {
        Model(
            id: id,
            created: 0,
            ownedBy: "x",
            contextLength: 8192,
            maxCompletionTokens: 512,
            horde: Model.Supply(workers: 3, threads: 4, queuedJobs: 5, etaSeconds: 6)
        )
    }

    @Test func `names of strangers are text, whatever is in them`() {
        let odd = "<script>alert('x')</script>&\"\u{202E}"
        let page = StatusPage.html(
            report(
                models: [model(odd)],
                running: [StatusReport.Running(id: odd, key: odd, model: odd, seconds: 1, stage: odd)]
            )
        )
        #expect(!page.contains("<script") && !page.contains("\u{202E}"))
        #expect(page.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;\u{FFFD}"))
        #expect(page.contains("Something &amp; more. So it has been for 2 h 1 min."))
    }

    @Test func `a full page is small, and has nothing from elsewhere`() {
        let running = (0..<Limits.statusRequestsMax).map {
            StatusReport.Running(
                id: "req_\($0)",
                key: nil,
                model: "koboldcpp/Some-Long-Name-\($0)",
                seconds: $0,
                stage: "in line"
            )
        }
        let models = (0..<200).map { model("koboldcpp/A-Model-With-A-Long-Name-\($0)-24B-Instruct") }
        let page = StatusPage.html(report(models: models, running: running))
        #expect(page.utf8.count < 50_000)
        #expect(!page.contains("src=") && !page.contains("url(") && !page.contains("<link"))
        #expect(page.contains("200 that workers serve now"))
        #expect(page.contains("Clients that name several models"))
    }

    @Test func `a page that renews itself can be kept as it is`() {
        #expect(StatusPage.html(report()).contains("http-equiv=\"refresh\" content=\"10\""))
        #expect(!StatusPage.html(report(), isStill: true).contains("refresh"))
    }

    @Test func `limits are bars with words, and only where there is one`() {
        let key = StatusReport.Key(
            name: "ann",
            answers: 1,
            concurrencyMax: nil,
            tokensToday: 190,
            dailyTokensMax: 200,
            kudosToday: 3,
            dailyKudosMax: nil
        )
        let page = StatusPage.html(report(keys: [key]))
        #expect(page.contains("Submissions of the last minute<span>17 of 87</span>"))
        #expect(page.contains("ann: tokens of today<span>190 of 200</span><meter min=\"0\" max=\"200\""))
        #expect(!page.contains("ann: kudos") && !page.contains("ann: answers"))
        #expect(page.contains("<dt>Kudos of ann#7</dt><dd>1234</dd>"))
    }

    @Test(arguments: [(0, "0 s"), (59, "59 s"), (61, "1 min 1 s"), (3661, "1 h 1 min"), (90_000, "1 d 1 h")])
    func `times are told in their two largest units`(seconds: Int, text: String) {
        #expect(StatusPage.duration(seconds) == text)
    }

    @Test func `the twin in JSON says the same`() throws {
        let json = report(models: [model("a")]).json.text(.compact)
        for part in [
            "\"state\":\"degraded\"", "\"state_seconds\":7260", "\"id\":\"a\"", "\"count\":2", "\"uptime_seconds\":61",
            "\"rate_limited\":4",
        ] {
            #expect(json.contains(part), "\(part)")
        }
    }
}

@Suite struct RecentFailuresTests {
    @Test func `failures are counted by their codes, the latest first, and wrong requests are none`() {
        var failures = RecentFailures()
        let now = ContinuousClock.now
        failures.add(.missing("model"), at: now)
        #expect(failures.latest.isEmpty)
        failures.add(.unavailable("A.", code: "no_worker", retryAfterSeconds: 1), at: now)
        failures.add(.unavailable("B.", code: "stopping", retryAfterSeconds: 1), at: now + .seconds(1))
        failures.add(.unavailable("C.", code: "no_worker", retryAfterSeconds: 1), at: now + .seconds(2))
        #expect(failures.latest.map(\.error.message) == ["C.", "B."])
        #expect(failures.latest.map(\.count) == [2, 1])
    }
}
