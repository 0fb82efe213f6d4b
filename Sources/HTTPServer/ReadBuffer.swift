/// Where libmicrohttpd 0.9.75 keeps what it has read of a connection, and how much of that its requests have used.
///
/// A connection's memory is one block. Each request begins at its start, because what is left of the one before is moved
/// there, and behind that everything is zero (MHD_pool_reset).
struct ReadBuffer {
    private let start: UnsafePointer<CChar>
    private let byteCount: Int
    /// What earlier requests have used up.
    private var usedBytes: Int

    /// - Parameters:
    ///   - target: where the target of its first request lies.
    ///   - request: that request, as it was judged before.
    ///   - byteCount: what libmicrohttpd sets aside for the connection.
    init(firstTarget target: UnsafePointer<CChar>, of request: RequestSize, byteCount: Int) {
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

    /// Whether of all that was received something has been used up by no request.
    func hasMore(of receivedBytes: Int) -> Bool { receivedBytes > usedBytes }
}
