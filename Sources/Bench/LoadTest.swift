package import EventLoop
import Glibc
import HTTPClient
import HTTPTypes

/// A load generator: many clients that ask an OpenAI-compatible server as a plan says, and what they found.
///
/// This target knows OpenAI's API from a client's side and nothing of the server behind it. It runs on the event loop like
/// everything else and shares the machine with the server it measures, so it has to be cheap itself. `LoadPlan` says what
/// is done, `Schedule` and `Pacer` when each request begins, `AnswerWatch` whether an answer is whole; `Tally` and `Histogram` count,
/// and `LoadReport` is the outcome.
@LoopActor
package final class LoadTest {
    private let plan: LoadPlan
    private let clients: [HTTPClient]
    private let body: HTTPClient.Body?
    private let pacer: Pacer
    private var tally = Tally()
    private var tasks: [Task<Void, Never>] = []
    private var isStopped = false
    private var openRequests = 0
    private var cutRequests = 0
    private let origin = ContinuousClock.now
    /// The counted time's two ends, with what the processes had used and how many requests had succeeded or failed.
    private var opening: Mark?
    private var closing: Mark?
    private var seen = ProcessPeak()

    private struct Mark {
        var seconds: Double
        var server: ProcessReading?
        var own: ProcessReading?
        var successes: Int
        var failures: Int
    }

    package init(_ plan: LoadPlan) {
        self.plan = plan
        var limits = HTTPClient.Limits()
        limits.connectionsMax = Limits.clientsPerHandle
        limits.receiveBufferBytes = Limits.receiveBufferBytes
        let count = (plan.clients + Limits.clientsPerHandle - 1) / Limits.clientsPerHandle
        clients = (0..<count).map { _ in HTTPClient(limits: limits) }
        body = plan.path == .chat ? HTTPClient.Body(RequestBody.bytes(for: plan)) : nil
        let end = plan.durationSeconds.map { $0 + plan.warmUpSeconds }
        pacer = Pacer(Schedule(rate: plan.rate, requestsMax: plan.requestsMax, end: end), origin: origin)
    }

    /// Runs until the plan is fulfilled and every answer is there, or until `stop`.
    ///
    /// `progress` is called once a second with a line for people.
    package func run(progress: @escaping @Sendable @LoopActor (String) -> Void) async -> LoadReport {
        tasks = (0..<plan.clients).map { number in EventLoop.task { await self.client(number) } }
        let watcher = EventLoop.task { await self.look(progress) }
        for task in tasks { await task.value }
        if closing == nil { closing = mark() }
        watcher.cancel()
        await watcher.value
        return report
    }

    /// Ends every request that is under way; what there is until then is reported.
    package func stop() {
        if closing == nil { closing = mark() }
        isStopped = true
        pacer.stop()
        for task in tasks { task.cancel() }
    }

    private var seconds: Double { (ContinuousClock.now - origin).seconds }

    // MARK: One client

    private func client(_ number: Int) async {
        let arrival = Arrival()
        let http = clients[number / Limits.clientsPerHandle]
        let request = request(of: number, arrival)
        if plan.rate == nil { try? await pause(Double(number) / Limits.newClientsPerSecond) }
        while let turn = await pacer.turn() {
            // A client that was free is not late by the server's doing: what its own timer adds is told apart.
            if turn.isOnTime { tally.began(late: Int((seconds - turn.time) * 1_000_000)) }
            let start = turn.isOnTime ? ContinuousClock.now : origin + .seconds(turn.time)
            await exchange(request, http, arrival, start)
            if plan.thinkSeconds > 0, !isStopped { try? await pause(plan.thinkSeconds) }
        }
    }

    private func pause(_ seconds: Double) async throws(CancellationError) {
        if seconds > 0 { try await EventLoop.sleep(for: .seconds(seconds)) }
    }

    private func exchange(
        _ request: HTTPClient.Request,
        _ http: HTTPClient,
        _ arrival: Arrival,
        _ start: ContinuousClock.Instant
    ) async {
        arrival.watch.reset()
        openRequests += 1
        defer { openRequests -= 1 }
        do throws(TransferError) {
            let status = try await http.send(request).status
            record(arrival.watch, arrival.watch.failure(status: status, isStreaming: plan.isStreaming), start)
        } catch {
            if error == .cancelled { cutRequests += 1 } else { record(arrival.watch, .transfer("\(error)"), start) }
        }
    }

    private func record(_ watch: AnswerWatch, _ failure: Failure?, _ start: ContinuousClock.Instant) {
        let now = ContinuousClock.now
        guard opening != nil || plan.warmUpSeconds == 0 else { return }
        if let failure { return tally.failed(failure, after: (now - start).microseconds) }
        let first = ((watch.firstByteAt ?? now) - start).microseconds
        tally.succeeded(firstByte: first, total: (now - start).microseconds, bytes: watch.bytes)
    }

    private func request(of number: Int, _ arrival: Arrival) -> HTTPClient.Request {
        let isChat = plan.path == .chat
        var request = HTTPClient.Request(
            isChat ? .post : .get,
            plan.target + (isChat ? "/chat/completions" : "/models"),
            timeout: .seconds(plan.timeoutSeconds)
        )
        request.content = body.map { .bytes($0) }
        if isChat { request.fields[.contentType] = "application/json" }
        if plan.keys > 0 {
            request.fields[.authorization] = "Bearer " + LoadPlan.key(plan.firstKey + number % plan.keys)
        }
        request.onBody = { arrival.watch.received($0, at: .now) }
        return request
    }

    // MARK: Looking

    /// Marks the ends of the counted time, and looks at the server's process in between.
    private func look(_ progress: @escaping @Sendable @LoopActor (String) -> Void) async {
        if plan.warmUpSeconds > 0 { try? await pause(plan.warmUpSeconds) }
        opening = mark()
        let end = plan.durationSeconds.map { $0 + plan.warmUpSeconds } ?? .infinity
        var last = (seconds: seconds, count: 0)
        while !Task.isCancelled {
            try? await pause(min(Limits.lookSeconds, closing == nil ? max(end - seconds, 0.001) : .infinity))
            if seconds >= end, closing == nil { closing = mark() }
            if let server = plan.serverPID.flatMap(ProcessReading.init) { seen.saw(server) }
            let now = (seconds: seconds, count: tally.successCount)
            guard now.seconds - last.seconds > Limits.lookSeconds / 2 else { continue }
            let rate = Double(now.count - last.count) / (now.seconds - last.seconds)
            progress(LoadReport.progressLine(now.seconds, rate: rate, tally, open: openRequests))
            last = now
        }
    }

    private func mark() -> Mark {
        let server = plan.serverPID.flatMap(ProcessReading.init)
        if let server { seen.saw(server) }
        return Mark(
            seconds: seconds,
            server: server,
            own: ProcessReading(of: Int(getpid())),
            successes: tally.successCount,
            failures: tally.failureCount
        )
    }

    private var report: LoadReport {
        let start = opening ?? mark()
        let end = closing ?? start
        let requests = end.successes - start.successes
        let exchanges = requests + end.failures - start.failures
        return LoadReport(
            plan: plan,
            seconds: max(end.seconds - start.seconds, 0),
            requestsInTime: requests,
            tally: tally,
            cutRequests: cutRequests,
            server: seen.reading,
            serverMicroseconds: LoadReport.microseconds(from: start.server, to: end.server, each: exchanges),
            ownMicroseconds: LoadReport.microseconds(from: start.own, to: end.own, each: exchanges),
            serverCores: LoadReport.cores(from: start.server, to: end.server, seconds: end.seconds - start.seconds)
        )
    }
}

/// What has come of a client's present answer: written from libcurl's callback, read when it is over.
@LoopActor
private final class Arrival {
    var watch = AnswerWatch()
}

/// The server's process as it was seen last, with the most descriptors and threads it was seen with.
private struct ProcessPeak {
    private(set) var reading: ProcessReading?

    mutating func saw(_ now: ProcessReading) {
        var now = now
        if let reading {
            now.descriptors = max(now.descriptors, reading.descriptors)
            now.threads = max(now.threads, reading.threads)
        }
        reading = now
    }
}
