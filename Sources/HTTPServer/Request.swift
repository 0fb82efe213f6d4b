package import HTTPTypes

/// One request, whole: the body has been collected, up to `HTTPServer.Limits.bodyBytesMax`.
package struct Request: Sendable {
    /// Names the exchange in the `x-request-id` field of its answer and in logs: the client's own where it is well-formed.
    package let id: String
    package let method: HTTPRequest.Method
    /// The path as it was sent, with its percent signs and without the query.
    package let rawPath: String
    /// The path with its percent signs decoded, once.
    package let path: String
    /// What stands behind `?`, as it was sent.
    package let query: String?
    package let fields: HTTPFields
    package let body: [UInt8]
    /// The address of the other side, without its port.
    package let remoteAddress: String

    package init(
        id: String,
        method: HTTPRequest.Method,
        rawPath: String,
        path: String,
        query: String? = nil,
        fields: HTTPFields = [:],
        body: [UInt8] = [],
        remoteAddress: String = "127.0.0.1"
    ) {
        self.id = id
        self.method = method
        self.rawPath = rawPath
        self.path = path
        self.query = query
        self.fields = fields
        self.body = body
        self.remoteAddress = remoteAddress
    }
}

extension HTTPField.Name {
    static let requestID = named("x-request-id")

    /// A field name that is written in the code; traps when it is none.
    package static func named(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("not a field name: \(name)") }
        return name
    }
}

/// The request target taken apart (RFC 9112, 3.2): `/path?query`, `http://host/path?query` or `*`.
struct RequestTarget: Equatable {
    /// The host of a target that names one; it counts instead of the `Host` field (RFC 9112, 3.2.2).
    let authority: Authority?
    let rawPath: String
    let path: String
    let query: String?

    /// Fails on a target that is neither a path nor `*`, on bytes that may not stand there, and on broken escapes.
    init?(_ target: String) {
        guard target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        var target = target
        if target.utf8.first != UInt8(ascii: "/"), let absolute = Self.absolute(target) {
            guard let authority = Authority(absolute.authority), !authority.text.isEmpty else { return nil }
            self.authority = authority
            target = absolute.rest.hasPrefix("/") ? absolute.rest : "/" + absolute.rest
        } else {
            authority = nil
        }
        guard target.utf8.first == UInt8(ascii: "/") || target == "*" else { return nil }
        if let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) {
            rawPath = String(target[..<mark])
            query = String(target[target.utf8.index(after: mark)...])
        } else {
            rawPath = target
            query = nil
        }
        guard let path = Self.decode(rawPath) else { return nil }
        self.path = path
    }

    /// The parts of the absolute form, which a client sends to what it takes for a proxy.
    private static func absolute(_ target: String) -> (authority: String, rest: String)? {
        for scheme in ["http://", "https://"] where target.prefix(scheme.count).lowercased() == scheme {
            let rest = target.dropFirst(scheme.count)
            let authority = rest.prefix { $0 != "/" && $0 != "?" }
            return (String(authority), String(rest[authority.endIndex...]))
        }
        return nil
    }

    /// Decodes `%XX`; an escaped NUL or a result that is not UTF-8 is refused.
    private static func decode(_ text: String) -> String? {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst()?.hexDigitValue, let low = rest.popFirst()?.hexDigitValue else {
                return nil
            }
            let decoded = high << 4 | low
            guard decoded != 0 else { return nil }
            bytes.append(decoded)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

extension UInt8 {
    /// What the byte is worth as an ASCII hexadecimal digit.
    fileprivate var hexDigitValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
