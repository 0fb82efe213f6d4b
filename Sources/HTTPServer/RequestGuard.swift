import HTTPTypes

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
            switch field.name.lowercased() {
            case "host": hosts += 1
            case "content-length": hasLength = true
            case "transfer-encoding": codings.append(field.value)
            default: break
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
    func check(headBytes: Int, query: String?, fields: [Field]) throws(Refusal) {
        let cookies = fields.filter { $0.name.lowercased() == "cookie" }.map(\.value.utf8)
        // libmicrohttpd copies the cookies before it takes them apart, into the same memory.
        if headBytes + cookies.reduce(0, { $0 + $1.count }) > limits.headBytesMax {
            throw .headTooLarge(bytesMax: limits.headBytesMax)
        }
        var records = fields.count
        if let query { records += Self.parts(of: query.utf8) { $0 == UInt8(ascii: "&") } }
        for cookie in cookies {
            records += Self.parts(of: cookie) { $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: ",") }
        }
        if records > limits.fieldsMax { throw .tooManyFields(countMax: limits.fieldsMax) }
        for field in fields { try check(grammarOf: field) }
        try check(lengths: fields.filter { $0.name.lowercased() == "content-length" }.map(\.value))
    }

    /// How many records libmicrohttpd makes of a text, or one more; a quoted separator counts too.
    private static func parts(of text: String.UTF8View, isSeparator: (UInt8) -> Bool) -> Int {
        text.count(where: isSeparator) + 1
    }

    private func check(grammarOf field: Field) throws(Refusal) {
        // "No whitespace is allowed between the field name and colon" (RFC 9112, 5.1).
        guard HTTPField.Name(field.name) != nil else {
            throw .malformed("The name of a header field is not a token.")
        }
        guard field.value.utf8.allSatisfy({ $0 != 0x0D && $0 != 0x0A && $0 != 0 }) else {
            throw .malformed("A header field's value holds CR, LF or NUL.")
        }
    }

    private func check(lengths: [String]) throws(Refusal) {
        guard let first = lengths.first else { return }
        if lengths.count > 1 { throw .malformed("More than one Content-Length field.") }
        guard !first.isEmpty, first.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            throw .malformed("Content-Length is not a number.")
        }
        guard let length = Int(first), length <= limits.bodyBytesMax else {
            throw .bodyTooLarge(bytesMax: limits.bodyBytesMax)
        }
    }

    private func check(codings: [String], version: String) throws(Refusal) {
        guard let first = codings.first else { return }
        if codings.count > 1 || first.lowercased() != "chunked" {
            throw .malformed("The only Transfer-Encoding understood is one 'chunked'.")
        }
        if version == "HTTP/1.0" { throw .malformed("HTTP/1.0 has no Transfer-Encoding.") }
    }
}
