import Testing

@testable import HTTPServer

@Suite struct FirstHeadTests {
    private func verdict(_ text: String, headBytesMax: Int = 100) -> FirstHead.Verdict {
        var limits = HTTPServer.Limits()
        limits.headBytesMax = headBytesMax
        limits.bodyBytesMax = 10
        limits.fieldsMax = 3
        return Array(text.utf8).withUnsafeBytes { FirstHead(limits: limits).judge($0) }
    }

    private static let whole = "POST /a HTTP/1.1\r\nHost: b\r\nContent-Length: \t7 \r\n\r\n"

    @Test func `a head is incomplete at each of its bytes but the last`() {
        let bytes = Array(Self.whole.utf8)
        for count in 0..<bytes.count {
            #expect(verdict(String(decoding: bytes.prefix(count), as: UTF8.self)) == .incomplete)
        }
        #expect(verdict(Self.whole) == .whole)
        #expect(verdict(Self.whole + "{ not: looked at\r\n\r\n}") == .whole)
        #expect(verdict("\r\n\r\n" + Self.whole) == .whole)
    }

    @Test func `bare line feeds end a head too, so that nobody waits for more`() {
        #expect(verdict("GET / HTTP/1.0\nA: b\n\n") == .whole)
        #expect(verdict("GET / HTTP/1.0\nA: b\n\r\n") == .whole)
    }

    @Test func `the limit holds for what has arrived and for what is whole`() {
        #expect(verdict(Self.whole, headBytesMax: Self.whole.utf8.count) == .whole)
        #expect(
            verdict(Self.whole, headBytesMax: Self.whole.utf8.count - 1)
                == .refused(.headTooLarge(bytesMax: Self.whole.utf8.count - 1))
        )
        #expect(verdict(String(repeating: "x", count: 99)) == .incomplete)
        #expect(verdict(String(repeating: "x", count: 100)) == .refused(.headTooLarge(bytesMax: 100)))
    }

    @Test(arguments: [
        ("GET /", Refusal.malformed("The request line is not a method, a target and a version.")),
        ("GET  / HTTP/1.1", .malformed("The request line is not a method, a target and a version.")),
        ("GET / HTTP/1.1 ", .malformed("The request line is not a method, a target and a version.")),
        ("GET / HTTP/2.0", .malformed("The only versions understood are HTTP/1.1 and HTTP/1.0.")),
        ("GET / HTTP/1.1\r\nfoo", .malformed("A header field has no colon.")),
        ("GET / HTTP/1.1\r\nContent-Length: 0x7", .malformed("Content-Length is not a number.")),
        ("GET / HTTP/1.1\r\nCONTENT-LENGTH: 7, 7", .malformed("Content-Length is not a number.")),
        ("GET / HTTP/1.1\r\nContent-Length: 1\r\ncontent-length: 1", .malformed("More than one Content-Length field.")),
        ("GET / HTTP/1.1\r\nContent-Length: 11", .bodyTooLarge(bytesMax: 10)),
        ("GET / HTTP/1.1\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4", .tooManyFields(countMax: 3)),
        ("\u{0}\u{FFFD} \u{301}:", .malformed("The request line is not a method, a target and a version.")),
    ])
    func `what libmicrohttpd would answer in its own words is refused`(head: String, refusal: Refusal) {
        #expect(verdict(head + "\r\n\r\n") == .refused(refusal))
    }
}
