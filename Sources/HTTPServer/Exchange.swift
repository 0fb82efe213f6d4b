import CMicroHTTPD
import EventLoop
import HTTPTypes

/// One request and its answer on the wire: carries out what `ExchangeState` decides.
///
/// ## When it goes away
/// Its connection holds it from the request line until libmicrohttpd is through with the request; a handler that is still
/// running holds it a little longer, and finds its phase `.ended`, in which everything it does is without effect.
@LoopActor
final class Exchange {
    /// Names the exchange before its head is there, or where its client gives it no name.
    private lazy var ownID = RequestID.random()
    private(set) var state: ExchangeState
    let target: RequestTarget?
    let targetBytes: Int
    /// How long its head is, if that is known.
    private let judgedHeadBytes: Int?
    private var isHeadJudged = false
    /// Whether it was answered before its head was read.
    private var isRefusedOutright = false
    private let server: HTTPServer
    let connection: Connection
    /// libmicrohttpd's connection: borrowed, and nil once it has said that the request is over.
    private var handle: OpaquePointer?
    private var task: Task<Void, Never>?
    private(set) var head: Head?
    /// What the handler is called with, until it is.
    private var request: Request?
    let started = ContinuousClock.now
    private(set) var status: HTTPResponse.Status?
    private(set) var sentBytes = 0
    private var details: [ExchangeSummary.Detail] = []
    private var isClientGone = false

    /// How many exist, for the test that none is left behind.
    private(set) static var liveCount = 0

    init(
        target: String,
        judgedHeadBytes: Int?,
        handle: OpaquePointer,
        connection: Connection,
        server: HTTPServer
    ) {
        self.target = RequestTarget(target)
        self.judgedHeadBytes = judgedHeadBytes
        targetBytes = target.utf8.count
        self.handle = handle
        self.connection = connection
        self.server = server
        state = ExchangeState(bodyBytesMax: server.limits.bodyBytesMax, outboxBytesMax: server.limits.outboxBytesMax)
        Self.liveCount += 1
        server.began(self)
        connection.began(self)
    }

    isolated deinit { Self.liveCount -= 1 }

    var limits: HTTPServer.Limits { server.limits }

    /// The id that the client is told: its own, where it sent a well-formed one.
    var publicID: String { head?.clientID ?? ownID }

    // MARK: From libmicrohttpd

    /// The head is complete: it is judged before a byte of the body is taken.
    func receivedHead(_ reported: RequestGuard.Head) {
        // libmicrohttpd has it in its memory and goes on with it, whatever has become of the connection.
        if isRefusedOutright { return perform(state.answer(.cut)) }
        head = Head(reported)
        connection.expectBody()
        connection.used(reported.bytes)
        if head?.isChunked ?? false { connection.receivesChunks(true) }
        isHeadJudged = judgedHeadBytes == reported.bytes
        do throws(Refusal) {
            try RequestGuard.check(reported, query: target?.query)
            if !reported.method.utf8.isToken { throw .malformed("The method is not a token.") }
            if target == nil { throw .malformed("The request target is not a path.") }
        } catch {
            refuse(error)
        }
    }

    /// Answers before libmicrohttpd has read the head, which it would answer in words of its own, or take for another.
    func refuseOutright(_ refusal: Refusal) {
        let answer = server.render(refusal)
        isRefusedOutright = true
        status = answer.status
        sentBytes += answer.body.count
        connection.sendLast(answer.closing(requestID: ownID))
    }

    var hasHead: Bool { head != nil }

    /// Whether the request is still on its way in.
    var isReceiving: Bool {
        switch state.phase {
        case .receiving, .overflowed: true
        default: false
        }
    }

    func received(_ bytes: UnsafeRawBufferPointer) {
        state.received(bytes)
    }

    /// The request is whole: starts the handler, and lets it run as far as it gets without waiting.
    func receivedAll() {
        connection.inputIsComplete()
        connection.used(state.receivedBytes)
        guard let body = state.receivedAll(), let target, let head else {
            return refuse(.bodyTooLarge(bytesMax: server.limits.bodyBytesMax))
        }
        request = head.request(to: target, id: publicID, body: body, from: connection.remoteAddress)
        self.head?.fields = [:]
        task = EventLoop.task { [self] in
            // Taken and not captured: a task keeps what its closure has captured until it ends.
            guard let request = request.take() else { return }
            await server.handler(request, ResponseWriter(self))
        }
        EventLoop.shared.runReady()
        if connection.isPeerGone { clientLeft() }
    }

    /// What the access callback shall return: an answer to queue, a suspension, or the end of the connection.
    func asked() -> MHD_Result {
        guard let handle else { return .NO }
        switch state.asked() {
        case .suspend:
            // "The connection must be resumed … it must not be used by the callback after" (MHD_suspend_connection).
            MHD_suspend_connection(handle)
            if connection.isPeerGone { clientLeft() }
            return .YES
        case .queue(let answer):
            return queue(answer, on: handle)
        default: return .YES
        }
    }

    private func queue(_ answer: ExchangeState.Answer, on handle: OpaquePointer) -> MHD_Result {
        switch answer {
        case .cut: return .NO
        case .whole(let head, let body):
            sentBytes += body.count
            return queueResponse(.whole(body), head, on: handle)
        case .stream(let head, _):
            return queueResponse(.stream(self), head, on: handle)
        }
    }

    private func queueResponse(_ body: Response.Body, _ head: ResponseHead, on handle: OpaquePointer) -> MHD_Result {
        guard let response = Response(body) else { return .NO }
        status = head.status
        for field in head.fields { response.add(field.name.rawName, field.value) }
        response.add("x-request-id", publicID)
        // After chunks the next request's first byte is only as certain as libmicrohttpd's reading of them; so is whatever
        // follows a head that nobody else has read, and what has come already is in its memory.
        let isCertain = isHeadJudged && !(self.head?.isChunked ?? true) && !connection.hasMore
        let isLast = !isCertain || connection.isPeerGone || server.isDraining
        if isLast, head.fields[.connection] == nil { response.add("Connection", "close") }
        return response.queue(status: head.status.code, on: handle)
    }

    func pull(atMost count: Int) -> ExchangeState.Pull {
        let pull = state.pull(atMost: count)
        switch pull {
        case .bytes(let bytes): sentBytes += bytes.count
        case .suspend:
            if let handle { MHD_suspend_connection(handle) }
        case .finished, .cut: break
        }
        return pull
    }

    /// libmicrohttpd is through with the request, whatever the outcome.
    func completed(isWhole: Bool) {
        connection.inputIsComplete()
        if head?.isChunked ?? false { connection.receivesChunks(false) }
        let isWhole = isWhole && !state.isOpen && !isClientGone
        state.completed()
        handle = nil
        task?.cancel()
        task = nil
        connection.ended(self)
        server.ended(self, ExchangeSummary(of: self, isWhole: isWhole, details))
        // They may hold whoever holds this.
        details = []
    }

    // MARK: From the connection and the server

    func clientLeft() {
        // One that has read its answer may be gone before libmicrohttpd has said that the answer is through.
        if !state.isHandedOver { isClientGone = true }
        perform(state.clientLeft())
    }

    /// The server stops, and has waited long enough for what is still on its way out.
    func shutdown() {
        connection.shutdown()
    }

    // MARK: From the handler, through its writer

    func answer(_ answer: ExchangeState.Answer) {
        perform(state.answer(answer))
    }

    func describe(_ detail: @escaping ExchangeSummary.Detail) {
        details.append(detail)
    }

    func write(_ bytes: [UInt8]) {
        perform(state.write(bytes))
    }

    func finish(_ end: ExchangeState.Outbox.End) {
        perform(state.finish(end))
    }

    func refuse(_ refusal: Refusal) {
        let answer = server.render(refusal)
        var fields = answer.fields
        fields[.connection] = "close"
        perform(state.answer(.whole(ResponseHead(status: answer.status, fields: fields), body: answer.body)))
    }

    private func perform(_ action: ExchangeState.Action) {
        switch action {
        case .nothing: break
        case .resume: resume()
        case .cancel: task?.cancel()
        case .resumeAndCancel:
            resume()
            task?.cancel()
        case .suspend, .queue: preconditionFailure("only libmicrohttpd's callbacks lead to these")
        }
    }

    private func resume() {
        guard let handle else { return }
        // "The connection will be resumed by the next MHD_run" (microhttpd.h): so the server is told to run it.
        MHD_resume_connection(handle)
        connection.needsRun()
    }
}
