/// What the bytes at the beginning of a connection say about its first request, before libmicrohttpd sees any of them.
///
/// libmicrohttpd 0.9.75 answers by itself, in HTML, a head that does not fit its memory and one whose grammar or
/// `Content-Length` it cannot read. Judged here, such a head gets the same kind of answer as every other mistake. Only
/// the framing is looked at: what the fields mean is for `RequestGuard`, which sees every head.
struct FirstHead {
    enum Verdict: Equatable {
        /// Nothing is wrong so far, and the end of the head is not there.
        case incomplete
        case whole
        case refused(Refusal)
    }

    let limits: HTTPServer.Limits

    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    /// Judges what has arrived; more than `limits.headBytesMax` bytes need not be shown.
    func judge(_ bytes: UnsafeRawBufferPointer) -> Verdict {
        // "A server … SHOULD ignore at least one empty line (CRLF) received prior to the request-line" (RFC 9112, 2.2).
        let head = bytes.drop { $0 == Self.lineFeed || $0 == Self.carriageReturn }
        guard let end = Self.end(of: head) else {
            return bytes.count < limits.headBytesMax ? .incomplete : .refused(tooLarge)
        }
        if end - bytes.startIndex > limits.headBytesMax { return .refused(tooLarge) }
        do throws(Refusal) {
            try check(head[..<end])
            return .whole
        } catch {
            return .refused(error)
        }
    }

    private var tooLarge: Refusal { .headTooLarge(bytesMax: limits.headBytesMax) }

    /// Where the line behind the last field ends: an empty one, with or without its carriage return.
    private static func end(of head: Slice<UnsafeRawBufferPointer>) -> Int? {
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

    private func check(_ head: Slice<UnsafeRawBufferPointer>) throws(Refusal) {
        var lines = head.split(separator: Self.lineFeed)[...]
        guard let requestLine = lines.popFirst() else { throw .malformed("The request line is missing.") }
        try check(requestLine: Self.text(of: requestLine))
        // The last line is the empty one.
        if lines.count - 1 > limits.fieldsMax { throw .tooManyFields(countMax: limits.fieldsMax) }
        var lengths: [String] = []
        for line in lines where line.first != Self.carriageReturn {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
                throw .malformed("A header field has no colon.")
            }
            guard Self.text(of: line[..<colon]).lowercased() == "content-length" else { continue }
            lengths.append(Self.withoutBlanks(Self.text(of: line[line.index(after: colon)...])))
        }
        try RequestGuard(limits: limits).check(lengths: lengths)
    }

    private func check(requestLine: String) throws(Refusal) {
        let parts = requestLine.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }) else {
            throw .malformed("The request line is not a method, a target and a version.")
        }
        guard parts[2] == "HTTP/1.1" || parts[2] == "HTTP/1.0" else {
            throw .malformed("The only versions understood are HTTP/1.1 and HTTP/1.0.")
        }
    }

    /// A line or a part of one, without its carriage return; bytes that are no text stay recognisably none.
    private static func text(of line: Slice<UnsafeRawBufferPointer>) -> String {
        String(decoding: line.last == carriageReturn ? line.dropLast() : line, as: UTF8.self)
    }

    private static func withoutBlanks(_ value: String) -> String {
        var rest = value[...]
        while rest.first == " " || rest.first == "\t" { rest.removeFirst() }
        while rest.last == " " || rest.last == "\t" { rest.removeLast() }
        return String(rest)
    }
}
