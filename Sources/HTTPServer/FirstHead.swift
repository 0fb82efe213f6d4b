/// What the bytes at the beginning of a connection say about its first request, before libmicrohttpd sees any of them.
///
/// libmicrohttpd 0.9.75 answers by itself, in HTML, a head that does not fit its memory and one whose grammar or
/// `Content-Length` it cannot read, and takes some that another parser reads differently. Judged here, such a head gets
/// the same kind of answer as every other mistake. Here are its lines; what its fields say is for `RequestGuard`.
struct FirstHead {
    enum Verdict: Equatable {
        /// Nothing is wrong so far, and the end of the head is not there.
        case incomplete
        case whole(RequestSize)
        case refused(Refusal)
    }

    let limits: HTTPServer.Limits

    /// Judges what has arrived; more than `limits.headBytesMax` bytes need not be shown.
    func judge(_ bytes: UnsafeRawBufferPointer) -> Verdict {
        guard let ends = LineEnds(in: bytes) else {
            return bytes.count < limits.headBytesMax ? .incomplete : .refused(tooLarge)
        }
        if ends.endOfHead > limits.headBytesMax { return .refused(tooLarge) }
        if let fault = ends.fault { return .refused(.malformed(fault)) }
        do throws(Refusal) {
            let head = bytes.part(ends.leadingBytes..<ends.endOfHead)
            var size = try check(head, headBytes: ends.endOfHead)
            size.leadingBytes = ends.leadingBytes
            size.rawBytes = head.count
            return .whole(size)
        } catch {
            return .refused(error)
        }
    }

    private var tooLarge: Refusal { .headTooLarge(bytesMax: limits.headBytesMax) }

    /// Judges a head whose line ends are right, and before which nothing stands.
    private func check(_ head: UnsafeRawBufferPointer, headBytes: Int) throws(Refusal) -> RequestSize {
        var rest = head
        let requestLine = try RequestLine(rest.takeLine())
        var framing = RequestGuard(limits: limits)
        // What is left at the end is the empty line.
        while rest.count > LineEnds.byteCount {
            let line = rest.takeLine()
            if line[0].isBlank { throw .malformed("A header field is folded.") }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
                throw .malformed("A header field has no colon.")
            }
            let value = line[(colon + 1)...].drop(while: \.isBlank)
            framing.add(line.part(0..<colon), UnsafeRawBufferPointer(rebasing: value))
        }
        var size = try framing.judge(headBytes: headBytes, query: requestLine.query, isOld: requestLine.isOld)
        size.targetOffset = requestLine.targetOffset
        return size
    }
}

/// Where the lines of a head end, and whether the way they should.
private struct LineEnds {
    /// Empty lines before the head: "A server … SHOULD ignore at least one empty line (CRLF) received prior to the
    /// request-line" (RFC 9112, 2.2).
    private(set) var leadingBytes = 0
    /// Behind the line after the last field: the first that anybody could take for empty.
    private(set) var endOfHead = 0
    /// The first of its bytes that may not stand where it does.
    ///
    /// RFC 9112, 2.2, forbids a CR alone, and lets a recipient choose whether an LF alone ends a line. Because of that
    /// choice two parsers may see one field or two, so such a head is refused; no HTTP library sends one.
    private(set) var fault: String?

    /// How long an end is.
    static let byteCount = 2

    /// nil where the end of the head is not there.
    ///
    /// Carriage returns are passed over wherever they stand, and a line feed ends a line without one too, so that nobody
    /// waits for the rest of a head that its sender believes to be whole.
    init?(in bytes: UnsafeRawBufferPointer) {
        var hasBegun = false
        var isLineEmpty = false
        var previous = UInt8(ascii: "\n")
        for index in 0..<bytes.count {
            let byte = bytes[index]
            if fault == nil {
                if byte == 0 {
                    fault = "The head holds a NUL."
                } else if (byte == UInt8(ascii: "\n")) != (previous == UInt8(ascii: "\r")) {
                    fault = "The head holds a CR or an LF that is not part of a CRLF."
                }
            }
            switch byte {
            case UInt8(ascii: "\n"):
                if hasBegun, isLineEmpty {
                    endOfHead = index + 1
                    return
                }
                isLineEmpty = true
            case UInt8(ascii: "\r"): break
            default:
                if !hasBegun { leadingBytes = index }
                hasBegun = true
                isLineEmpty = false
            }
            previous = byte
        }
        return nil
    }
}

/// The first line of a head.
private struct RequestLine {
    let targetOffset: Int
    let query: UnsafeRawBufferPointer?
    /// Whether its version is HTTP/1.0.
    let isOld: Bool

    init(_ line: UnsafeRawBufferPointer) throws(Refusal) {
        let blank = UInt8(ascii: " ")
        guard let targetBlank = line.firstIndex(of: blank), targetBlank > 0,
            let versionBlank = line[(targetBlank + 1)...].firstIndex(of: blank), versionBlank > targetBlank + 1,
            versionBlank + 1 < line.count, !line[(versionBlank + 1)...].contains(blank)
        else { throw .malformed("The request line is not a method, a target and a version.") }
        let target = line.part(targetBlank + 1..<versionBlank)
        let version = line.part(versionBlank + 1..<line.count)
        guard line.part(0..<targetBlank).isToken else { throw .malformed("The method is not a token.") }
        guard target.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .malformed("The request target holds bytes that may not stand there.")
        }
        isOld = version.isText("HTTP/1.0")
        guard isOld || version.isText("HTTP/1.1") else {
            throw .malformed("The only versions understood are HTTP/1.1 and HTTP/1.0.")
        }
        targetOffset = targetBlank + 1
        query = target.firstIndex(of: UInt8(ascii: "?")).map { target.part($0 + 1..<target.count) }
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func part(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: self[range])
    }

    fileprivate func isText(_ text: StaticString) -> Bool {
        count == text.utf8CodeUnitCount && text.withUTF8Buffer { elementsEqual($0) }
    }

    /// Takes away the next line with its end, and returns it without; there has to be one.
    fileprivate mutating func takeLine() -> UnsafeRawBufferPointer {
        let end = firstIndex(of: UInt8(ascii: "\r")) ?? count
        defer { self = part(end + LineEnds.byteCount..<count) }
        return part(0..<end)
    }
}

extension UInt8 {
    fileprivate var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }
}
