import HTTPTypes

/// The head of an answer.
struct ResponseHead: Equatable, Sendable {
    var status: HTTPResponse.Status
    var fields: HTTPFields
}

/// Where one exchange stands: every decision about it, and no I/O.
///
/// `Exchange` feeds it events and carries out the `Action` that each returns. A phase owns what exists in that phase and
/// nothing else, so "answered and still waiting" cannot be written down.
struct ExchangeState: Equatable {
    enum Phase: Equatable {
        /// Head and body arrive.
        case receiving(body: [UInt8])
        /// The body outgrew its limit; the rest is thrown away, and the end of it will be answered with a refusal.
        case overflowed
        /// The handler has been started, inside libmicrohttpd's callback.
        case handling
        /// The handler is awaited; libmicrohttpd has suspended the connection.
        case waiting
        /// An answer exists, and libmicrohttpd will ask for it.
        case answered(Answer)
        /// libmicrohttpd has the head and pulls the body.
        case sending(Outbox)
        /// libmicrohttpd has pulled all there was and is suspended.
        case starved
        case ended
    }

    enum Answer: Equatable {
        case whole(ResponseHead, body: [UInt8])
        case stream(ResponseHead, Outbox)
        /// No answer at all: the connection is closed.
        case cut
    }

    /// Bytes on their way out, and what comes behind them.
    struct Outbox: Equatable {
        enum End: Equatable { case open, finished, cut }
        var bytes: [UInt8] = []
        var end = End.open
    }

    /// What the shell must do now.
    enum Action: Equatable {
        case nothing
        case suspend
        case resume
        /// Hand this answer to libmicrohttpd.
        case queue(Answer)
        /// Resume, and end the handler's task: nobody will read its answer.
        case resumeAndCancel
        case cancel
    }

    /// What a reader callback returns.
    enum Pull: Equatable {
        case bytes([UInt8])
        case suspend
        case finished
        case cut
    }

    private(set) var phase = Phase.receiving(body: [])
    let bodyBytesMax: Int
    let outboxBytesMax: Int

    init(bodyBytesMax: Int, outboxBytesMax: Int) {
        self.bodyBytesMax = bodyBytesMax
        self.outboxBytesMax = outboxBytesMax
    }

    // MARK: From libmicrohttpd

    mutating func received(_ bytes: UnsafeRawBufferPointer) {
        guard case .receiving(var body) = phase else { return }
        // Taken out of the phase while it grows, so that the array is not copied.
        phase = .overflowed
        guard body.count + bytes.count <= bodyBytesMax else { return }
        body.append(contentsOf: bytes)
        phase = .receiving(body: body)
    }

    /// What has come of the body, as far as it counts.
    var receivedBytes: Int {
        if case .receiving(let body) = phase { body.count } else { bodyBytesMax }
    }

    /// The request is whole: its body, or nil when that was too large.
    mutating func receivedAll() -> [UInt8]? {
        switch phase {
        case .receiving(let body):
            phase = .handling
            return body
        case .overflowed: return nil
        default: preconditionFailure("a request ends once")
        }
    }

    /// libmicrohttpd wants an answer, or will wait.
    mutating func asked() -> Action {
        switch phase {
        case .handling:
            phase = .waiting
            return .suspend
        case .answered(let answer):
            phase =
                if case .stream(_, let outbox) = answer { .sending(outbox) } else { .sending(Outbox(end: .finished)) }
            return .queue(answer)
        default: return .nothing
        }
    }

    mutating func pull(atMost count: Int) -> Pull {
        guard case .sending(var outbox) = phase else { return .cut }
        if outbox.end == .cut { return .cut }
        if outbox.bytes.isEmpty {
            if outbox.end == .finished { return .finished }
            phase = .starved
            return .suspend
        }
        phase = .ended
        defer { phase = .sending(outbox) }
        if outbox.bytes.count <= count {
            defer { outbox.bytes = [] }
            return .bytes(outbox.bytes)
        }
        defer { outbox.bytes.removeFirst(count) }
        return .bytes(Array(outbox.bytes.prefix(count)))
    }

    /// The other side has closed: what is being waited for has lost its reader.
    mutating func clientLeft() -> Action {
        switch phase {
        case .waiting:
            phase = .answered(.cut)
            return .resumeAndCancel
        case .starved:
            phase = .sending(Outbox(end: .cut))
            return .resumeAndCancel
        case .answered(.stream(let head, var outbox)):
            outbox.end = .cut
            phase = .answered(.stream(head, outbox))
            return .cancel
        case .sending(var outbox) where outbox.end == .open:
            outbox.end = .cut
            phase = .sending(outbox)
            return .cancel
        default: return .nothing
        }
    }

    mutating func completed() {
        phase = .ended
    }

    // MARK: From the handler

    mutating func answer(_ answer: Answer) -> Action {
        switch phase {
        case .receiving, .overflowed, .handling:
            phase = .answered(answer)
            return .nothing
        case .waiting:
            phase = .answered(answer)
            return .resume
        case .answered(.cut), .sending, .ended: return .nothing
        case .answered, .starved: preconditionFailure("an exchange is answered once")
        }
    }

    mutating func write(_ bytes: [UInt8]) -> Action {
        // A reader that takes nothing while bytes pile up has stalled; memory is not for him to fill.
        change { [outboxBytesMax] outbox in
            if outbox.bytes.count > outboxBytesMax { outbox = Outbox(end: .cut) } else { outbox.bytes += bytes }
        }
    }

    mutating func finish(_ end: Outbox.End) -> Action {
        change { outbox in outbox.end = end }
    }

    private mutating func change(_ body: (inout Outbox) -> Void) -> Action {
        switch phase {
        case .answered(.stream(let head, var outbox)):
            if outbox.end != .open { return .nothing }
            body(&outbox)
            phase = .answered(.stream(head, outbox))
            return .nothing
        case .sending(var outbox) where outbox.end == .open:
            // Let go of the phase's own copy first, so that the bytes grow in place.
            phase = .ended
            body(&outbox)
            phase = .sending(outbox)
            return outbox.end == .cut ? .cancel : .nothing
        case .starved:
            var outbox = Outbox()
            body(&outbox)
            phase = .sending(outbox)
            return .resume
        case .sending, .answered(.cut), .ended: return .nothing
        case .receiving, .overflowed, .handling, .waiting, .answered(.whole):
            preconditionFailure("a body follows the head of a stream")
        }
    }

    /// Whether libmicrohttpd has all of the answer: whoever leaves then has not left because of it.
    var isHandedOver: Bool {
        if case .sending(let outbox) = phase { outbox.end == .finished && outbox.bytes.isEmpty } else { false }
    }

    /// Whether the handler still owes something.
    var isOpen: Bool {
        switch phase {
        case .receiving, .overflowed, .handling, .waiting, .starved: true
        case .answered(.stream(_, let outbox)), .sending(let outbox): outbox.end == .open
        case .answered, .ended: false
        }
    }
}
