import CMicroHTTPD
import EventLoop

/// One libmicrohttpd daemon: a shard of the server's connections.
///
/// There are several because libmicrohttpd looks at every suspended connection of a daemon when one of them resumes;
/// with eight shards that costs an eighth.
///
/// ## When it goes away
/// libmicrohttpd closes the connections that are left. None may be suspended then ("all … must be resumed before",
/// microhttpd.h): the server cuts every exchange off first.
@LoopActor
final class Daemon {
    private let handle: OpaquePointer
    private let epoll: CInt
    /// Set when a connection was resumed or added: libmicrohttpd acts on that in its next run only.
    var needsRun = false

    init(_ server: HTTPServer, connectionsMax: Int) {
        let context = Unmanaged.passUnretained(server).toOpaque()
        guard
            let handle = mhd_start(
                onRequest,
                onTarget,
                onCompleted,
                onConnection,
                context,
                server.limits.connectionMemoryBytes,
                CUnsignedInt(connectionsMax),
                CUnsignedInt(server.limits.idleSecondsMax.components.seconds)
            )
        else { preconditionFailure("libmicrohttpd cannot start: out of memory or descriptors") }
        self.handle = handle
        epoll = mhd_epoll_descriptor(handle)
        EventLoop.watch(epoll, for: .readable) { [weak self] _ in self?.run() }
    }

    isolated deinit {
        EventLoop.unwatch(epoll)
        MHD_stop_daemon(handle)
    }

    /// Gives a new connection to libmicrohttpd, which closes it when it will not have it.
    func add(_ connection: consuming FileDescriptor, from peer: PeerAddress) {
        let descriptor = connection.release()
        peer.withSocketAddress { address, length in _ = MHD_add_connection(handle, descriptor, address, length) }
        needsRun = true
    }

    func run() {
        needsRun = false
        MHD_run(handle)
    }

    /// Runs what was resumed, and says when libmicrohttpd wants to be run again.
    func beforeSleep() -> Duration? {
        if needsRun { run() }
        var milliseconds: CUnsignedLongLong = 0
        guard MHD_get_timeout(handle, &milliseconds) == .YES else { return nil }
        if milliseconds == 0 {
            run()
            guard MHD_get_timeout(handle, &milliseconds) == .YES else { return nil }
        }
        return .milliseconds(Int64(min(milliseconds, 86_400_000)))
    }
}
