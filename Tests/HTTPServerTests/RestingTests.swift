import CLinux
import EventLoop
import Glibc
import HTTPTypes
import TestSupport
import Testing

@testable import HTTPServer

@Suite struct RestingTests {
    @Test func `pages of zeros are given back, others keep what they hold`() throws {
        let page = Int(sysconf(CInt(_SC_PAGESIZE)))
        let bytes = 8 * page
        let memory = try #require(mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | CInt(MAP_ANONYMOUS), -1, 0))
        defer { munmap(memory, bytes) }
        memset(memory, 0, bytes)
        let used = [0, 3, 4, 7]
        for index in used { memory.storeBytes(of: 7, toByteOffset: (index + 1) * page - 1, as: UInt8.self) }
        let whole = try #require(ConnectionMemory(requestLine: memory, bytes: max(bytes, 32_769)))
        // A page that is held in part only is not touched.
        linux_return_zero_pages(memory + page + 1, page)
        #expect(Self.resident(memory, bytes, page) == Array(0..<8))
        linux_return_zero_pages(memory, bytes)
        #expect(Self.resident(memory, bytes, page) == used)
        for index in 0..<8 {
            let last = memory.load(fromByteOffset: (index + 1) * page - 1, as: UInt8.self)
            #expect(last == (used.contains(index) ? 7 : 0))
        }
        whole.giveBack()
        #expect(ConnectionMemory(requestLine: memory + 16, bytes: 36_864) == nil)
        #expect(ConnectionMemory(requestLine: memory, bytes: 32_768) == nil)
    }

    private static func resident(_ memory: UnsafeMutableRawPointer, _ bytes: Int, _ page: Int) -> [Int] {
        var states = [UInt8](repeating: 0, count: bytes / page)
        mincore(memory, bytes, &states)
        return states.indices.filter { states[$0] & 1 == 1 }
    }

    @LoopActor @Test func `a connection that has given memory back goes on as before`() async throws {
        var limits = HTTPServer.Limits()
        limits.restAfter = .milliseconds(1)
        let gate = Gate()
        let server = try HTTPServer(listeningOn: ListenAddress(parsing: "127.0.0.1:0"), limits: limits) {
            request,
            writer in
            guard request.path == "/stream" else {
                if request.path == "/wait" { await gate.wait() }
                return writer.respond(.ok, body: request.body)
            }
            let body = writer.start(.ok, fields: [:])
            body.write(Array("first".utf8))
            await gate.wait()
            body.write(request.body)
            body.finish()
        }
        let text = String(repeating: "ghijklmnopqrstuv", count: 600)
        let answers = await Self.talk(to: server, gate, text)
        #expect(answers.count == 7)
        #expect(answers[0].hasSuffix(text))
        #expect([answers[1], answers[3], answers[5]] == ["rested", "rested", "rested"])
        for index in [2, 4, 6] { #expect(answers[index].replacing(#/\r\n[0-9a-f]+\r\n/#, with: "").contains(text)) }
        await server.stop()
    }

    /// A plain request, then one that waits after another on the same connection, from outside the loop.
    @concurrent private static func talk(to server: HTTPServer, _ gate: Gate, _ text: String) async -> [String] {
        let client = RawClient(port: await server.address.port)
        client.request("POST", "/plain", body: text)
        var answers = [client.receive(until: text)]
        for path in ["/stream", "/wait", "/stream"] {
            let before = await server.resting.restedCount
            client.request("POST", path, body: text)
            // The next request is there already, in the memory of which parts are given back.
            client.request("GET", "/next")
            if path == "/stream" { _ = client.receive(until: "first") }
            answers.append(await eventually { server.resting.restedCount > before } ? "rested" : "restless")
            await gate.open()
            answers.append(client.receive(until: path == "/stream" ? "\r\n0\r\n\r\n" : text))
        }
        return answers
    }

    @Test func `more descriptors are more shards, within bounds`() {
        #expect([256, 1024, 20_000, 524_288].map(HTTPServer.Limits.shards(forDescriptors:)) == [8, 16, 256, 256])
    }
}

/// Holds the handlers that wait until somebody opens.
@LoopActor
private final class Gate {
    private var waiters: [CheckedContinuation<Void, Never>] = []

    func wait() async { await withCheckedContinuation { waiters.append($0) } }

    func open() {
        for waiter in waiters { waiter.resume() }
        waiters = []
    }
}
