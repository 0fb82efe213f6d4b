import EventLoop
import HTTPServer
import JSONText
import Testing

@testable import HordeSimulator

/// The shell: its server, its clock and its timer.
struct SimulatorTests {
    @Test func `a request goes through a socket, is worked on by the timer, and shows in the counts`() async throws {
        let script = #"{"pickup_seconds": 0.01, "replies": [{"reply": "hi", "latency_seconds": 0.02}]}"#
        let simulator = try await Self.start(script)
        let port = await simulator.address.port
        let accepted = Socket.exchange(port, "POST", "/api/v2/generate/text/async", #"{"prompt": "x"}"#)
        #expect(accepted.hasPrefix("HTTP/1.1 202"))
        #expect(accepted.contains("Horde-Node") && accepted.lowercased().contains("x-ratelimit-limit: 2"))
        let id = try #require(Socket.json(accepted)["id"]?.string)
        await EventLoop.task { try? await EventLoop.sleep(for: .milliseconds(60)) }.value
        // Nobody has asked in between: the timer alone has brought the text.
        let jobs = await simulator.jobs
        #expect(jobs.map(\.state) == ["done"])
        let status = Socket.json(Socket.exchange(port, "GET", "/api/v2/generate/text/status/\(id)"))
        #expect(status["generations"]?[0]?["text"] == "hi")
        let counters = Socket.json(Socket.exchange(port, "GET", "/simulator/counters"))
        #expect(counters["status_reads"] == 1 && counters["open_jobs"] == 0)
        await simulator.stop()
    }

    @Test func `scripted faults answer, cut and lose whole exchanges`() async throws {
        let simulator = try await Self.start(
            #"""
            {"faults": [
                {"path": "/api/v2/workers", "status": 502, "body": "<html>bad gateway</html>"},
                {"path": "/api/v2/status/models", "drop": true},
                {"path": "/api/v2/generate/text/async", "drop": true, "process": true},
                {"path": "/api/v2/status/modes", "delay_seconds": 0.05}
            ]}
            """#
        )
        let port = await simulator.address.port
        let gateway = Socket.exchange(port, "GET", "/api/v2/workers")
        #expect(gateway.hasPrefix("HTTP/1.1 502") && gateway.hasSuffix("<html>bad gateway</html>"))
        #expect(Socket.exchange(port, "GET", "/api/v2/status/models").isEmpty)
        #expect(Socket.exchange(port, "POST", "/api/v2/generate/text/async", #"{"prompt": "x"}"#).isEmpty)
        #expect(await simulator.counters.accepted == 1)
        #expect(Socket.exchange(port, "GET", "/api/v2/status/modes").hasPrefix("HTTP/1.1 200"))
        await simulator.stop()
    }

    @Test func `a prompt of a megabyte is taken, and told whole`() async throws {
        let simulator = try await Self.start("{}")
        let port = await simulator.address.port
        let prompt = String(repeating: "word ", count: 200_000)
        let accepted = Socket.exchange(port, "POST", "/api/v2/generate/text/async", #"{"prompt": "\#(prompt)"}"#)
        #expect(accepted.hasPrefix("HTTP/1.1 202"))
        let jobs = Socket.json(Socket.exchange(port, "GET", "/simulator/jobs"))
        #expect(jobs["jobs"]?[0]?["prompt"]?.string == prompt)
        await simulator.stop()
    }

    @Test func `webhooks are sent once per text`() async throws {
        let (stream, sink) = AsyncStream.makeStream(of: (url: String, body: [UInt8]).self)
        let simulator = try await Self.start(
            #"{"pickup_seconds": 0, "replies": [{"reply": "hi", "latency_seconds": 0}]}"#,
            webhooks: WebhookDestination("http://127.0.0.1:1/before") { url, body, _ in
                sink.yield((url, body))
                return 200
            }
        )
        let port = await simulator.address.port
        let body = #"{"prompt": "x", "params": {"n": 2}, "webhook": "https://example.com/hook"}"#
        _ = Socket.exchange(port, "POST", "/api/v2/generate/text/async", body)
        var deliveries: [(url: String, body: [UInt8])] = []
        for await delivery in stream {
            deliveries.append(delivery)
            if deliveries.count == 2 { break }
        }
        #expect(deliveries.allSatisfy { $0.url == "http://127.0.0.1:1/before/hook" })
        #expect(try JSON(parsing: deliveries[0].body)["text"] == "hi")
        await simulator.stop()
    }

    @LoopActor private static func start(
        _ script: String,
        webhooks: WebhookDestination? = nil
    ) throws -> HordeSimulator {
        try HordeSimulator(
            .init(
                listen: try ListenAddress(parsing: "127.0.0.1:0"),
                script: try Bench.script(script),
                webhooks: webhooks
            )
        )
    }
}
