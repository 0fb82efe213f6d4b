/// What libmicrohttpd 0.9.75 lets through and a server must not (RFC 9112 sections 3.2 and 6.3).
///
/// A request whose length two parsers could read differently is how one client's bytes become another's request, so
/// each of these is refused and its connection closed.
struct RequestGuard {
    let limits: HTTPServer.Limits

    /// Judges a head; `fields` are those that libmicrohttpd reports, repeated ones one by one.
    func check(version: String, headBytes: Int, fields: [(name: String, value: String)]) throws(Refusal) {
        if headBytes > limits.headBytesMax { throw .headTooLarge(bytesMax: limits.headBytesMax) }
        if fields.count > limits.fieldsMax { throw .tooManyFields(countMax: limits.fieldsMax) }
        var hosts = 0
        var lengths: [String] = []
        var codings: [String] = []
        for field in fields {
            switch field.name.lowercased() {
            case "host": hosts += 1
            case "content-length": lengths.append(field.value)
            case "transfer-encoding": codings.append(field.value)
            default: break
            }
        }
        if hosts > 1 { throw .malformed("More than one Host field.") }
        if hosts == 0, version != "HTTP/1.0" { throw .malformed("The Host field is missing.") }
        if !lengths.isEmpty, !codings.isEmpty {
            throw .malformed("Content-Length and Transfer-Encoding exclude each other.")
        }
        try check(lengths: lengths)
        try check(codings: codings, version: version)
    }

    /// Judges the values of all `Content-Length` fields.
    func check(lengths: [String]) throws(Refusal) {
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
