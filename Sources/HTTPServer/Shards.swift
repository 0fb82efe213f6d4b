import EventLoop

/// Daemons of libmicrohttpd that share connections of one kind among them.
@LoopActor
struct Shards {
    private let daemons: [Daemon]
    /// Connections of one before the next is used.
    private let fill: Int

    /// - Parameters:
    ///   - server: whose connections they take.
    ///   - count: how many there are, 1 or more.
    ///   - memoryBytes: what libmicrohttpd sets aside for each of their connections.
    init(of server: HTTPServer, count: Int, memoryBytes: Int) {
        daemons = (0..<count).map { _ in Daemon(server, memoryBytes: memoryBytes) }
        fill = min(server.limits.connectionsPerShardMin, server.limits.connectionsMax / count + 1)
    }

    /// The one that gets the next connection.
    func next() -> Daemon? {
        daemons.first { $0.connectionCount < fill } ?? daemons.min { $0.connectionCount < $1.connectionCount }
    }

    /// Has libmicrohttpd close the connections that are left.
    func stop() {
        for daemon in daemons { daemon.stop() }
    }
}
