import EventLoop

/// The connections that libmicrohttpd has, each of which is looked at for a slow head in turn.
@LoopActor
final class Connections {
    private var all: [ObjectIdentifier: Connection] = [:]
    private let lookInterval: Duration
    private var look: TimerID?

    init(headSecondsMax: Duration) { lookInterval = LaterHeadPace.interval(ofDeadline: headSecondsMax) }

    isolated deinit {
        if let look { EventLoop.cancel(look) }
    }

    var count: Int { all.count }

    /// Those without a request.
    var idle: [Connection] { all.values.filter { $0.exchange == nil } }

    /// Those with one.
    var busy: [Connection] { all.values.filter { $0.exchange != nil } }

    func began(_ connection: Connection) {
        all[ObjectIdentifier(connection)] = connection
        if look == nil { planLook() }
    }

    func ended(_ connection: Connection) {
        all[ObjectIdentifier(connection)] = nil
    }

    /// One timer for all: most connections are idle or wait for an answer, and have nothing to be told of.
    private func planLook() {
        look = EventLoop.schedule(after: lookInterval) { [weak self] in self?.lookAtHeads() }
    }

    private func lookAtHeads() {
        look = nil
        let now = ContinuousClock.now
        for connection in all.values { connection.lookAtHead(now) }
        if !all.isEmpty { planLook() }
    }
}
