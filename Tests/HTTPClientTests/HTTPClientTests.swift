import EventLoop
import HTTPServer
import HTTPTypes
import TestSupport
import Testing

@testable import HTTPClient

@Suite(.serialized) @LoopActor struct HTTPClientTests {
    private func withServer(
        handler: @escaping HTTPServer.Handler,
        _ body: @LoopActor (String, HTTPServer) async throws -> Void
    ) async throws {
        let server = try HTTPServer(listeningOn: .address(ListenAddress(parsing: "127.0.0.1:0")), handler: handler)
        try await body("http://\(server.address)", server)
        await server.stop()
    }

    @Test func `a request goes out as it was made, and its answer comes back whole`() async throws {
        try await withServer(handler: { request, writer in
            let text = "\(request.method) \(request.path) \(request.fields[.accept] ?? "-") \(request.body.count)"
            writer.respond(.accepted, fields: [.retryAfter: "7"], body: Array(text.utf8))
        }) { url, _ in
            let client = HTTPClient()
            let body = [UInt8](repeating: 0, count: 300_000)
            let answer = try await client.send(
                .init(.post, url + "/x", fields: [.accept: "a/b"], body: body, timeout: .seconds(5))
            )
            #expect(answer.status == 202)
            #expect(answer.fields[.retryAfter] == "7")
            #expect(String(decoding: answer.body, as: UTF8.self) == "POST /x a/b 300000")
            let deleted = try await client.send(.init(.delete, url + "/y", timeout: .seconds(5)))
            #expect(String(decoding: deleted.body, as: UTF8.self) == "DELETE /y */* 0")
        }
    }

    @Test func `five hundred requests at a time share sixteen connections`() async throws {
        let seen = Peak()
        try await withServer(handler: { _, writer in
            seen.now += 1
            seen.most = max(seen.most, seen.now)
            try? await EventLoop.sleep(for: .milliseconds(2))
            seen.now -= 1
            writer.respond(.ok)
        }) { url, _ in
            let client = HTTPClient()
            let tasks = (0..<500).map { _ in
                EventLoop.task { try? await client.send(.init(.get, url, timeout: .seconds(30))).status }
            }
            for task in tasks { #expect(await task.value == 200) }
            #expect(seen.most <= 16)
            #expect(client.openTransfers == 0)
        }
    }

    @Test func `a slow first answer does not hold up the requests behind it`() async throws {
        try await withServer(handler: { request, writer in
            if request.path == "/slow" { try? await EventLoop.sleep(for: .seconds(60)) }
            writer.respond(.ok)
        }) { url, server in
            let client = HTTPClient()
            let slow = EventLoop.task { _ = try? await client.send(.init(.get, url + "/slow", timeout: .seconds(60))) }
            #expect(await eventually { server.openExchanges == 1 })
            let answer = try await client.send(.init(.get, url + "/fast", timeout: .seconds(5)))
            #expect(answer.status == 200)
            slow.cancel()
            await slow.value
        }
    }

    @Test func `as many slow requests as there may be leave room for a quick one`() async throws {
        try await withServer(handler: { request, writer in
            if request.path == "/slow" { try? await EventLoop.sleep(for: .seconds(60)) }
            writer.respond(.ok)
        }) { url, server in
            let client = HTTPClient()
            let slow = (0..<20).map { _ in
                EventLoop.task {
                    var request = HTTPClient.Request(.get, url + "/slow", timeout: .seconds(60))
                    request.mayTakeLong = true
                    _ = try? await client.send(request)
                }
            }
            #expect(await eventually { server.openExchanges == 12 })
            let answer = try await client.send(.init(.get, url + "/fast", timeout: .seconds(5)))
            #expect(answer.status == 200)
            for task in slow { task.cancel() }
            for task in slow { await task.value }
            #expect(client.openTransfers == 0)
        }
    }

    @Test func `a cancelled request is gone at once on both sides`() async throws {
        try await withServer(handler: { _, writer in
            try? await EventLoop.sleep(for: .seconds(60))
            writer.respond(.ok)
        }) { url, server in
            let client = HTTPClient()
            let task = EventLoop.task { () -> TransferError? in
                do throws(TransferError) {
                    _ = try await client.send(.init(.get, url, timeout: .seconds(60)))
                    return nil
                } catch { return error }
            }
            #expect(await eventually { server.openExchanges == 1 })
            task.cancel()
            #expect(await task.value == .cancelled)
            #expect(await eventually { server.openExchanges == 0 })
            #expect(client.openTransfers == 0)
        }
    }

    @Test func `what goes wrong is sorted by what can be done about it`() async throws {
        var limits = HTTPClient.Limits()
        limits.bodyBytesMax = 1000
        let client = HTTPClient(limits: limits)
        func failure(_ request: HTTPClient.Request) async -> TransferError? {
            do throws(TransferError) {
                _ = try await client.send(request)
                return nil
            } catch { return error }
        }
        try await withServer(handler: { request, writer in
            switch request.path {
            case "/large": writer.respond(.ok, body: [UInt8](repeating: 1, count: 1001))
            case "/cut": writer.abort()
            default:
                try? await EventLoop.sleep(for: .seconds(5))
                writer.respond(.ok)
            }
        }) { url, _ in
            #expect(await failure(.init(.get, url + "/large", timeout: .seconds(5))) == .tooLarge(bytesMax: 1000))
            #expect(await failure(.init(.get, url + "/slow", timeout: .milliseconds(50))) == .timedOut)
            let cut = await failure(.init(.get, url + "/cut", timeout: .seconds(5)))
            #expect(cut != nil && cut != .timedOut)
        }
        let refused = await failure(.init(.get, "http://127.0.0.1:1/", timeout: .seconds(5)))
        guard case .unreachable = refused else { return #expect(refused == nil, "a closed port is unreachable") }
        guard case .malformed = await failure(.init(.get, "ftp://127.0.0.1/", timeout: .seconds(5))) else {
            return #expect(Bool(false), "only http and https are spoken")
        }
    }

    @Test func `a redirect is an answer, not a journey`() async throws {
        try await withServer(handler: { request, writer in
            writer.respond(.found, fields: [.location: "/elsewhere"], body: Array(request.path.utf8))
        }) { url, _ in
            let answer = try await HTTPClient().send(.init(.get, url + "/here", timeout: .seconds(5)))
            #expect(answer.status == 302)
            #expect(String(decoding: answer.body, as: UTF8.self) == "/here")
        }
    }

    @Test func `after a thousand requests, a third of them cancelled, nothing is left`() async throws {
        func round(_ count: Int) async throws {
            try await withServer(handler: { request, writer in
                if request.path == "/wait" { try? await EventLoop.sleep(for: .seconds(60)) }
                writer.respond(.ok, body: request.body)
            }) { url, server in
                let client = HTTPClient()
                // Ten of thirty wait: fewer than there are connections, so that the others get one.
                for start in stride(from: 0, to: count, by: 30) {
                    let tasks = (start..<start + 30).map { number in
                        EventLoop.task {
                            let path = number.isMultiple(of: 3) ? "/wait" : "/go"
                            _ = try? await client.send(.init(.post, url + path, body: [1, 2], timeout: .seconds(30)))
                        }
                    }
                    for number in start..<start + 30 where !number.isMultiple(of: 3) {
                        await tasks[number - start].value
                    }
                    for task in tasks { task.cancel() }
                    for task in tasks { await task.value }
                }
                #expect(await eventually { server.openExchanges == 0 })
                #expect(client.openTransfers == 0)
            }
        }
        try await round(30)
        let descriptors = Descriptors.count
        try await round(1000)
        #expect(await eventually { EasyHandle.liveCount == 0 && Descriptors.count == descriptors })
    }
}

@LoopActor private final class Peak {
    var now = 0
    var most = 0
}
