import CCurl
import EventLoop

/// libcurl's multi handle on the event loop: its sockets are watched, its one timer is ours.
///
/// ## When it goes away
/// The handle is freed, and with it every idle connection. No transfer is left in it then: `HTTPClient` owns it, and every
/// transfer holds the client.
@LoopActor
final class MultiHandle {
    private let pointer: UnsafeMutableRawPointer
    private var timer: TimerID?
    private var completions: [UnsafeMutableRawPointer: @LoopActor (CURLcode) -> Void] = [:]
    private var watched: Set<CInt> = []

    init(connectionsMax: Int) {
        guard let pointer = curl_multi_init() else { preconditionFailure("libcurl cannot start: out of memory") }
        self.pointer = pointer
        let context = Unmanaged.passUnretained(self).toOpaque()
        curl_multi_on_socket(pointer, onSocket, context)
        curl_multi_on_timer(pointer, onTimer, context)
        curl_multi_set_long(pointer, CURLMOPT_PIPELINING, curl_multiplex)
        curl_multi_set_long(pointer, CURLMOPT_MAX_TOTAL_CONNECTIONS, connectionsMax)
        // Pinned: libcurl would otherwise size its cache by the number of handles, and evict connections when that falls.
        curl_multi_set_long(pointer, CURLMOPT_MAXCONNECTS, connectionsMax)
    }

    isolated deinit {
        precondition(completions.isEmpty, "a transfer is under way")
        curl_multi_cleanup(pointer)
        if let timer { EventLoop.cancel(timer) }
        for descriptor in watched { EventLoop.unwatch(descriptor) }
    }

    /// Starts a transfer; `completion` is called when it has ended by itself, and not after `remove`.
    func add(_ handle: EasyHandle, completion: @escaping @LoopActor (CURLcode) -> Void) {
        completions[handle.pointer] = completion
        let code = curl_multi_add_handle(pointer, handle.pointer)
        precondition(code == CURLM_OK, "libcurl refuses a handle: \(String(cString: curl_multi_strerror(code)))")
    }

    func remove(_ handle: EasyHandle) {
        guard completions.removeValue(forKey: handle.pointer) != nil else { return }
        curl_multi_remove_handle(pointer, handle.pointer)
    }

    private func act(on descriptor: CInt, _ events: CInt) {
        var running: CInt = 0
        curl_multi_socket_action(pointer, descriptor, events, &running)
        harvest()
    }

    private func harvest() {
        var left: CInt = 0
        while let message = curl_multi_info_read(pointer, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            // "The data the returned pointer points to will not survive calling curl_multi_remove_handle."
            let code = message.pointee.data.result
            curl_multi_remove_handle(pointer, easy)
            completions.removeValue(forKey: easy)?(code)
        }
    }

    fileprivate func socketChanged(_ descriptor: CInt, _ wish: CInt) {
        var readiness: Readiness
        switch wish {
        case CURL_POLL_IN: readiness = .readable
        case CURL_POLL_OUT: readiness = .writable
        case CURL_POLL_INOUT: readiness = [.readable, .writable]
        default:
            watched.remove(descriptor)
            return EventLoop.unwatch(descriptor)
        }
        watched.insert(descriptor)
        EventLoop.watch(descriptor, for: readiness) { [weak self] ready in
            var events: CInt = 0
            if ready.contains(.readable) { events |= CURL_CSELECT_IN }
            if ready.contains(.writable) { events |= CURL_CSELECT_OUT }
            if !ready.isDisjoint(with: .failed) { events |= CURL_CSELECT_ERR }
            self?.act(on: descriptor, events)
        }
    }

    /// May only arm the timer: libcurl is not to be called from its own timer callback.
    fileprivate func timerChanged(_ milliseconds: Int) {
        if let timer { EventLoop.cancel(timer) }
        timer = nil
        guard milliseconds >= 0 else { return }
        timer = EventLoop.schedule(after: .milliseconds(milliseconds)) { [weak self] in
            self?.timer = nil
            self?.act(on: curl_no_socket, 0)
        }
    }
}

private func onSocket(
    _ easy: UnsafeMutableRawPointer?,
    _ descriptor: curl_socket_t,
    _ wish: CInt,
    _ context: UnsafeMutableRawPointer?,
    _ socketContext: UnsafeMutableRawPointer?
) -> CInt {
    guard let context else { preconditionFailure("libcurl gives back the context it was given") }
    // Unsafe in name alone, because libcurl calls on the thread that drives it.
    nonisolated(unsafe) let known = context
    LoopActor.assumeIsolated {
        Unmanaged<MultiHandle>.fromOpaque(known).takeUnretainedValue().socketChanged(descriptor, wish)
    }
    return 0
}

private func onTimer(
    _ multi: UnsafeMutableRawPointer?,
    _ milliseconds: Int,
    _ context: UnsafeMutableRawPointer?
) -> CInt {
    guard let context else { preconditionFailure("libcurl gives back the context it was given") }
    // Unsafe in name alone, because libcurl calls on the thread that drives it.
    nonisolated(unsafe) let known = context
    LoopActor.assumeIsolated {
        Unmanaged<MultiHandle>.fromOpaque(known).takeUnretainedValue().timerChanged(milliseconds)
    }
    return 0
}
