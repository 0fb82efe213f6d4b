import CCurl
package import EventLoop

/// An HTTP client on libcurl's multi interface: `send` is one request, awaited.
///
/// This target knows nothing of Horde. It promises few and reused connections (`Limits.connectionsMax`, HTTP/2 where the
/// server has it), a bounded number of transfers at a time with the rest waiting in order, answers no larger than their
/// limit, no redirects, and that a cancelled task's transfer is gone at once. Read `Transfer.swift` next (one request),
/// then `MultiHandle.swift` (all of them) and `WatchedSockets.swift` (on the loop).
@LoopActor
package final class HTTPClient {
    package struct Limits: Sendable {
        /// Connections to all servers together.
        package var connectionsMax = 16
        /// Transfers under way at a time with a server that speaks HTTP/2, where they share connections.
        ///
        /// With HTTP/1.1 it is one for each connection. The others wait here and not inside libcurl, which would count the
        /// wait as part of their timeout.
        package var streamsMax = 100
        /// Of the transfers under way at a time, how many those that may take long leave to the rest.
        package var quickPlacesMin = 4
        /// Transfers that wait for their turn.
        package var waitingMax = 16_384
        /// An answer's body.
        package var bodyBytesMax = 16 * 1024 * 1024
        /// An answer's head.
        package var headBytesMax = 64 * 1024
        /// What libcurl reads at once, and keeps for each transfer under way; at least 1024.
        package var receiveBufferBytes = 16 * 1024
        /// Until a connection, with TLS, stands.
        package var connectSecondsMax = Duration.seconds(10)

        package init() {}
    }

    /// The version of libcurl that runs.
    package nonisolated static var libraryVersion: String {
        // "libcurl/7.88.1 OpenSSL/3.0.19 …"
        String(cString: curl_version()).prefix { $0 != " " }.split(separator: "/").last.map(String.init) ?? "unknown"
    }

    private let limits: Limits
    private let multi: MultiHandle
    private var idleHandles: [EasyHandle] = []
    /// Its places are more once an answer has come by HTTP/2.
    private var turns: Turns<Transfer>

    package init(limits: Limits = Limits()) {
        self.limits = limits
        let reservedPlaces = min(limits.quickPlacesMin, limits.connectionsMax / 2)
        turns = Turns(placesMax: limits.connectionsMax, reservedPlaces: reservedPlaces)
        multi = MultiHandle(connectionsMax: limits.connectionsMax)
        multi.onEnd = { [weak self] handle, code in self?.ended(handle, code) }
    }

    /// Performs one request.
    ///
    /// Cancelling the task ends the transfer, and its connection where HTTP/1.1 leaves no choice.
    ///
    /// - Throws: `TransferError`; an answer with any status is no error.
    package func send(_ request: Request) async throws(TransferError) -> Response {
        guard turns.waitingCount < limits.waitingMax else { throw .overloaded }
        let transfer = Transfer(request, limits: limits)
        let outcome = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                transfer.onEnd = { continuation.resume(returning: $0) }
                if transfer.isCancelled { transfer.end(.failure(.cancelled)) } else { enqueue(transfer) }
            }
        } onCancel: {
            EventLoop.perform { self.cancel(transfer) }
        }
        return try outcome.get()
    }

    /// How many requests are under way or waiting.
    package var openTransfers: Int { turns.runningCount + turns.waitingCount }

    private func enqueue(_ transfer: Transfer) {
        if turns.enter(transfer, isSlow: transfer.request.mayTakeLong) { start(transfer) }
    }

    /// Begins a transfer whose turn it is.
    private func start(_ transfer: Transfer) {
        guard let handle = idleHandles.popLast() ?? EasyHandle(limits, sockets: multi.sockets) else {
            turns.leave(isSlow: transfer.request.mayTakeLong)
            return transfer.end(.failure(.overloaded))
        }
        transfer.handle = handle
        do throws(TransferError) {
            try handle.begin(transfer, transfer.request)
        } catch {
            return finish(transfer, handle, .failure(error))
        }
        multi.add(handle)
    }

    private func ended(_ handle: EasyHandle, _ code: CURLcode) {
        guard let transfer = handle.transfer else { preconditionFailure("libcurl ends a transfer that was begun") }
        let outcome: Result<Response, TransferError> =
            code == CURLE_OK
            ? .success(transfer.response(status: handle.status))
            : .failure(TransferError(code, bytesMax: limits.bodyBytesMax, hasBegun: transfer.hasBegun))
        finish(transfer, handle, outcome)
    }

    private func finish(_ transfer: Transfer, _ handle: EasyHandle, _ outcome: Result<Response, TransferError>) {
        turns.leave(isSlow: transfer.request.mayTakeLong)
        if handle.spokeHTTP2 { turns.placesMax = limits.streamsMax }
        handle.end()
        idleHandles.append(handle)
        transfer.end(outcome)
        while let next = turns.next() { start(next) }
    }

    private func cancel(_ transfer: Transfer) {
        transfer.isCancelled = true
        if let handle = transfer.handle {
            multi.remove(handle)
            finish(transfer, handle, .failure(.cancelled))
        } else if turns.remove(isSlow: transfer.request.mayTakeLong, where: { $0 === transfer }) {
            transfer.end(.failure(.cancelled))
        }
    }
}
