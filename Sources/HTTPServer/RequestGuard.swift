/// What libmicrohttpd 0.9.75 lets through and a server must not (RFC 9112 sections 2.2, 3.2, 5 and 6.3).
///
/// A request whose length two parsers could read differently is how one client's bytes become another's request, so
/// each of these is refused and its connection closed. The fields of a head are taken in one by one, as bytes, because every
/// head of every request passes here; then it is judged.
struct RequestGuard {
    /// A head as libmicrohttpd reports it, repeated fields one by one.
    struct Head {
        let method: String
        let version: String
        let fields: [(name: String, value: String)]
        let bytes: Int
        /// Whether everything in it was reported; `HeadLayout` says how that is known.
        let isSeamless: Bool
        /// What its fields are taken for.
        let framing: RequestGuard
    }

    let limits: HTTPServer.Limits
    /// What is wrong with the first field that is wrong.
    private var fault: Refusal?
    private var records = 0
    private var cookieBytes = 0
    private var hosts = 0
    private var lengths = 0
    private var bodyBytes = 0
    private var codings = 0
    private var isForwarded = false

    init(limits: HTTPServer.Limits) {
        self.limits = limits
    }

    /// Takes in the next field; blanks behind its value are part of it, as for libmicrohttpd.
    mutating func add(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        records += 1
        do throws(Refusal) { try read(name, value) } catch { fault = fault ?? error }
    }

    private mutating func read(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws(Refusal) {
        // "No whitespace is allowed between the field name and colon" (RFC 9112, 5.1).
        guard name.isToken else { throw .malformed("The name of a header field is not a token.") }
        guard value.allSatisfy({ $0 != 0x0D && $0 != 0x0A && $0 != 0 }) else {
            throw .malformed("A header field's value holds CR, LF or NUL.")
        }
        if name.isField("host") {
            hosts += 1
            guard Authority.isAuthority(value.withoutBlanksAtEnd) else {
                throw .malformed("The Host field is no host.")
            }
        } else if name.isField("content-length") {
            lengths += 1
            bodyBytes = try length(value)
        } else if name.isField("transfer-encoding") {
            codings += 1
            // By its bytes: Unicode knows another letter whose small form is k.
            guard codings == 1, value.isField("chunked") else {
                throw .malformed("The only Transfer-Encoding understood is one 'chunked'.")
            }
        } else if name.isField("cookie") {
            // libmicrohttpd copies the cookies before it takes them apart, into the same memory.
            cookieBytes += value.count
            records += Self.parts(of: value) { $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: ",") }
        } else if name.isField("via") || name.isField("forwarded") || name.isField("x-forwarded-for") {
            isForwarded = true
        }
    }

    private func length(_ digits: UnsafeRawBufferPointer) throws(Refusal) -> Int {
        if lengths > 1 { throw .malformed("More than one Content-Length field.") }
        var length = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else {
                throw .malformed("Content-Length is not a number.")
            }
            // There may be any number of digits, and what is too large stays so.
            length = min(length * 10 + Int(digit - UInt8(ascii: "0")), limits.bodyBytesMax + 1)
        }
        if digits.isEmpty { throw .malformed("Content-Length is not a number.") }
        if length > limits.bodyBytesMax { throw .bodyTooLarge(bytesMax: limits.bodyBytesMax) }
        return length
    }

    /// Judges a head by its fields.
    ///
    /// - Parameters:
    ///   - headBytes: of request line and fields.
    ///   - query: of its target.
    ///   - isOld: whether its version is HTTP/1.0.
    /// - Returns: what it asks of libmicrohttpd's memory.
    /// - Throws: what is wrong with it.
    @discardableResult
    func judge(headBytes: Int, query: (some Sequence<UInt8>)?, isOld: Bool) throws(Refusal) -> RequestSize {
        let arguments = query.map { Self.parts(of: $0) { $0 == UInt8(ascii: "&") } } ?? 0
        let size = RequestSize(
            headBytes: headBytes + cookieBytes,
            records: records + arguments,
            bodyBytes: bodyBytes,
            isForwarded: isForwarded
        )
        if size.headBytes > limits.headBytesMax { throw .headTooLarge(bytesMax: limits.headBytesMax) }
        if size.records > limits.fieldsMax { throw .tooManyFields(countMax: limits.fieldsMax) }
        if let fault { throw fault }
        if hosts > 1 { throw .malformed("More than one Host field.") }
        if hosts == 0, !isOld { throw .malformed("The Host field is missing.") }
        if lengths > 0, codings > 0 { throw .malformed("Content-Length and Transfer-Encoding exclude each other.") }
        if codings > 0, isOld { throw .malformed("HTTP/1.0 has no Transfer-Encoding.") }
        return size
    }

    /// Judges a head as libmicrohttpd has read it, whose target has this query.
    static func check(_ head: Head, query: String?) throws(Refusal) {
        try head.framing.judge(headBytes: head.bytes, query: query?.utf8, isOld: head.version == "HTTP/1.0")
        guard head.isSeamless else { throw .malformed("The head is more than plain lines that end with CRLF.") }
    }

    /// How many records libmicrohttpd makes of a text, or one more; a quoted separator counts too.
    private static func parts(of text: some Sequence<UInt8>, isSeparator: (UInt8) -> Bool) -> Int {
        text.count(where: isSeparator) + 1
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

extension UnsafeRawBufferPointer {
    /// Whether this is a name of HTTP's, whose letters have no case (RFC 9110, 5.1); `name` is in lower case.
    fileprivate func isField(_ name: StaticString) -> Bool {
        guard count == name.utf8CodeUnitCount else { return false }
        for index in 0..<count {
            let (byte, expected) = (self[index], name.utf8Start[index])
            // A capital letter is its small one without this bit, and no other character of a token.
            guard byte == expected || (byte | 0x20 == expected && (0x41...0x5A).contains(byte)) else { return false }
        }
        return true
    }

    /// The value of a field, whose blanks at the end are none of it (RFC 9110, 5.5).
    fileprivate var withoutBlanksAtEnd: UnsafeRawBufferPointer {
        var end = count
        while end > 0, self[end - 1] == UInt8(ascii: " ") || self[end - 1] == UInt8(ascii: "\t") { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: self[..<end])
    }
}

extension Collection<UInt8> {
    /// Whether this can name a field or a method (RFC 9110, 5.6.2).
    var isToken: Bool { !isEmpty && allSatisfy(\.standsInToken) }
}

extension UInt8 {
    fileprivate var standsInToken: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        // "!", "#", "$", "%", "&", "'", "*", "+", "-", ".", "^", "_", "`", "|", "~"
        case 0x21, 0x23, 0x24, 0x25, 0x26, 0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E, 0x5F, 0x60, 0x7C, 0x7E: true
        default: false
        }
    }
}
