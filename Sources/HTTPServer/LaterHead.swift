/// The head of a later request on a connection, as libmicrohttpd 0.9.75 holds it when it has read the request line.
///
/// The first head of a connection is judged before libmicrohttpd sees it. A later one it reads by itself, and it overwrites
/// what ends a line as it goes: afterwards an LF behind a NUL looks like a CRLF. But when it tells the request line, what
/// follows it lies in the buffer as it was sent, and the request line itself is the only thing to be put back. So a head
/// that has come in one piece, as clients send them, is judged like a first one; after any other, the connection ends.
struct LaterHead {
    /// From the first byte of the request to the last that has come.
    let bytes: UnsafeRawBufferPointer
    /// Where the target stands in these.
    let targetOffset: Int
    let targetBytes: Int

    /// The head as it was sent; nil when it cannot be told.
    func restored() -> [UInt8]? {
        let methodBytes = targetOffset - 1
        let versionOffset = targetOffset + targetBytes + 1
        let lineEnd = versionOffset + Self.versionBytes
        // Behind empty lines, of which only their number is left, it begins with other bytes than the method's.
        guard methodBytes > 0, lineEnd + 2 <= bytes.count, bytes[0] != 0, bytes[methodBytes] == 0,
            bytes[versionOffset - 1] == 0, bytes[lineEnd] == 0, bytes[lineEnd + 1] == 0
        else { return nil }
        var head = [UInt8](bytes)
        head[methodBytes] = UInt8(ascii: " ")
        head[versionOffset - 1] = UInt8(ascii: " ")
        head[lineEnd] = UInt8(ascii: "\r")
        head[lineEnd + 1] = UInt8(ascii: "\n")
        return head
    }

    private static let versionBytes = "HTTP/1.1".utf8.count

    /// What is wrong with it, or how long it is; nil where that cannot be told, because it is not whole or not plain.
    func judge(_ limits: HTTPServer.Limits) -> Result<Int, Refusal>? {
        guard let head = restored() else { return nil }
        switch head.withUnsafeBytes({ FirstHead(limits: limits).judge($0) }) {
        case .incomplete: return nil
        case .refused(let refusal): return .failure(refusal)
        case .whole(let size): return .success(size.rawBytes)
        }
    }
}
