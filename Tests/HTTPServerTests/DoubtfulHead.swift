import Testing

/// A head that must not be let through, with what a smuggler would send behind it.
struct DoubtfulHead: CustomTestStringConvertible {
    let testDescription: String
    let bytes: String
    let status: Int

    init(_ description: String, _ lines: String..., status: Int) {
        testDescription = description
        bytes = lines.joined(separator: "\r\n") + "\r\n\r\n"
        self.status = status
    }

    /// Refused in our own words as the first head of a connection and as a later one.
    static let anywhere = [
        DoubtfulHead("blank before the colon", post, "Host: a", "Content-Length : 36", "", second, status: 400),
        DoubtfulHead("tab before the colon", post, "Host: a", "Content-Length\t: 36", "", second, status: 400),
        DoubtfulHead("coding, blank, colon", post, "Host: a", "Transfer-Encoding : chunked", "", second, status: 400),
        DoubtfulHead("CR in a value", post, "Host: a", "X: y\rContent-Length: 36", "", second, status: 400),
        DoubtfulHead("CR behind a value", post, "Host: a", "X: y\r", "", second, status: 400),
        DoubtfulHead(
            "coding with a letter like k",
            post,
            "Host: a",
            "Transfer-Encoding: chun\u{212A}ed",
            "",
            second,
            status: 400
        ),
        DoubtfulHead("folded coding", post, "Host: a", "Transfer-Encoding:", " chunked", "", second, status: 400),
        DoubtfulHead("folded length", post, "Host: a", "Content-Length: 3", "\t4", "", second, status: 400),
        DoubtfulHead("a field in a fold", post, "Host: a", "X: y", " Content-Length: 36", "", second, status: 400),
        DoubtfulHead("empty name", "GET / HTTP/1.1", "Host: a", ": b", second, status: 400),
        DoubtfulHead("LF alone", post, "Host: a", "X: y\nContent-Length: 36", "", second, status: 400),
        DoubtfulHead("LF alone at the end of the head", post, "Host: a\n", second, status: 400),
        DoubtfulHead("folded value", post, "Host: a", "X: y", " z", "", second, status: 400),
        DoubtfulHead("NUL in a value", post, "Host: a", "X: y\0", "", second, status: 400),
        DoubtfulHead("NUL before a line", post, "Host: a", "\0X: y", "", second, status: 400),
        DoubtfulHead("NUL in the target", "GET /\0a HTTP/1.1", "Host: a", status: 400),
        DoubtfulHead("blank-only fold", post, "Host: a", "X: y", " ", "", second, status: 400),
        DoubtfulHead(
            "empty name and LFs alone",
            post,
            "Host: a\nX: y\nY: z\nZ: a\nA: b\nB: c",
            ": b",
            second,
            status: 400
        ),
        DoubtfulHead("two blanks in the request line", "GET  / HTTP/1.1", "Host: a", status: 400),
        DoubtfulHead("name that is no token", "GET / HTTP/1.1", "Host: a", "X@Y: b", status: 400),
        DoubtfulHead("method that is no token", "G(T / HTTP/1.1", "Host: a", status: 400),
        DoubtfulHead("target with a tab", "GET /\ta HTTP/1.1", "Host: a", status: 400),
        DoubtfulHead("target with other than ASCII", "GET /é HTTP/1.1", "Host: a", status: 400),
        DoubtfulHead("101 fields", "GET / HTTP/1.1", "Host: a", short(fields: 100), status: 431),
        DoubtfulHead("100 arguments", "GET /?\(list(100, "&")) HTTP/1.1", "Host: a", status: 431),
        DoubtfulHead("99 cookies", "GET / HTTP/1.1", "Host: a", "Cookie: \(list(99, "; "))", status: 431),
        DoubtfulHead("99 cookies with commas", "GET / HTTP/1.1", "Host: a", "cookie: \(list(99, ","))", status: 431),
        DoubtfulHead("cookies of 9 KB", "GET / HTTP/1.1", "Host: a", "Cookie: a=\(filler(9000))", status: 431),
    ]

    static let all =
        anywhere + [
            DoubtfulHead("no Host", "GET / HTTP/1.1", status: 400),
            DoubtfulHead("two Hosts", "GET / HTTP/1.1", "Host: a", "Host: b", status: 400),
            DoubtfulHead(
                "length and coding",
                post,
                "Host: a",
                "Content-Length: 3",
                "Transfer-Encoding: chunked",
                "",
                "0",
                status: 400
            ),
            DoubtfulHead(
                "two lengths",
                post,
                "Host: a",
                "Content-Length: 3",
                "Content-Length: 4",
                "",
                "abc",
                status: 400
            ),
            DoubtfulHead("length over the limit", post, "Host: a", "Content-Length: 1000001", status: 413),
            DoubtfulHead("unknown coding", post, "Host: a", "Transfer-Encoding: gzip", status: 400),
            DoubtfulHead("escaped NUL", "GET /%00 HTTP/1.1", "Host: a", status: 400),
            DoubtfulHead("broken escape", "GET /%zz HTTP/1.1", "Host: a", status: 400),
            DoubtfulHead("length with a sign", post, "Host: a", "Content-Length: +3", "", "abc", status: 400),
            DoubtfulHead("blank behind a length", post, "Host: a", "Content-Length: 3 ", "", "abc", status: 400),
            DoubtfulHead("empty length", post, "Host: a", "content-length:", status: 400),
            DoubtfulHead("length of 23 digits", post, "Host: a", "Content-Length: 9" + nines, status: 413),
            DoubtfulHead("no version", "GET /", "Host: a", status: 400),
            DoubtfulHead("unknown version", "GET / HTTP/3.0", "Host: a", status: 400),
            DoubtfulHead("no request at all", "\u{16}\u{3}\u{1}", status: 400),
            DoubtfulHead("field without a colon", "GET / HTTP/1.1", "Host: a", "nonsense", status: 400),
            DoubtfulHead("CR alone before the request", "\rGET / HTTP/1.1", "Host: a", status: 400),
            DoubtfulHead("folded request line", post, " Host: a", status: 400),
            DoubtfulHead("many arguments", "GET /?\(list(800, "&")) HTTP/1.1", "Host: a", status: 431),
            DoubtfulHead("very many arguments", "GET /?\(list(2000, "&")) HTTP/1.1", "Host: a", status: 431),
            DoubtfulHead("many cookies", "GET / HTTP/1.1", "Host: a", "Cookie: \(list(800, ";"))", status: 431),
            DoubtfulHead("one large cookie", "GET / HTTP/1.1", "Host: a", "Cookie: \(filler(16_300))", status: 431),
            DoubtfulHead("many fields", "GET / HTTP/1.1", "Host: a", short(fields: 1200), status: 431),
            DoubtfulHead("long target", "GET /" + filler(40_000) + " HTTP/1.1", "Host: a", status: 431),
            DoubtfulHead("head over our limit", "GET / HTTP/1.1", "Host: a", "X: " + filler(17_000), status: 431),
            DoubtfulHead("head over all limits", "GET / HTTP/1.1", "Host: a", "X: " + filler(70_000), status: 431),
        ]

    private static let post = "POST / HTTP/1.1"
    /// With the empty line behind it 36 bytes: a body for whoever sees the length, a request for whoever does not.
    private static let second = "GET /admin HTTP/1.1\r\nHost: inner"
    private static let nines = String(repeating: "9", count: 22)
    private static func short(fields: Int) -> String {
        (0..<fields).map { "X\($0): y" }.joined(separator: "\r\n")
    }
}

/// A head at the limits: fields, arguments and cookies to the last record, and bytes to the last.
struct LargeHead: CustomTestStringConvertible {
    let testDescription: String
    private let lines: [String]
    private let cookieBytes: Int

    private init(_ description: String, arguments: Int = 0, cookies: String = "", fields: Int = 0) {
        testDescription = description
        cookieBytes = cookies.utf8.count
        lines =
            ["GET /large\(arguments > 0 ? "?" + list(arguments, "&") : "") HTTP/1.1", "Host: a"]
            + (cookies.isEmpty ? [] : ["Cookie: " + cookies]) + (0..<fields).map { "X\($0): y" }
    }

    /// Host and filling are two of the hundred records.
    static let all = [
        LargeHead("fields", fields: 98),
        LargeHead("arguments", arguments: 98),
        LargeHead("cookies", cookies: list(97, ";")),
        LargeHead("one large cookie", cookies: filler(8000)),
        LargeHead("arguments and a large cookie", arguments: 96, cookies: filler(7900)),
        LargeHead("all of them", arguments: 40, cookies: list(40, ";") + filler(7800), fields: 17),
    ]

    /// What is just small.
    static let small = [
        LargeHead("fields", fields: 22),
        LargeHead("arguments", arguments: 22),
        LargeHead("cookies", cookies: list(21, ";")),
        LargeHead("one large cookie", cookies: filler(900)),
    ]

    func bytes(fillingUpTo count: Int) -> String {
        let head = lines.joined(separator: "\r\n") + "\r\nFilling: "
        return head + filler(count - cookieBytes - head.utf8.count - 4) + "\r\n\r\n"
    }
}

private func filler(_ count: Int) -> String { String(repeating: "y", count: count) }
private func list(_ count: Int, _ separator: String) -> String {
    Array(repeating: "a", count: count).joined(separator: separator)
}
