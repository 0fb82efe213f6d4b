import CCurl
import EventLoop
import HTTPTypes

/// One libcurl easy handle, used for one transfer at a time and then again.
///
/// What is the same for every transfer is set once, and what a transfer shares with the one before it is left as it is:
/// setting an option costs libcurl a copy, and some of them a parse.
///
/// ## When it goes away
/// The handle is freed. It is in no multi handle then: a transfer under way keeps it alive.
@LoopActor
final class EasyHandle {
    let pointer: UnsafeMutableRawPointer
    /// Whom the callbacks tell.
    private(set) var transfer: Transfer?
    private var fieldList: UnsafeMutablePointer<curl_slist>?
    private var fields: HTTPFields?
    private var url: String?
    private var method: HTTPRequest.Method?
    private var timeout: Duration?
    /// libcurl has a pointer to these bytes.
    private var body: HTTPClient.Body?

    /// How many exist, for the test that none is left behind.
    private(set) static var liveCount = 0

    init?(_ limits: HTTPClient.Limits, sockets: WatchedSockets) {
        guard let pointer = curl_easy_init() else { return nil }
        self.pointer = pointer
        Self.liveCount += 1
        do throws(TransferError) {
            try setUp(limits, sockets)
        } catch {
            return nil
        }
    }

    isolated deinit {
        curl_easy_cleanup(pointer)
        curl_slist_free_all(fieldList)
        Self.liveCount -= 1
    }

    private func setUp(_ limits: HTTPClient.Limits, _ sockets: WatchedSockets) throws(TransferError) {
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_NOSIGNAL, 1)
        try set(CURLOPT_HTTP_VERSION, curl_http_2_over_tls)
        try set(CURLOPT_SSLVERSION, curl_tls_1_2)
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        try set(CURLOPT_ACCEPT_ENCODING, "")
        try set(CURLOPT_BUFFERSIZE, limits.receiveBufferBytes)
        try set(CURLOPT_CONNECTTIMEOUT_MS, limits.connectSecondsMax.milliseconds)
        let context = Unmanaged.passUnretained(self).toOpaque()
        try check(curl_easy_set_pointer(pointer, CURLOPT_PRIVATE, context))
        try check(curl_easy_on_field(pointer, onField, context))
        try check(curl_easy_on_body(pointer, onBody, context))
        try sockets.tellOpenAndClose(pointer)
    }

    /// Sets what this transfer has and the last one had not.
    func begin(_ transfer: Transfer, _ request: HTTPClient.Request) throws(TransferError) {
        self.transfer = transfer
        if url != request.url {
            url = nil
            try set(CURLOPT_URL, request.url)
            // Rather wait for a stream on the connection that is there than open another one. Only where TLS tells the
            // version while it connects: without, libcurl waits for the whole first answer to learn it.
            try set(CURLOPT_PIPEWAIT, request.url.hasPrefix("https:") ? 1 : 0)
            url = request.url
        }
        if timeout != request.timeout {
            try set(CURLOPT_TIMEOUT_MS, request.timeout.milliseconds)
            timeout = request.timeout
        }
        if method != request.method {
            try set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
            method = request.method
        }
        switch request.content {
        case .bytes(let body): try setBody(body)
        case .made(let make): try setBody(HTTPClient.Body(make()))
        case nil: break
        }
        if fields.map({ !$0.elementsEqual(request.fields) }) ?? true { try setFields(request.fields) }
    }

    /// Lets go of the transfer and of its body.
    func end() {
        transfer = nil
        guard body != nil else { return }
        // A GET has no body, whatever CURLOPT_CUSTOMREQUEST calls it; the pointer goes first, its bytes after it.
        curl_easy_set_body(pointer, nil, 0)
        curl_easy_set_long(pointer, CURLOPT_HTTPGET, 1)
        body = nil
    }

    private func setBody(_ new: HTTPClient.Body) throws(TransferError) {
        body = new
        try check(curl_easy_set_body(pointer, new.bytes.baseAddress, new.bytes.count))
    }

    /// "libcurl does not copy the entire list so you must keep it around" (CURLOPT_HTTPHEADER).
    private func setFields(_ new: HTTPFields) throws(TransferError) {
        fields = nil
        try check(curl_easy_set_fields(pointer, nil))
        curl_slist_free_all(fieldList)
        fieldList = nil
        // An empty Expect, because libcurl would wait for the server's consent before it sends a large body.
        for line in new.map({ "\($0.name): \($0.value)" }) + ["Expect:"] {
            guard let longer = curl_slist_append(fieldList, line) else { throw .overloaded }
            fieldList = longer
        }
        try check(curl_easy_set_fields(pointer, fieldList))
        fields = new
    }

    var status: Int {
        var status = 0
        curl_easy_status(pointer, &status)
        return status
    }

    /// Whether the last answer came by HTTP/2.
    var spokeHTTP2: Bool {
        var version = 0
        curl_easy_http_version(pointer, &version)
        return version == curl_http_2
    }

    private func set(_ option: CURLoption, _ value: String) throws(TransferError) {
        try check(curl_easy_set_string(pointer, option, value))
    }

    private func set(_ option: CURLoption, _ value: Int) throws(TransferError) {
        try check(curl_easy_set_long(pointer, option, value))
    }

    private func check(_ code: CURLcode) throws(TransferError) {
        if code != CURLE_OK { throw TransferError(code, bytesMax: 0) }
    }

    /// The handle that libcurl's own pointer belongs to.
    static func of(_ easy: UnsafeMutableRawPointer) -> EasyHandle? {
        curl_easy_private(easy).map { Unmanaged<EasyHandle>.fromOpaque($0).takeUnretainedValue() }
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
        let handle = Unmanaged<EasyHandle>.fromOpaque(known).takeUnretainedValue()
        guard let transfer = handle.transfer else { return 0 }
        return body(transfer, UnsafeRawBufferPointer(start: start, count: count)) ? count : 0
    }
}

extension Duration {
    /// Whole milliseconds, at least one.
    fileprivate var milliseconds: Int {
        max(1, Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000))
    }
}
