import CMicroHTTPD
import EventLoop
import Glibc
import HTTPTypes

// The functions that libmicrohttpd calls, and nothing else. Each enters the loop's isolation, which is checked, because
// libmicrohttpd calls back only from inside MHD_run and MHD_add_connection, and only the loop calls those.
//
// Each has nonisolated(unsafe) at its door because a raw pointer is not Sendable; these never leave the thread.

/// The request line has been read: an `Exchange` begins.
///
/// libmicrohttpd keeps it as the request's context.
func onTarget(
    context: UnsafeMutableRawPointer?,
    target: UnsafePointer<CChar>?,
    handle: OpaquePointer?
) -> UnsafeMutableRawPointer? {
    guard let context, let target, let handle else { preconditionFailure("libmicrohttpd names server and request") }
    // Unsafe in name alone, because libmicrohttpd calls on the thread that drives it.
    nonisolated(unsafe) let (server, uri, connection) = (context, target, handle)
    nonisolated(unsafe) var exchange: UnsafeMutableRawPointer?
    LoopActor.assumeIsolated {
        guard let known = mhd_connection_context(connection) else { return }
        let owner = Unmanaged<Connection>.fromOpaque(known).takeUnretainedValue()
        let judgement = owner.judge(uri, targetBytes: strlen(uri))
        let made = Exchange(
            target: String(cString: uri),
            judgedHeadBytes: try? judgement?.get(),
            handle: connection,
            connection: owner,
            server: Unmanaged<HTTPServer>.fromOpaque(server).takeUnretainedValue()
        )
        if case .failure(let refusal) = judgement { made.refuseOutright(refusal) }
        // Unretained: the connection keeps its exchange, because onCompleted does not come for a request that
        // libmicrohttpd itself refuses while it reads the head.
        exchange = Unmanaged.passUnretained(made).toOpaque()
    }
    return exchange
}

/// Called when the head is there, for each piece of the body, when the request is whole, and after each resume.
func onRequest(
    context: UnsafeMutableRawPointer?,
    handle: OpaquePointer?,
    url: UnsafePointer<CChar>?,
    method: UnsafePointer<CChar>?,
    version: UnsafePointer<CChar>?,
    bytes: UnsafePointer<CChar>?,
    count: UnsafeMutablePointer<Int>?,
    slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    guard let handle, let method, let version, let count, let known = slot?.pointee else { return .NO }
    // Unsafe in name alone, because libmicrohttpd calls on the thread that drives it.
    nonisolated(unsafe) let (request, connection, verb, protocolVersion) = (known, handle, method, version)
    nonisolated(unsafe) let (piece, pieceBytes) = (bytes, count)
    return LoopActor.assumeIsolated {
        let exchange = Unmanaged<Exchange>.fromOpaque(request).takeUnretainedValue()
        if !exchange.hasHead {
            exchange.receivedHead(
                RequestGuard.Head(
                    reportedBy: connection,
                    method: verb,
                    targetBytes: exchange.targetBytes,
                    version: protocolVersion,
                    limits: exchange.limits
                )
            )
            return exchange.asked()
        }
        if pieceBytes.pointee > 0 {
            exchange.received(UnsafeRawBufferPointer(start: piece, count: pieceBytes.pointee))
            pieceBytes.pointee = 0
            return .YES
        }
        if exchange.isReceiving { exchange.receivedAll() }
        return exchange.asked()
    }
}

/// The request is over: answered, or its connection gone.
func onCompleted(
    context: UnsafeMutableRawPointer?,
    handle: OpaquePointer?,
    slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    reason: MHD_RequestTerminationCode
) {
    guard let slot, let known = slot.pointee else { return }
    slot.pointee = nil
    // Unsafe in name alone, because libmicrohttpd calls on the thread that drives it.
    nonisolated(unsafe) let exchange = known
    let isWhole = reason == .REQUEST_TERMINATED_COMPLETED_OK
    LoopActor.assumeIsolated {
        Unmanaged<Exchange>.fromOpaque(exchange).takeUnretainedValue().completed(isWhole: isWhole)
    }
}

/// A connection begins or ends; at its end the socket is still open, so it can be taken out of the epoll set.
func onConnection(
    context: UnsafeMutableRawPointer?,
    handle: OpaquePointer?,
    slot: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    event: MHD_ConnectionNotificationCode
) {
    guard let context, let handle, let slot else { preconditionFailure("libmicrohttpd names server and connection") }
    // Unsafe in name alone, because libmicrohttpd calls on the thread that drives it.
    nonisolated(unsafe) let (owner, connection, place) = (context, handle, slot)
    LoopActor.assumeIsolated {
        switch event {
        case .CONNECTION_NOTIFY_STARTED:
            let server = Unmanaged<HTTPServer>.fromOpaque(owner).takeUnretainedValue()
            let made = server.connected(mhd_connection_descriptor(connection))
            place.pointee = Unmanaged.passRetained(made).toOpaque()
        case .CONNECTION_NOTIFY_CLOSED:
            guard let known = place.pointee else { return }
            place.pointee = nil
            Unmanaged<Connection>.fromOpaque(known).takeRetainedValue().closed()
        @unknown default: break
        }
    }
}

/// libmicrohttpd wants more of a streamed body.
///
/// Zero without a suspension would make it ask again at once, for ever.
func onRead(
    context: UnsafeMutableRawPointer?,
    position: UInt64,
    buffer: UnsafeMutablePointer<CChar>?,
    capacity: Int
) -> Int {
    guard let context, let buffer else { return mhd_end_with_error }
    // Unsafe in name alone, because libmicrohttpd calls on the thread that drives it.
    nonisolated(unsafe) let (known, place) = (context, buffer)
    return LoopActor.assumeIsolated {
        switch Unmanaged<Exchange>.fromOpaque(known).takeUnretainedValue().pull(atMost: capacity) {
        case .bytes(let bytes):
            UnsafeMutableRawBufferPointer(start: place, count: capacity).copyBytes(from: bytes)
            return bytes.count
        case .suspend: return 0
        case .finished: return mhd_end_of_stream
        case .cut: return mhd_end_with_error
        }
    }
}

/// The body will not be read any more: releases what `Response.init` retained for `onRead`.
func onReadEnded(context: UnsafeMutableRawPointer?) {
    guard let context else { return }
    // Unsafe in name alone, because libmicrohttpd calls on the thread that drives it.
    nonisolated(unsafe) let known = context
    LoopActor.assumeIsolated { Unmanaged<Exchange>.fromOpaque(known).release() }
}
