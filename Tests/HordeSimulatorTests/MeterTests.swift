import HTTPTypes
import JSONText
import Testing

@testable import HordeSimulator

/// What the counters measure for benchmarks.
struct MeterTests {
    @Test func `the fullest window of a minute is told, each beginning with its first hit`() {
        var meter = MinuteMeter()
        for time in [0, 1, 59.9] { meter.record(time) }
        #expect(meter.most == 3)
        for time in [60.0, 61] { meter.record(time) }
        #expect(meter.most == 3)
        for time in [120.5, 121, 122, 180.4] { meter.record(time) }
        #expect(meter.most == 4)
    }

    @Test func `the newest lags are kept, oldest first`() {
        var meter = LagMeter()
        for lag in 0..<(LagMeter.lagsMax + 3) { meter.record(milliseconds: Double(lag), waitedSeconds: 2) }
        #expect(meter.lags.count == LagMeter.lagsMax)
        #expect(meter.lags.first == 3 && meter.lags.last == Double(LagMeter.lagsMax + 2))
        #expect(meter.count == LagMeter.lagsMax + 3 && meter.most == Double(LagMeter.lagsMax + 2))
        #expect(meter.waitedSeconds == 2 * Double(meter.count))
    }

    @Test func `a job's lag is from its last text to the first read that tells it, in real time`() throws {
        let bench = Bench(Bench.script(threads: 2), clock: HordeClock(speed: 20))
        let id = try bench.ask("[[latency:2]]", n: 2)
        let unfinished = try bench.ask("[[hang]]")
        bench.now = 2
        _ = bench.status(id)
        bench.now = 10.25
        _ = bench.status(id)
        _ = bench.status(unfinished)
        bench.now = 20
        _ = bench.status(id)
        let counters = bench.call(.get, "/simulator/counters").json
        // Done at 2.25, told at 10.25: eight seconds of Horde's.
        #expect(counters["lags"] == 1)
        #expect(counters["lag_ms_sum"]?.double == 400 && counters["lag_ms_max"]?.double == 400)
        #expect(counters["waited_seconds_sum"]?.double == 0.513)
        #expect(bench.call(.get, "/simulator/lags").json == [400.0])
        _ = bench.call(.post, "/simulator/reset")
        #expect(bench.call(.get, "/simulator/lags").json == [])
    }

    @Test func `refusals are counted by the limit that refused`() throws {
        let bench = Bench(hasLimits: true)
        for _ in 0..<4 { _ = bench.submit("x", model: "nobody/7B") }
        let id = try #require(bench.call(.get, "/simulator/jobs").json["jobs"]?[0]?["id"]?.string)
        for _ in 0..<61 { _ = bench.status(id) }
        bench.now = 2
        #expect(bench.submit("x", n: 20, model: "nobody/7B").status == .accepted)
        #expect(bench.submit("x", n: 20, model: "nobody/7B").json["rc"] == "TooManyPrompts")
        let counters = bench.call(.get, "/simulator/counters").json
        #expect(counters["too_many_by_limit"] == ["2 per 1 second": 2, "60 per 1 minute": 1])
        #expect(counters["too_many_prompts"] == 1 && counters["too_many_requests"] == 4)
        #expect(counters["submits_in_one_minute_max"] == 6)
        #expect(counters["status_reads"] == 61)
    }

    @Test func `of what is over the newest are remembered, and an open job is never forgotten for them`() throws {
        var book = RequestBook(closedMax: 2000)
        let account = Account(AccountRole(key: Bench.key), id: 1)
        func make(_ number: Int) throws -> GenerationRequest {
            let request = GenerationRequest(
                id: String(number),
                account: account,
                clientAgent: nil,
                submission: try #require(Self.order),
                rule: nil,
                isPossible: true,
                sequence: number,
                now: 0
            )
            book.add(request)
            return request
        }
        let open = try make(-1)
        for number in 0..<(2010) { book.close(try make(number)) }
        #expect(book["9"] == nil && book["10"] != nil && book["-1"] === open)
        #expect(book.open.map(\.id) == ["-1"])
        #expect(book.live(of: account).count == RequestBook.closedToldMax + 1)
        #expect(book.takeExpired(now: 1200).count == 2001)
        #expect(book.isEmpty && book.open.isEmpty)
    }

    private static let order: Submission? = try? Submission.make("x")
}
