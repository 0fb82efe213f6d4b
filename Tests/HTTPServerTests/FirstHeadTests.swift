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

    private static let whole = "POST /a HTTP/1.1\r\nHost: b\r\nContent-Length: \t7\r\n\r\n"
    private let size = RequestSize(
        headBytes: whole.utf8.count,
        records: 2,
        bodyBytes: 7,
        targetOffset: 5,
        rawBytes: whole.utf8.count
    )

    @Test func `a head is incomplete at each of its bytes but the last`() {
        let bytes = Array(Self.whole.utf8)
        for count in 0..<bytes.count {
            #expect(verdict(String(decoding: bytes.prefix(count), as: UTF8.self)) == .incomplete)
        }
        #expect(verdict(Self.whole) == .whole(size))
        #expect(verdict(Self.whole + "{ not: looked at\r\n\r\n}") == .whole(size))
        var later = size
        (later.headBytes, later.leadingBytes) = (size.headBytes + 4, 4)
        #expect(verdict("\r\n\r\n" + Self.whole) == .whole(later))
    }

    @Test(arguments: ["A: b\n\n", "A: b\n\r\n", "A: b\r\n\n", "A: b\r\r\n\r\n", "A: b\rC: d\r\n\r\n", "A: b\r\n\r\r\n"])
    func `CR and LF end a head also where they stand wrong, so that nobody waits for more, and are refused`(
        rest: String
    ) {
        let refusal = Refusal.malformed("The head holds a CR or an LF that is not part of a CRLF.")
        #expect(verdict("GET / HTTP/1.0\r\n" + rest) == .refused(refusal))
        #expect(verdict("\nGET / HTTP/1.0\r\n\r\n") == .refused(refusal))
        #expect(verdict("\rGET / HTTP/1.0\r\n\r\n") == .refused(refusal))
    }

    @Test func `the limit holds for what has arrived and for what is whole`() {
        #expect(verdict(Self.whole, headBytesMax: Self.whole.utf8.count) == .whole(size))
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
        ("GET / HTTP/1.1\r\nContent-Length: 7 ", .malformed("Content-Length is not a number.")),
        ("GET /?a&b&c&d HTTP/1.1", .tooManyFields(countMax: 3)),
        ("GET /?a&b HTTP/1.1\r\nA: 1\r\nB: 2", .tooManyFields(countMax: 3)),
        ("GET / HTTP/1.1\r\nCOOKIE: a; b; c", .tooManyFields(countMax: 3)),
        ("GET / HTTP/1.1\r\nCookie: a=b,c=d\r\nA: 1", .tooManyFields(countMax: 3)),
        ("GET / HTTP/1.1\r\nCookie: " + String(repeating: "c", count: 40), .headTooLarge(bytesMax: 100)),
        ("\u{FFFD} \u{301}:", .malformed("The request line is not a method, a target and a version.")),
    ])
    func `what libmicrohttpd would answer in its own words is refused`(head: String, refusal: Refusal) {
        #expect(verdict(head + "\r\n\r\n") == .refused(refusal))
    }

    @Test(arguments: [
        ("G\u{0}T / HTTP/1.1", "The head holds a NUL."),
        ("GET / HTTP/1.1\r\nA: \u{0}", "The head holds a NUL."),
        ("GET / HTTP/1.1\r\n\u{0}A: b", "The head holds a NUL."),
        ("G(T / HTTP/1.1", "The method is not a token."),
        ("GET /\u{7F} HTTP/1.1", "The request target holds bytes that may not stand there."),
        ("GET /\u{E9} HTTP/1.1", "The request target holds bytes that may not stand there."),
        ("GET /\ta HTTP/1.1", "The request target holds bytes that may not stand there."),
        ("GET / HTTP/1.1\r\n A: b", "A header field is folded."),
        ("GET / HTTP/1.1\r\nA: b\r\n\tc", "A header field is folded."),
        ("GET / HTTP/1.1\r\n: b", "The name of a header field is not a token."),
        ("GET / HTTP/1.1\r\nContent-Length : 7", "The name of a header field is not a token."),
        ("GET / HTTP/1.1\r\nContent-Length\t: 7", "The name of a header field is not a token."),
        ("GET / HTTP/1.1\r\nTransfer-Encoding : chunked", "The name of a header field is not a token."),
        ("GET / HTTP/1.1\r\n\u{E9}: b", "The name of a header field is not a token."),
        ("GET / HTTP/1.1\r\nA: b", "The Host field is missing."),
        ("GET / HTTP/1.1\r\nHost: a\r\nHOST: a", "More than one Host field."),
        ("GET / HTTP/1.0\r\nHost: a b", "The Host field is no host."),
        ("GET / HTTP/1.0\r\nTransfer-Encoding: chunked", "HTTP/1.0 has no Transfer-Encoding."),
        ("GET / HTTP/1.0\r\nTransfer-Encoding: gzip", "The only Transfer-Encoding understood is one 'chunked'."),
        (
            "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1",
            "Content-Length and Transfer-Encoding exclude each other."
        ),
    ])
    func `what another parser could read differently is refused`(head: String, reason: String) {
        #expect(verdict(head + "\r\n\r\n") == .refused(.malformed(reason)))
    }

    @Test(arguments: [
        "GET /?a&b HTTP/1.0\r\nA: 1", "GET / HTTP/1.0\r\nCookie: a; b", "GET /? HTTP/1.0\r\nA:\r\nB:",
        "GET / HTTP/1.0\r\nA: \u{E9}:\t;,&?", "!#$%&'*+-.^_`|~ * HTTP/1.0\r\n!#$%&'*+-.^_`|~: ",
    ])
    func `what is odd and clear is taken`(head: String) {
        guard case .whole = verdict(head + "\r\n\r\n") else { return #expect(Bool(false), "it is not taken") }
    }

    @Test func `cookies count twice, and arguments, cookies and fields together`() {
        let head = "POST /?a&b HTTP/1.0\r\nCookie: c; d\r\n\r\n"
        let size = HTTPServer.Limits().judge(head)
        #expect(size?.headBytes == head.utf8.count + 4 && size?.records == 5 && size?.bodyBytes == 0)
    }

    @Test(arguments: ["Via: 1.1 a", "Forwarded: for=b", "x-forwarded-for: c"])
    func `what a proxy sends on is told by its fields`(field: String) {
        let head = "GET / HTTP/1.1\r\nHost: a\r\n\(field)\r\n\r\n"
        #expect(HTTPServer.Limits().judge(head)?.isForwarded == true)
    }

    @Test func `a request is small as long as neither its head, nor its fields, nor its body are large`() {
        let limits = HTTPServer.Limits()
        #expect(limits.isSmall(RequestSize(headBytes: 2048, records: 24, bodyBytes: 16_384)))
        #expect(!limits.isSmall(RequestSize(headBytes: 2049, records: 24, bodyBytes: 16_384)))
        #expect(!limits.isSmall(RequestSize(headBytes: 2048, records: 25, bodyBytes: 16_384)))
        #expect(!limits.isSmall(RequestSize(headBytes: 2048, records: 24, bodyBytes: 16_385)))
        #expect(!limits.isSmall(RequestSize(headBytes: 80, records: 3, bodyBytes: 0, isForwarded: true)))
    }
}

extension HTTPServer.Limits {
    /// The size of a whole head.
    fileprivate func judge(_ head: String) -> RequestSize? {
        let verdict = Array(head.utf8).withUnsafeBytes { FirstHead(limits: self).judge($0) }
        return if case .whole(let size) = verdict { size } else { nil }
    }
}
