import EventLoop

/// The relays of a server's clients, each as long as there is something to pass on.
@LoopActor
final class Relays {
    private var relays: [ObjectIdentifier: Relay] = [:]
    private var waiter: CheckedContinuation<Void, Never>?

    nonisolated init() {}

    /// With those that only wait until their client has seen the end.
    var count: Int { relays.count }

    /// Starts one for a client's socket; see `Relay.start`.
    func start(
        _ socket: consuming FileDescriptor,
        _ tls: TLSContext?,
        in slot: ConnectionSlot,
        limits: HTTPServer.Limits
    ) -> (relay: Relay, serverEnd: CInt)? {
        let started = Relay.start(socket, tls, in: slot, limits: limits) { [weak self] in self?.ended($0) }
        if let relay = started?.relay { relays[ObjectIdentifier(relay)] = relay }
        return started
    }

    private func ended(_ relay: Relay) {
        relays[ObjectIdentifier(relay)] = nil
        guard relays.isEmpty, let waiter else { return }
        self.waiter = nil
        waiter.resume()
    }

    /// Gives what is on its way a moment to leave, and then ends it.
    func ended(within limit: Duration) async {
        let timer = EventLoop.schedule(after: limit) { [weak self] in
            self?.relays.values.forEach { $0.end() }
        }
        await withCheckedContinuation { waiter in
            if relays.isEmpty { waiter.resume() } else { self.waiter = waiter }
        }
        EventLoop.cancel(timer)
    }
}
