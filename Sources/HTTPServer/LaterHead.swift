/// The head of a later request on a connection, as libmicrohttpd 0.9.75 holds it when it has read the request line.
///
/// The first head of a connection is judged before libmicrohttpd sees it. A later one it reads by itself, and it overwrites
/// what ends a line as it goes: afterwards an LF behind a NUL looks like a CRLF. But when it tells the request line, what
/// follows it lies in the buffer as it was sent, and the request line itself is the only thing to be put back. So a head
/// that has come in one piece, as clients send them, is judged like a first one; after any other, the connection ends.
struct LaterHead {
    /// The memory of the connection from the first byte of the request, with zeros behind what has come.
    let bytes: UnsafeRawBufferPointer
    /// Where the target stands in these.
    let targetOffset: Int
    let targetBytes: Int

    /// The first bytes as they were sent; nil when that cannot be told.
    func restored(atMost count: Int) -> [UInt8]? {
        let methodBytes = targetOffset - 1
        let versionOffset = targetOffset + targetBytes + 1
        let lineEnd = versionOffset + Self.versionBytes
        // Behind empty lines, of which only their number is left, it begins with other bytes than the method's.
        guard methodBytes > 0, lineEnd + 2 <= min(bytes.count, count), bytes[0] != 0, bytes[methodBytes] == 0,
            bytes[versionOffset - 1] == 0, bytes[lineEnd] == 0, bytes[lineEnd + 1] == 0
        else { return nil }
        // As much as a plain head has; where the end is another one, all of it may belong to the head.
        var head = [UInt8](bytes.prefix(min(count, endOfPlainLines(from: lineEnd + 2) ?? count)))
        head[methodBytes] = UInt8(ascii: " ")
        head[versionOffset - 1] = UInt8(ascii: " ")
        head[lineEnd] = UInt8(ascii: "\r")
        head[lineEnd + 1] = UInt8(ascii: "\n")
        return head
    }

    /// Behind the first empty line, or nil; one right behind the request line is not found.
    private func endOfPlainLines(from start: Int) -> Int? {
        let (carriageReturn, lineFeed) = (UInt8(ascii: "\r"), UInt8(ascii: "\n"))
        for end in start..<max(start, bytes.count - 3) where bytes[end] == carriageReturn {
            let isEmpty = bytes[end + 1] == lineFeed && bytes[end + 2] == carriageReturn && bytes[end + 3] == lineFeed
            if isEmpty { return end + 4 }
        }
        return nil
    }

    private static let versionBytes = "HTTP/1.1".utf8.count

    /// What is wrong with it, or how long it is; nil where that cannot be told, because it is not whole or not plain.
    func judge(_ limits: HTTPServer.Limits) -> Result<Int, Refusal>? {
        guard let head = restored(atMost: limits.headBytesMax + 1) else { return nil }
        switch head.withUnsafeBytes({ FirstHead(limits: limits).judge($0) }) {
        case .incomplete: return nil
        case .refused(let refusal): return .failure(refusal)
        case .whole(let size): return .success(size.rawBytes)
        }
    }
}
