import CMicroHTTPD
import EventLoop

/// One libmicrohttpd daemon: a shard of the server's connections.
///
/// There are many because libmicrohttpd looks at every suspended connection of a daemon when one of them resumes.
///
/// ## When it goes away
/// It is stopped before: a connection holds its shard, so that one which is left would keep both.
@LoopActor
final class Daemon {
    /// nil once it is stopped.
    private var handle: OpaquePointer?
    private let epoll: CInt
    /// Set when a connection was resumed or added: libmicrohttpd acts on that in its next run only.
    private var needsRun = false
    private var isEndOfTurnPlanned = false
    private var idleTimer: TimerID?
    /// What libmicrohttpd sets aside for each connection.
    let memoryBytes: Int
    /// Connections on which a chunked body comes.
    private var chunked: [ObjectIdentifier: Connection] = [:]
    /// The connections that it has.
    var connectionCount = 0

    init(_ server: HTTPServer, memoryBytes: Int) {
        let context = Unmanaged.passUnretained(server).toOpaque()
        guard
            let handle = mhd_start(
                onRequest,
                onTarget,
                onCompleted,
                onConnection,
                context,
                memoryBytes,
                CUnsignedInt(server.limits.connectionsMax),
                CUnsignedInt(server.limits.idleSecondsMax.components.seconds)
            )
        else { SystemRefusal.end("libmicrohttpd cannot start") }
        self.handle = handle
        self.memoryBytes = memoryBytes
        epoll = mhd_epoll_descriptor(handle)
        EventLoop.watch(epoll, for: .readable) { [weak self] _ in self?.runAndPlan() }
    }

    isolated deinit { stop() }

    /// Has libmicrohttpd close the connections that are left.
    ///
    /// None may be suspended then ("all … must be resumed before", microhttpd.h): the server cuts every exchange off first.
    func stop() {
        guard let handle else { return }
        self.handle = nil
        if let idleTimer { EventLoop.cancel(idleTimer) }
        EventLoop.unwatch(epoll)
        MHD_stop_daemon(handle)
    }

    /// Gives a new connection to libmicrohttpd, which closes it when it will not have it.
    func add(_ connection: consuming FileDescriptor, from peer: PeerAddress) {
        guard let handle else { return }
        let descriptor = connection.release()
        peer.withSocketAddress { address, length in _ = MHD_add_connection(handle, descriptor, address, length) }
        needRun()
    }

    /// Has libmicrohttpd run before the loop sleeps.
    func needRun() {
        needsRun = true
        planEndOfTurn()
    }

    /// A chunked body begins to come, or has ended.
    func receivesChunks(_ connection: Connection, _ isReceiving: Bool) {
        chunked[ObjectIdentifier(connection)] = isReceiving ? connection : nil
    }

    private func planEndOfTurn() {
        guard !isEndOfTurnPlanned else { return }
        isEndOfTurnPlanned = true
        EventLoop.atEndOfTurn { [weak self] in self?.endTurn() }
    }

    private func run() {
        needsRun = false
        guard let handle else { return }
        MHD_run(handle)
        for connection in Array(chunked.values) { connection.lookAtChunks() }
    }

    /// Runs what was resumed, and sees to it that libmicrohttpd runs again when it wants to.
    private func endTurn() {
        isEndOfTurnPlanned = false
        if needsRun || runsAgainAfter == 0 { run() }
        switch runsAgainAfter {
        case nil:
            if let idleTimer { EventLoop.cancel(idleTimer) }
            idleTimer = nil
        case 0: planEndOfTurn()
        case let milliseconds?: runAgain(after: milliseconds)
        }
    }

    /// Has libmicrohttpd look for connections that have been idle too long.
    private func runAgain(after milliseconds: UInt64) {
        // A timer that runs already is not too late: the time of the connection that is idle longest only moves on.
        guard idleTimer == nil else { return }
        idleTimer = EventLoop.schedule(after: .milliseconds(Int64(clamping: milliseconds))) { [weak self] in
            self?.idleTimer = nil
            self?.runAndPlan()
        }
    }

    private func runAndPlan() {
        run()
        planEndOfTurn()
    }

    /// Milliseconds until libmicrohttpd wants to run without an event; nil for never.
    private var runsAgainAfter: UInt64? {
        guard let handle else { return nil }
        var milliseconds: CUnsignedLongLong = 0
        return MHD_get_timeout(handle, &milliseconds) == .YES ? milliseconds : nil
    }
}
