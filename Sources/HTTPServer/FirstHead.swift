import HTTPTypes

/// What the bytes at the beginning of a connection say about its first request, before libmicrohttpd sees any of them.
///
/// libmicrohttpd 0.9.75 answers by itself, in HTML, a head that does not fit its memory and one whose grammar or
/// `Content-Length` it cannot read, and takes some that another parser reads differently. Judged here, such a head gets
/// the same kind of answer as every other mistake. Only the framing is looked at: what the fields mean is for
/// `RequestGuard`, which sees every head.
struct FirstHead {
    enum Verdict: Equatable {
        /// Nothing is wrong so far, and the end of the head is not there.
        case incomplete
        case whole(RequestSize)
        case refused(Refusal)
    }

    private typealias Bytes = Slice<UnsafeRawBufferPointer>

    let limits: HTTPServer.Limits

    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    /// Judges what has arrived; more than `limits.headBytesMax` bytes need not be shown.
    func judge(_ bytes: UnsafeRawBufferPointer) -> Verdict {
        // "A server … SHOULD ignore at least one empty line (CRLF) received prior to the request-line" (RFC 9112, 2.2).
        let head = bytes.drop { $0 == Self.lineFeed || $0 == Self.carriageReturn }
        let leading = head.startIndex
        guard let end = Self.end(of: head) else {
            return bytes.count < limits.headBytesMax ? .incomplete : .refused(tooLarge)
        }
        if end > limits.headBytesMax { return .refused(tooLarge) }
        do throws(Refusal) {
            try Self.check(lineEnds: bytes[..<end])
            var size = try check(head[..<end], headBytes: end)
            size.leadingBytes = leading
            size.rawBytes = end - leading
            return .whole(size)
        } catch {
            return .refused(error)
        }
    }

    private var tooLarge: Refusal { .headTooLarge(bytesMax: limits.headBytesMax) }

    /// Where the line behind the last field ends: the first that anybody could take for empty.
    ///
    /// Carriage returns are passed over wherever they stand, and a line feed ends a line without one too, so that nobody
    /// waits for the rest of a head that its sender believes to be whole.
    private static func end(of head: Bytes) -> Int? {
        var isLineEmpty = false
        for index in head.indices {
            switch head[index] {
            case lineFeed where isLineEmpty: return index + 1
            case lineFeed: isLineEmpty = true
            case carriageReturn: break
            default: isLineEmpty = false
            }
        }
        return nil
    }

    /// Demands CR and LF together at the end of each line, and neither of them nor NUL anywhere else.
    ///
    /// RFC 9112, 2.2, forbids a CR alone, and lets a recipient choose whether an LF alone ends a line. Because of that
    /// choice two parsers may see one field or two, so such a head is refused; no HTTP library sends one.
    private static func check(lineEnds head: Bytes) throws(Refusal) {
        var previous = lineFeed
        for byte in head {
            if byte == 0 { throw .malformed("The head holds a NUL.") }
            guard (byte == lineFeed) == (previous == carriageReturn) else {
                throw .malformed("The head holds a CR or an LF that is not part of a CRLF.")
            }
            previous = byte
        }
    }

    /// Judges a head whose line ends are right.
    private func check(_ head: Bytes, headBytes: Int) throws(Refusal) -> RequestSize {
        // Without their line feeds, all lines end with a carriage return, and the last one is nothing but that.
        var lines = head.split(separator: Self.lineFeed).map { $0.dropLast() }.dropLast()
        guard let requestLine = lines.popFirst() else { throw .malformed("The request line is missing.") }
        let target = try Self.target(in: Self.text(of: requestLine))
        var fields: [RequestGuard.Field] = []
        for line in lines { fields.append(try Self.field(in: line)) }
        let query = target.firstIndex(of: "?").map { String(target[target.index(after: $0)...]) }
        var size = try RequestGuard(limits: limits).check(headBytes: headBytes, query: query, fields: fields)
        size.targetOffset = requestLine.prefix { $0 != UInt8(ascii: " ") }.count + 1
        return size
    }

    private static func target(in requestLine: String) throws(Refusal) -> Substring {
        let parts = requestLine.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }) else {
            throw .malformed("The request line is not a method, a target and a version.")
        }
        guard HTTPRequest.Method(String(parts[0])) != nil else { throw .malformed("The method is not a token.") }
        guard parts[1].utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .malformed("The request target holds bytes that may not stand there.")
        }
        guard parts[2] == "HTTP/1.1" || parts[2] == "HTTP/1.0" else {
            throw .malformed("The only versions understood are HTTP/1.1 and HTTP/1.0.")
        }
        return parts[1]
    }

    private static func field(in line: Bytes) throws(Refusal) -> RequestGuard.Field {
        if let first = line.first, isBlank(first) { throw .malformed("A header field is folded.") }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
            throw .malformed("A header field has no colon.")
        }
        // Blanks behind a value are part of it, as for libmicrohttpd, which refuses a Content-Length for them.
        let value = line[line.index(after: colon)...].drop(while: isBlank)
        return (text(of: line[..<colon]), text(of: value))
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }

    /// A line or a part of one; bytes that are no text stay recognisably none.
    private static func text(of line: Bytes) -> String {
        String(decoding: line, as: UTF8.self)
    }
}
