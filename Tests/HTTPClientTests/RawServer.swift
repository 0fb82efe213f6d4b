import CLinux
import EventLoop
import Glibc

/// Answers every piece of a request with an empty 200, and closes its connections when it is told to.
@LoopActor
final class RawServer {
    private let listener: FileDescriptor
    let port: UInt16
    private var connections: Set<CInt> = []
    private(set) var accepted = 0

    init() throws {
        listener = FileDescriptor(owning: socket(AF_INET, linux_socket_stream, 0))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener.rawValue
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 128) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        precondition(isBound, "no port is free")
        port = UInt16(bigEndian: address.sin_port)
        EventLoop.watch(descriptor, for: .readable) { [weak self] _ in self?.acceptAll() }
    }

    isolated deinit {
        EventLoop.unwatch(listener.rawValue)
        closeAll()
    }

    func closeAll() {
        for connection in connections {
            EventLoop.unwatch(connection)
            close(connection)
        }
        connections = []
    }

    private func acceptAll() {
        while true {
            let connection = accept4(listener.rawValue, nil, nil, linux_accept_flags)
            guard connection >= 0 else { return }
            accepted += 1
            connections.insert(connection)
            EventLoop.watch(connection, for: .readable) { [weak self] _ in self?.answer(connection) }
        }
    }

    private func answer(_ connection: CInt) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        guard read(connection, &buffer, buffer.count) > 0 else {
            EventLoop.unwatch(connection)
            connections.remove(connection)
            close(connection)
            return
        }
        let answer = Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".utf8)
        _ = write(connection, answer, answer.count)
    }
}
