/// What libmicrohttpd 0.9.75 lets through and a server must not (RFC 9112 sections 2.2, 3.2, 5 and 6.3).
///
/// A request whose length two parsers could read differently is how one client's bytes become another's request, so
/// each of these is refused and its connection closed.
struct RequestGuard {
    typealias Field = (name: String, value: String)

    /// A head as libmicrohttpd reports it, repeated fields one by one.
    struct Head {
        let method: String
        let version: String
        let fields: [Field]
        let bytes: Int
        /// Whether everything in it was reported; `HeadLayout` says how that is known.
        let isSeamless: Bool
    }

    let limits: HTTPServer.Limits

    /// Judges a head, whose target has this query.
    func check(_ head: Head, query: String?) throws(Refusal) {
        try check(headBytes: head.bytes, query: query, fields: head.fields)
        guard head.isSeamless else { throw .malformed("The head is more than plain lines that end with CRLF.") }
        var hosts = 0
        var hasLength = false
        var codings: [String] = []
        for field in head.fields {
            if field.name.isField("host") {
                hosts += 1
                guard Authority(field.value.withoutBlanksAtEnd) != nil else {
                    throw .malformed("The Host field is no host.")
                }
            } else if field.name.isField("content-length") {
                hasLength = true
            } else if field.name.isField("transfer-encoding") {
                codings.append(field.value)
            }
        }
        if hosts > 1 { throw .malformed("More than one Host field.") }
        if hosts == 0, head.version != "HTTP/1.0" { throw .malformed("The Host field is missing.") }
        if hasLength, !codings.isEmpty {
            throw .malformed("Content-Length and Transfer-Encoding exclude each other.")
        }
        try check(codings: codings, version: head.version)
    }

    /// Judges what has to be right before libmicrohttpd may see a head: its size, its fields' grammar and its length.
    @discardableResult
    func check(headBytes: Int, query: String?, fields: [Field]) throws(Refusal) -> RequestSize {
        var keptBytes = headBytes
        var records = fields.count
        for field in fields where field.name.isField("cookie") {
            // libmicrohttpd copies the cookies before it takes them apart, into the same memory.
            keptBytes += field.value.utf8.count
            records += Self.parts(of: field.value.utf8) { $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: ",") }
        }
        if keptBytes > limits.headBytesMax { throw .headTooLarge(bytesMax: limits.headBytesMax) }
        if let query { records += Self.parts(of: query.utf8) { $0 == UInt8(ascii: "&") } }
        if records > limits.fieldsMax { throw .tooManyFields(countMax: limits.fieldsMax) }
        for field in fields { try check(grammarOf: field) }
        let bodyBytes = try check(lengths: fields.lazy.filter { $0.name.isField("content-length") }.map(\.value))
        return RequestSize(
            headBytes: keptBytes,
            records: records,
            bodyBytes: bodyBytes,
            isForwarded: fields.contains {
                $0.name.isField("via") || $0.name.isField("forwarded") || $0.name.isField("x-forwarded-for")
            }
        )
    }

    /// How many records libmicrohttpd makes of a text, or one more; a quoted separator counts too.
    private static func parts(of text: String.UTF8View, isSeparator: (UInt8) -> Bool) -> Int {
        text.count(where: isSeparator) + 1
    }

    private func check(grammarOf field: Field) throws(Refusal) {
        // "No whitespace is allowed between the field name and colon" (RFC 9112, 5.1).
        guard field.name.isToken else {
            throw .malformed("The name of a header field is not a token.")
        }
        guard field.value.utf8.allSatisfy({ $0 != 0x0D && $0 != 0x0A && $0 != 0 }) else {
            throw .malformed("A header field's value holds CR, LF or NUL.")
        }
    }

    private func check(lengths: some Sequence<String>) throws(Refusal) -> Int {
        var rest = lengths.makeIterator()
        guard let first = rest.next() else { return 0 }
        if rest.next() != nil { throw .malformed("More than one Content-Length field.") }
        guard !first.isEmpty, first.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            throw .malformed("Content-Length is not a number.")
        }
        guard let length = Int(first), length <= limits.bodyBytesMax else {
            throw .bodyTooLarge(bytesMax: limits.bodyBytesMax)
        }
        return length
    }

    private func check(codings: [String], version: String) throws(Refusal) {
        guard let first = codings.first else { return }
        // By its bytes: Unicode knows another letter whose small form is k.
        if codings.count > 1 || !first.isField("chunked") {
            throw .malformed("The only Transfer-Encoding understood is one 'chunked'.")
        }
        if version == "HTTP/1.0" { throw .malformed("HTTP/1.0 has no Transfer-Encoding.") }
    }
}

/// What a request asks of the memory that libmicrohttpd has for its connection.
struct RequestSize: Equatable {
    /// Request line and fields, with cookies twice.
    var headBytes: Int
    /// Fields, query arguments and cookies.
    let records: Int
    /// The body's, as the head tells it; 0 when it does not.
    let bodyBytes: Int
    /// Whether a proxy has sent it, which may send those of other clients on the same connection.
    var isForwarded = false
    /// Empty lines before the request line.
    var leadingBytes = 0
    /// From the first byte of the request line to the target.
    var targetOffset = 0
    /// From there to the end of the head, as it was sent.
    var rawBytes = 0
}

extension String {
    /// Whether this is a name of HTTP's, whose letters have no case (RFC 9110, 5.1); `name` is in lower case.
    fileprivate func isField(_ name: StaticString) -> Bool {
        utf8.count == name.utf8CodeUnitCount
            && name.withUTF8Buffer { name in
                // A capital letter is its small one without this bit, and no other character of a token.
                zip(utf8, name).allSatisfy { $0 == $1 || ($0 | 0x20 == $1 && (0x41...0x5A).contains($0)) }
            }
    }

    /// The value of a field, whose blanks at the end are none of it (RFC 9110, 5.5).
    fileprivate var withoutBlanksAtEnd: String {
        guard let last = utf8.last, last == UInt8(ascii: " ") || last == UInt8(ascii: "\t") else { return self }
        return String(self[...(utf8.lastIndex { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") } ?? startIndex)])
    }

    /// Whether this can name a field or a method (RFC 9110, 5.6.2).
    var isToken: Bool {
        !isEmpty
            && utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                // "!", "#", "$", "%", "&", "'", "*", "+", "-", ".", "^", "_", "`", "|", "~"
                case 0x21, 0x23, 0x24, 0x25, 0x26, 0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E, 0x5F, 0x60, 0x7C, 0x7E: true
                default: false
                }
            }
    }
}
