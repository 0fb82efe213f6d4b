import Testing

@testable import HTTPServer

@Suite struct LaterHeadTests {
    /// What libmicrohttpd's buffer holds when it has read the request line of this text.
    private func buffer(_ text: String, target: String) -> (bytes: [UInt8], offset: Int) {
        var bytes = Array(text.utf8)
        let method = bytes.firstIndex(of: UInt8(ascii: " ")) ?? 0
        let end = (bytes.firstIndex(of: UInt8(ascii: "\n")) ?? 0) + 1
        for place in [method, method + 1 + target.utf8.count, end - 2, end - 1] { bytes[place] = 0 }
        return (bytes, method + 1)
    }

    private func judge(_ text: String, target: String = "/v1/models") -> Result<Int, Refusal>? {
        let (bytes, offset) = buffer(text, target: target)
        return bytes.withUnsafeBytes {
            LaterHead(bytes: $0, targetOffset: offset, targetBytes: target.utf8.count).judge(HTTPServer.Limits())
        }
    }

    @Test func `a head that has come whole is as long as it was sent`() throws {
        let head = "GET /v1/models HTTP/1.1\r\nHost: t\r\nX: y\r\n\r\n"
        #expect(judge(head) == .success(head.utf8.count))
        #expect(judge(head + "the body, or the next request") == .success(head.utf8.count))
    }

    @Test(arguments: [
        "GET /v1/models HTTP/1.1\r\nHost: t\r\nX: y\0\nZ: a\r\n\r\n",
        "GET /v1/models HTTP/1.1\r\nHost: t\r\n:\n\r\n\r\n",
        "GET /v1/models HTTP/1.1\r\nHost: t\r\n folded\r\n\r\n", "GET /v1/models HTTP/1.1\r\nHost: t\nX: y\r\n\r\n",
        "GET /v1/models HTTP/1.1\r\nHost : t\r\n\r\n", "GET /v1/models HTTP/1.1\r\nContent-Length: +2\r\n\r\n",
    ])
    func `what is wrong with a head is seen before libmicrohttpd takes it apart`(head: String) {
        guard case .failure(.malformed)? = judge(head) else {
            Issue.record("\(String(describing: judge(head)))")
            return
        }
    }

    @Test func `of a head that is not whole nothing is known`() {
        let head = "GET /v1/models HTTP/1.1\r\nHost: t\r\nX: y\r\n\r\n"
        for count in 25..<head.utf8.count {
            #expect(judge(String(decoding: head.utf8.prefix(count), as: UTF8.self)) == nil)
        }
    }

    @Test func `a request line that does not lie as libmicrohttpd leaves it is unknown`() {
        for text in ["\0\0GET\0/v1/models\0HTTP/1.1\0\0Host: t\r\n\r\n", "GET /v1/models HTTP/1.1\r\n\r\n", "\0", ""] {
            let verdict = Array(text.utf8).withUnsafeBytes {
                LaterHead(bytes: $0, targetOffset: 4, targetBytes: 10).judge(HTTPServer.Limits())
            }
            #expect(verdict == nil)
        }
    }
}

@Suite struct AuthorityTests {
    @Test(arguments: [
        "localhost", "localhost:80", "127.0.0.1:8080", "[::1]", "[::1]:8080", "[2001:db8::1.2.3.4]",
        "a-b_c.example.org.", "",
        ":80", "host:", "a%20b", "xn--bcher-kva.example",
    ])
    func `is a host, with a port or without`(text: String) {
        #expect(Authority(text)?.text == text)
    }

    @Test(arguments: [
        "a b", "a/b", "user@host", "a,b", "host:80:80", "host:port", "host:-1", "host:123456", "[::1", "::1]", "[::1]a",
        "[]",
        "[g::1]", "a%", "a%2", "a%zz", "a?b", "a#b", "http://a", "a<b>", "a\"b", "ä",
    ])
    func `anything else is none`(text: String) {
        #expect(Authority(text) == nil)
    }
}

@Suite struct AbsoluteTargetTests {
    @Test(arguments: [
        ("http://localhost/v1/models", "localhost", "/v1/models"), ("HTTPS://h:1/a?b=c", "h:1", "/a"),
        ("http://localhost", "localhost", "/"), ("http://localhost?x", "localhost", "/"),
    ])
    func `a target may name its host`(target: String, host: String, path: String) throws {
        let read = try #require(RequestTarget(target))
        #expect(read.authority?.text == host && read.path == path)
    }

    @Test(arguments: ["http:///v1", "http://a b/", "http://user@host/", "ftp://host/", "host:80", "http:/v1"])
    func `anything else is no target`(target: String) {
        #expect(RequestTarget(target) == nil)
    }
}
