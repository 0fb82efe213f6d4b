import EventLoop

/// One request on its way: what has come of its answer so far.
///
/// ## When it goes away
/// Nothing is left to do: a transfer under way is held by the frame of `HTTPClient.send`, and holds its handle.
@LoopActor
final class Transfer {
    let request: HTTPClient.Request
    private let limits: HTTPClient.Limits
    var handle: EasyHandle?
    private var head: [UInt8] = []
    private var headBytes = 0
    private var body: [UInt8] = []
    private var bodyBytes = 0
    var isCancelled = false
    var onEnd: (@LoopActor (Result<HTTPClient.Response, TransferError>) -> Void)?

    init(_ request: HTTPClient.Request, limits: HTTPClient.Limits) {
        self.request = request
        self.limits = limits
    }

    /// Whether anything of an answer has come.
    var hasBegun: Bool { headBytes > 0 }

    func response(status: Int) -> HTTPClient.Response {
        HTTPClient.Response(status: status, head: ResponseHead(bytes: head), body: body)
    }

    func end(_ outcome: Result<HTTPClient.Response, TransferError>) {
        handle = nil
        let onEnd = onEnd
        self.onEnd = nil
        onEnd?(outcome)
    }

    /// One line of the head; false when there are too many.
    func received(fieldLine bytes: UnsafeRawBufferPointer) -> Bool {
        headBytes += bytes.count
        guard headBytes <= limits.headBytesMax else { return false }
        // A new head: what came before was an interim answer (RFC 9110, 15.2).
        if ResponseHead.isStatusLine(bytes) {
            head.removeAll(keepingCapacity: true)
        } else {
            head.append(contentsOf: bytes)
        }
        return true
    }

    func received(body bytes: UnsafeRawBufferPointer) -> Bool {
        bodyBytes += bytes.count
        if let onBody = request.onBody {
            onBody(bytes)
            return true
        }
        guard bodyBytes <= limits.bodyBytesMax else { return false }
        body.append(contentsOf: bytes)
        return true
    }
}
