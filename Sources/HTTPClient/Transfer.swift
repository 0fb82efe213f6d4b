import CCurl
import EventLoop
import HTTPTypes

/// One request on its way: prepares an easy handle, collects the answer.
///
/// ## When it goes away
/// libcurl holds a pointer to it between `prepare` and the end of the transfer; `HTTPClient` keeps it alive for that time.
@LoopActor
final class Transfer {
    private let request: HTTPClient.Request
    private let limits: HTTPClient.Limits
    private(set) var handle: EasyHandle?
    private var fields = HTTPFields()
    private var headBytes = 0
    private var body: [UInt8] = []
    var isCancelled = false
    var onEnd: (@LoopActor (Result<HTTPClient.Response, TransferError>) -> Void)?

    init(_ request: HTTPClient.Request, limits: HTTPClient.Limits) {
        self.request = request
        self.limits = limits
    }

    func prepare(_ handle: EasyHandle) throws(TransferError) {
        self.handle = handle
        let context = Unmanaged.passUnretained(self).toOpaque()
        try handle.set(CURLOPT_URL, request.url)
        try handle.set(CURLOPT_PROTOCOLS_STR, "http,https")
        try handle.set(CURLOPT_NOSIGNAL, 1)
        try handle.set(CURLOPT_HTTP_VERSION, curl_http_2_over_tls)
        try handle.set(CURLOPT_SSLVERSION, curl_tls_1_2)
        // Rather wait for a stream on the connection that is there than open another one. Only where TLS tells the version
        // while it connects: without, libcurl waits for the whole first answer to learn it.
        try handle.set(CURLOPT_PIPEWAIT, request.url.hasPrefix("https:") ? 1 : 0)
        try handle.set(CURLOPT_TCP_KEEPALIVE, 1)
        try handle.set(CURLOPT_ACCEPT_ENCODING, "")
        try handle.set(CURLOPT_TIMEOUT_MS, request.timeout.milliseconds)
        try handle.set(CURLOPT_CONNECTTIMEOUT_MS, limits.connectSecondsMax.milliseconds)
        try handle.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        if let body = request.body { try handle.setBody(body) }
        // An empty Expect, because libcurl would wait for the server's consent before it sends a large body.
        try handle.setFields(request.fields.map { "\($0.name): \($0.value)" } + ["Expect:"])
        try handle.onField(onField, context)
        try handle.onBody(onBody, context)
    }

    func outcome(_ code: CURLcode, _ handle: EasyHandle) -> Result<HTTPClient.Response, TransferError> {
        guard code == CURLE_OK else { return .failure(TransferError(code, bytesMax: limits.bodyBytesMax)) }
        return .success(HTTPClient.Response(status: handle.status, fields: fields, body: body))
    }

    func end(_ outcome: Result<HTTPClient.Response, TransferError>) {
        handle = nil
        let onEnd = onEnd
        self.onEnd = nil
        onEnd?(outcome)
    }

    /// One line of the head; false when there are too many.
    fileprivate func received(fieldLine bytes: UnsafeRawBufferPointer) -> Bool {
        headBytes += bytes.count
        guard headBytes <= limits.headBytesMax else { return false }
        let line = String(decoding: bytes, as: UTF8.self)
        if line.hasPrefix("HTTP/") {
            // A new head: what came before was an interim answer (RFC 9110, 15.2).
            fields = HTTPFields()
        } else if let colon = line.firstIndex(of: ":"), let name = HTTPField.Name(String(line[..<colon])) {
            fields.append(HTTPField(name: name, value: line[line.index(after: colon)...].trimmed))
        }
        return true
    }

    fileprivate func received(body bytes: UnsafeRawBufferPointer) -> Bool {
        guard body.count + bytes.count <= limits.bodyBytesMax else { return false }
        body.append(contentsOf: bytes)
        return true
    }
}

/// libcurl takes a return that differs from the count it gave as the wish to stop (CURLOPT_WRITEFUNCTION).
private func onBody(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
)
    -> Int
{
    receive(bytes, size * count, context) { transfer, bytes in transfer.received(body: bytes) }
}

private func onField(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
)
    -> Int
{
    receive(bytes, size * count, context) { transfer, bytes in transfer.received(fieldLine: bytes) }
}

private func receive(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?,
    _ body: @LoopActor (Transfer, UnsafeRawBufferPointer) -> Bool
) -> Int {
    guard let context else { preconditionFailure("libcurl gives back the context it was given") }
    // nonisolated(unsafe) because raw pointers are not Sendable; libcurl calls on the thread that drives it, the loop's.
    nonisolated(unsafe) let (known, start) = (context, bytes)
    return LoopActor.assumeIsolated {
        let transfer = Unmanaged<Transfer>.fromOpaque(known).takeUnretainedValue()
        return body(transfer, UnsafeRawBufferPointer(start: start, count: count)) ? count : 0
    }
}

extension Duration {
    /// Whole milliseconds, at least one.
    fileprivate var milliseconds: Int {
        max(1, Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000))
    }
}

extension Substring {
    fileprivate var trimmed: String {
        var text = self
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text.drop(while: \.isWhitespace))
    }
}
