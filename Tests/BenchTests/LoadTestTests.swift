import EventLoop
import Glibc
import HTTPServer
import HTTPTypes
import JSONText
import TestSupport
import Testing

@testable import Bench

@Suite(.serialized) @LoopActor struct LoadTestTests {
    private func report(
        _ change: (inout LoadPlan) -> Void,
        handler: @escaping HTTPServer.Handler
    ) async throws -> LoadReport {
        let server = try HTTPServer(listeningOn: .address(ListenAddress(parsing: "127.0.0.1:0")), handler: handler)
        var plan = LoadPlan(target: "http://\(server.address)/v1")
        change(&plan)
        let report = await LoadTest(plan).run { _ in }
        await server.stop()
        return report
    }

    @Test func `each of a hundred clients asks on a connection of its own, and every answer is counted`() async throws {
        let seen = Seen()
        let report = try await report({ plan in
            (plan.clients, plan.requestsMax, plan.keys, plan.promptBytes) = (100, 500, 7, 2000)
            plan.serverPID = Int(getpid())
        }) { request, writer in
            seen.note(request)
            if seen.keys.count < 7 { try? await EventLoop.sleep(for: .milliseconds(1)) }
            writer.respond(.ok, body: Array("{}".utf8))
        }
        #expect(report.tally.successCount == 500)
        #expect(report.tally.bytes == 1000)
        #expect(report.tally.failureCount == 0)
        #expect(report.requestsInTime == 500)
        #expect(seen.paths == ["/v1/chat/completions"])
        #expect(seen.keys == Set((0..<7).map { "Bearer " + LoadPlan.key($0) }))
        #expect(report.server?.threads ?? 0 > 0)
        #expect(report.json["requests"]?.int == 500)
        #expect(report.text.hasPrefix("requests    500 in "))
    }

    @Test func `failures are told apart by kind, and successes alone have latencies`() async throws {
        let seen = Seen()
        let report = try await report({ plan in
            (plan.requestsMax, plan.isStreaming, plan.timeoutSeconds) = (4, true, 5)
        }) { request, writer in
            seen.note(request)
            switch seen.count {
            case 1: writer.respond(.ok, body: Array("data: {}\n\ndata: [DONE]\n\n".utf8))
            case 2: writer.respond(.ok, body: Array("data: {}\n\n".utf8))
            case 3: writer.respond(.tooManyRequests, body: Array(#"{"error":{"code":"queue_full"}}"#.utf8))
            default: writer.abort()
            }
        }
        #expect(report.tally.successCount == 1)
        #expect(report.tally.failures[Failure.cutStream] == 1)
        #expect(report.tally.failures[Failure.status(429, code: "queue_full")] == 1)
        #expect(report.tally.failureCount == 3)
        #expect(report.tally.refused.count == 1)
    }

    @Test func `with a rate, what waits for a slow server is counted from when it should have begun`() async throws {
        let report = try await report({ plan in
            (plan.rate, plan.requestsMax, plan.path) = (1000, 10, .models)
        }) { _, writer in
            try? await EventLoop.sleep(for: .milliseconds(20))
            writer.respond(.ok, body: [1])
        }
        // One client: the last request should have begun after 9 ms, and is answered after ten times 20.
        #expect(report.tally.total.count == 10)
        #expect(report.tally.total.max > 150_000)
    }

    @Test func `a stopped test ends at once and tells what there was`() async throws {
        let server = try HTTPServer(listeningOn: .address(ListenAddress(parsing: "127.0.0.1:0"))) { request, writer in
            try? await EventLoop.sleep(for: .seconds(60))
            writer.respond(.ok)
        }
        var plan = LoadPlan(target: "http://\(server.address)/v1")
        plan.clients = 40
        let test = LoadTest(plan)
        let task = EventLoop.task { await test.run { _ in } }
        #expect(await eventually { server.openExchanges == 40 })
        test.stop()
        let report = await task.value
        #expect(report.cutRequests == 40)
        #expect(report.tally.successCount == 0)
        #expect(await eventually { server.openExchanges == 0 })
        await server.stop()
    }
}

@LoopActor private final class Seen {
    private(set) var count = 0
    private(set) var keys: Set<String> = []
    private(set) var paths: Set<String> = []

    func note(_ request: Request) {
        count += 1
        paths.insert(request.path)
        if let key = request.fields[.authorization] { keys.insert(key) }
    }
}
