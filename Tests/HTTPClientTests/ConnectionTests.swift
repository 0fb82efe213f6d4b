import EventLoop
import Glibc
import HTTPServer
import HTTPTypes
import TestSupport
import Testing

@testable import HTTPClient

@Suite(.serialized) @LoopActor struct ConnectionTests {
    @Test func `a connection that the server closes after its answer is not used again`() async throws {
        let server = try HTTPServer(listeningOn: .address(ListenAddress(parsing: "127.0.0.1:0"))) { _, writer in
            writer.respond(.ok, fields: [.connection: "close"])
        }
        let client = HTTPClient()
        for _ in 0..<50 {
            #expect(try await client.send(.init(.get, "http://\(server.address)/", timeout: .seconds(5))).status == 200)
        }
        await server.stop()
    }

    @Test func `connections that end while they are idle are forgotten, and their numbers may be somebody else's`()
        async throws
    {
        let peer = try RawServer()
        let request = HTTPClient.Request(.get, "http://127.0.0.1:\(peer.port)/", timeout: .seconds(5))
        let clients = [HTTPClient(), HTTPClient()]
        for round in 0..<6 {
            for client in clients {
                let tasks = (0..<8).map { _ in EventLoop.task { try? await client.send(request).status } }
                for task in tasks { #expect(await task.value == 200, "round \(round)") }
            }
            // The clients' ends stay open until they look; each then opens others, in the other order each time.
            peer.closeAll()
            #expect(await outcome(clients[round % 2], request).status == 200)
        }
    }

    @Test func `a connection that stays is watched once, and answers are seen without delay`() async throws {
        let peer = try RawServer()
        let client = HTTPClient()
        let request = HTTPClient.Request(.get, "http://127.0.0.1:\(peer.port)/", timeout: .seconds(1))
        for _ in 0..<200 { #expect(await outcome(client, request).status == 200) }
        #expect(peer.accepted == 1)
    }

    @Test func `a handle that has sent a body sends none with its next request`() async throws {
        let server = try HTTPServer(listeningOn: .address(ListenAddress(parsing: "127.0.0.1:0"))) { request, writer in
            let type = request.fields[.contentType] ?? "-"
            writer.respond(.ok, body: Array("\(request.method) \(request.body.count) \(type)".utf8))
        }
        var limits = HTTPClient.Limits()
        limits.connectionsMax = 1
        let client = HTTPClient(limits: limits)
        let url = "http://\(server.address)/"
        let post = HTTPClient.Request(.post, url, fields: [.contentType: "a/b"], body: [1, 2, 3], timeout: .seconds(5))
        let get = HTTPClient.Request(.get, url, timeout: .seconds(5))
        let empty = HTTPClient.Request(.post, url, body: [], timeout: .seconds(4))
        var texts: [String] = []
        for request in [post, get, post, post, empty, get] {
            texts.append(String(decoding: try await client.send(request).body, as: UTF8.self))
        }
        #expect(
            texts == [
                "POST 3 a/b", "GET 0 -", "POST 3 a/b", "POST 3 a/b", "POST 0 application/x-www-form-urlencoded",
                "GET 0 -",
            ]
        )
        #expect(EasyHandle.liveCount == 1)
        await server.stop()
    }

    @Test func `an answer can be had piece by piece, and is not collected then`() async throws {
        let body = [UInt8](repeating: 7, count: 300_000)
        let server = try HTTPServer(listeningOn: .address(ListenAddress(parsing: "127.0.0.1:0"))) { _, writer in
            writer.respond(.ok, body: body)
        }
        var limits = HTTPClient.Limits()
        limits.bodyBytesMax = 1000
        limits.receiveBufferBytes = 2048
        let pieces = Pieces()
        var request = HTTPClient.Request(.get, "http://\(server.address)/", timeout: .seconds(5))
        request.onBody = { pieces.sizes.append($0.count) }
        let answer = try await HTTPClient(limits: limits).send(request)
        #expect(answer.body.isEmpty)
        #expect(pieces.sizes.reduce(0, +) == body.count)
        #expect(pieces.sizes.allSatisfy { $0 <= 2048 })
        await server.stop()
    }

    @Test func `transfers that share a body all send it`() async throws {
        let server = try HTTPServer(listeningOn: .address(ListenAddress(parsing: "127.0.0.1:0"))) { request, writer in
            writer.respond(.ok, body: request.body)
        }
        let client = HTTPClient()
        var request: HTTPClient.Request? = .init(.post, "http://\(server.address)/", timeout: .seconds(5))
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
        request?.content = .bytes(HTTPClient.Body(bytes))
        let tasks = (0..<40).map { _ in
            let request = request
            return EventLoop.task { () -> Bool in
                guard let request, let answer = try? await client.send(request) else { return false }
                return answer.body == bytes
            }
        }
        request = nil
        for task in tasks { #expect(await task.value) }
        await server.stop()
    }

    @Test func `a body is made when its request's turn has come`() async throws {
        let server = try HTTPServer(listeningOn: .address(ListenAddress(parsing: "127.0.0.1:0"))) { request, writer in
            try? await EventLoop.sleep(for: .milliseconds(20))
            writer.respond(.ok, body: request.body)
        }
        var limits = HTTPClient.Limits()
        limits.connectionsMax = 1
        let client = HTTPClient(limits: limits)
        let made = Pieces()
        let tasks = (0..<3).map { number in
            EventLoop.task { () -> (made: Int, body: [UInt8])? in
                var request = HTTPClient.Request(.post, "http://\(server.address)/", timeout: .seconds(5))
                request.content = .made {
                    made.sizes.append(number)
                    return [UInt8](repeating: UInt8(number), count: 10)
                }
                guard let answer = try? await client.send(request) else { return nil }
                return (made.sizes.count, answer.body)
            }
        }
        var outcomes: [(made: Int, body: [UInt8])?] = []
        for task in tasks { outcomes.append(await task.value) }
        for number in 0..<3 {
            // The next one is begun in the turn that ends this one.
            #expect(outcomes[number].map { $0.made <= number + 2 } == true)
            #expect(outcomes[number]?.body == [UInt8](repeating: UInt8(number), count: 10))
        }
        await server.stop()
    }

    private func outcome(
        _ client: HTTPClient,
        _ request: HTTPClient.Request
    ) async -> Result<HTTPClient.Response, TransferError> {
        do throws(TransferError) { return .success(try await client.send(request)) } catch { return .failure(error) }
    }
}

@LoopActor private final class Pieces {
    var sizes: [Int] = []
}

extension Result<HTTPClient.Response, TransferError> {
    fileprivate var status: Int? { try? get().status }
}
