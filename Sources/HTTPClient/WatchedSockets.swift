import CCurl
import EventLoop
import Glibc

/// libcurl's sockets in the loop's epoll set.
///
/// libcurl takes a socket out when a transfer ends and in again when the next one begins, two system calls for each. So a
/// connection stays in while it is idle, and only what happens to it then takes it out: its end, mostly. That needs to
/// know for certain which descriptors are connections and when they are closed, which libcurl tells by callbacks; other
/// descriptors of its (a pair that wakes it when a name is resolved) are taken out at once.
///
/// ## When it goes away
/// Every connection is closed by then, and so unwatched.
@LoopActor
final class WatchedSockets {
    /// Told that a socket that libcurl waits for is ready, in its `CURL_CSELECT` bits.
    var onReady: (@LoopActor (CInt, CInt) -> Void)?
    private var sockets: [CInt: Socket] = [:]

    private struct Socket {
        var readiness: Readiness?
        var isWanted = false
        var isConnection = false
    }

    /// Installs the callback that tells what to wait for.
    func serve(_ multi: UnsafeMutableRawPointer) {
        curl_multi_on_socket(multi, onSocket, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Installs the callbacks for connections; they are called as long as there are any, which is within this object's life.
    func tellOpenAndClose(_ easy: UnsafeMutableRawPointer) throws(TransferError) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        for code in [curl_easy_on_open(easy, onOpen, context), curl_easy_on_close(easy, onClose, context)]
        where code != CURLE_OK {
            throw TransferError(code, bytesMax: 0)
        }
    }

    /// After the multi handle has closed its connections.
    func forgetAll() {
        onReady = nil
        for (descriptor, socket) in sockets where !socket.isConnection { EventLoop.unwatch(descriptor) }
        sockets = [:]
    }

    fileprivate func changed(_ descriptor: CInt, _ wish: CInt) {
        switch wish {
        case CURL_POLL_IN: watch(descriptor, for: .readable)
        case CURL_POLL_OUT: watch(descriptor, for: .writable)
        case CURL_POLL_INOUT: watch(descriptor, for: [.readable, .writable])
        default:
            // Waiting for room to write is what an idle connection would be ready for all the time.
            if let socket = sockets[descriptor], socket.isConnection, socket.readiness == .readable {
                sockets[descriptor]?.isWanted = false
            } else {
                unwatch(descriptor)
            }
        }
    }

    private func watch(_ descriptor: CInt, for readiness: Readiness) {
        var socket = sockets[descriptor] ?? Socket()
        let isWatched = socket.readiness == readiness
        socket.isWanted = true
        socket.readiness = readiness
        sockets[descriptor] = socket
        if isWatched { return }
        EventLoop.watch(descriptor, for: readiness) { [weak self] ready in self?.isReady(descriptor, ready) }
    }

    private func unwatch(_ descriptor: CInt) {
        guard var socket = sockets[descriptor] else { return }
        if socket.readiness != nil { EventLoop.unwatch(descriptor) }
        socket.readiness = nil
        socket.isWanted = false
        sockets[descriptor] = socket.isConnection ? socket : nil
    }

    private func isReady(_ descriptor: CInt, _ ready: Readiness) {
        guard sockets[descriptor]?.isWanted == true else {
            // libcurl looks whether an idle connection has ended before it uses it again, but not whether something has come
            // on it: an answer that nobody has asked for would be taken for the next one's.
            if Self.hasUnaskedAnswer(descriptor) { shutdown(descriptor, CInt(SHUT_RDWR)) }
            return unwatch(descriptor)
        }
        var events: CInt = 0
        if ready.contains(.readable) { events |= CURL_CSELECT_IN }
        if ready.contains(.writable) { events |= CURL_CSELECT_OUT }
        if !ready.isDisjoint(with: .failed) { events |= CURL_CSELECT_ERR }
        onReady?(descriptor, events)
    }

    /// Whether clear text waits on an idle connection; TLS sends records of its own between answers (RFC 8446, 5.1).
    private static func hasUnaskedAnswer(_ descriptor: CInt) -> Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, CInt(MSG_PEEK | MSG_DONTWAIT)) == 1 && !(0x14...0x18).contains(byte)
    }

    fileprivate func opened(_ descriptor: CInt) {
        sockets[descriptor] = Socket(isConnection: true)
    }

    fileprivate func close(_ descriptor: CInt) -> CInt {
        unwatch(descriptor)
        sockets[descriptor] = nil
        return Glibc.close(descriptor)
    }
}

private func onSocket(
    _ easy: UnsafeMutableRawPointer?,
    _ descriptor: curl_socket_t,
    _ wish: CInt,
    _ context: UnsafeMutableRawPointer?,
    _ socketContext: UnsafeMutableRawPointer?
) -> CInt {
    withSockets(context) { sockets in
        sockets.changed(descriptor, wish)
        return 0
    }
}

private func onOpen(_ context: UnsafeMutableRawPointer?, _ descriptor: curl_socket_t, _ purpose: curlsocktype) -> CInt {
    withSockets(context) { sockets in
        sockets.opened(descriptor)
        return CInt(CURL_SOCKOPT_OK)
    }
}

private func onClose(_ context: UnsafeMutableRawPointer?, _ descriptor: curl_socket_t) -> CInt {
    withSockets(context) { sockets in sockets.close(descriptor) }
}

private func withSockets(_ context: UnsafeMutableRawPointer?, _ body: @LoopActor (WatchedSockets) -> CInt) -> CInt {
    guard let context else { preconditionFailure("libcurl gives back the context it was given") }
    // Unsafe in name alone, because libcurl calls on the thread that drives it.
    nonisolated(unsafe) let known = context
    return LoopActor.assumeIsolated { body(Unmanaged<WatchedSockets>.fromOpaque(known).takeUnretainedValue()) }
}
