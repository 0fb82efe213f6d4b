import CCurl
import EventLoop

/// libcurl's multi handle on the event loop: what is to be done when a socket of its is ready or its timer is due.
///
/// ## When it goes away
/// The handle is freed, and with it every idle connection. No transfer is left in it then: `HTTPClient` owns it, and every
/// transfer holds the client.
@LoopActor
final class MultiHandle {
    private let pointer: UnsafeMutableRawPointer
    let sockets = WatchedSockets()
    /// Told of each transfer that ended by itself; not after `remove`.
    var onEnd: (@LoopActor (EasyHandle, CURLcode) -> Void)?
    private var count = 0
    private var timer: (id: TimerID, due: ContinuousClock.Instant)?
    /// When libcurl wants to be called; nil is never.
    private var due: ContinuousClock.Instant?

    init(connectionsMax: Int) {
        guard let pointer = curl_multi_init() else { preconditionFailure("libcurl cannot start: out of memory") }
        self.pointer = pointer
        sockets.onReady = { [weak self] descriptor, events in self?.act(on: descriptor, events) }
        sockets.serve(pointer)
        curl_multi_on_timer(pointer, onTimer, Unmanaged.passUnretained(self).toOpaque())
        curl_multi_set_long(pointer, CURLMOPT_PIPELINING, curl_multiplex)
        curl_multi_set_long(pointer, CURLMOPT_MAX_TOTAL_CONNECTIONS, connectionsMax)
        // Pinned: libcurl would otherwise size its cache by the number of handles, and evict connections when that falls.
        curl_multi_set_long(pointer, CURLMOPT_MAXCONNECTS, connectionsMax)
    }

    isolated deinit {
        precondition(count == 0, "a transfer is under way")
        curl_multi_cleanup(pointer)
        if let timer { EventLoop.cancel(timer.id) }
        sockets.forgetAll()
    }

    /// Starts a transfer.
    func add(_ handle: EasyHandle) {
        count += 1
        let code = curl_multi_add_handle(pointer, handle.pointer)
        precondition(code == CURLM_OK, "libcurl refuses a handle: \(String(cString: curl_multi_strerror(code)))")
    }

    /// Ends a transfer that was added and has not ended by itself.
    func remove(_ handle: EasyHandle) {
        count -= 1
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
            count -= 1
            guard let handle = EasyHandle.of(easy) else { preconditionFailure("each handle is made by EasyHandle") }
            onEnd?(handle, code)
        }
    }

    /// May only arm the timer: libcurl is not to be called from its own timer callback.
    ///
    /// Each transfer moves the time several times, mostly further off; a timer that comes too early then finds that out.
    fileprivate func timerChanged(_ milliseconds: Int) {
        guard milliseconds >= 0 else { return disarm() }
        let wanted = ContinuousClock.now + .milliseconds(milliseconds)
        due = wanted
        if let timer {
            guard wanted < timer.due else { return }
            EventLoop.cancel(timer.id)
        }
        arm(wanted, after: .milliseconds(milliseconds))
    }

    /// Nothing is under way: a timer left behind would wake an idle process for nothing.
    private func disarm() {
        due = nil
        if let timer { EventLoop.cancel(timer.id) }
        timer = nil
    }

    private func arm(_ wanted: ContinuousClock.Instant, after delay: Duration) {
        let id = EventLoop.schedule(after: delay) { [weak self] in self?.timerFired() }
        timer = (id, wanted)
    }

    private func timerFired() {
        timer = nil
        guard let due else { return }
        let left = due - .now
        guard left <= .zero else { return arm(due, after: left) }
        self.due = nil
        act(on: curl_no_socket, 0)
    }
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
