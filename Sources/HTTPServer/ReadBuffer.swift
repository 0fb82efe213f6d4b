import CLinux

/// Where libmicrohttpd 0.9.75 keeps what it has read of a connection, and how much of that its requests have used.
///
/// A connection's memory is one block. Each request begins at its start, because what is left of the one before is moved
/// there, and behind that everything is zero (MHD_pool_reset).
struct ReadBuffer {
    private let descriptor: CInt
    private let start: UnsafePointer<CChar>
    private let byteCount: Int
    /// What earlier requests have used up.
    private var usedBytes: Int

    /// - Parameters:
    ///   - descriptor: the connection's, borrowed.
    ///   - target: where the target of its first request lies.
    ///   - request: that request, as it was judged before.
    ///   - byteCount: what libmicrohttpd sets aside for the connection.
    init(of descriptor: CInt, firstTarget target: UnsafePointer<CChar>, of request: RequestSize, byteCount: Int) {
        self.descriptor = descriptor
        // Empty lines before the first request may lie before its start.
        self.byteCount = byteCount - request.leadingBytes
        start = target - request.targetOffset
        // The head and the body of each request are added when they are whole.
        usedBytes = request.leadingBytes
    }

    /// A request's head, or its body, is through.
    mutating func used(_ bytes: Int) {
        usedBytes += bytes
    }

    /// The request that libmicrohttpd has begun to read; nil where it does not lie as it should.
    func request(withTarget target: UnsafePointer<CChar>, targetBytes: Int) -> LaterHead? {
        let offset = target - start
        guard offset > 0, offset + targetBytes < byteCount else { return nil }
        return LaterHead(
            bytes: UnsafeRawBufferPointer(start: start, count: byteCount),
            targetOffset: offset,
            targetBytes: targetBytes
        )
    }

    /// Whether something has come that no request has used up; so too where the kernel does not say.
    var hasMore: Bool {
        let received = linux_received_bytes(descriptor)
        return received < 0 || received > usedBytes
    }

    /// What has been read so far in all, and what waits; nil where the kernel does not say.
    static func progress(of descriptor: CInt) -> (read: Int, unread: Int)? {
        let (received, unread) = (linux_received_bytes(descriptor), linux_unread_bytes(descriptor))
        return received < 0 || unread < 0 ? nil : (Int(received) - Int(unread), Int(unread))
    }
}
