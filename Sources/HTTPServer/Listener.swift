import CLinux
import EventLoop
import Glibc

/// One listening socket, and what it accepts.
///
/// The listener is ours rather than libmicrohttpd's, because connections are handed to several daemons in turn, and
/// because libmicrohttpd accepts at most ten at a time.
///
/// ## When it goes away
/// The socket is unwatched and closed; connections in the kernel's backlog are reset, unless somebody else has it too.
@LoopActor
final class Listener {
    let address: ListenAddress
    private let socket: FileDescriptor
    /// The Unix socket's file, which goes with it.
    private var file: UnixSocket.File?
    private let accept: @LoopActor (consuming FileDescriptor, PeerAddress) -> Bool
    private var pause: TimerID?

    private static let backlog: CInt = 4096
    private static let acceptsPerTurnMax = 256
    private static let pauseWithoutDescriptors = Duration.milliseconds(100)

    /// - Parameters:
    ///   - place: where.
    ///   - accept: is given each connection; false has the others wait for a moment.
    /// - Throws: `ListenError` when the address cannot be had.
    init(
        on place: ListenPlace,
        accept: @escaping @LoopActor (consuming FileDescriptor, PeerAddress) -> Bool
    ) throws(ListenError) {
        switch place {
        case .address(let address) where address.path != nil:
            socket = FileDescriptor(owning: try UnixSocket.bind(address))
            self.address = address
            file = address.path.flatMap { UnixSocket.File(path: $0) }
        case .address(let address):
            socket = FileDescriptor(owning: try Self.bind(address))
            let host = address.host.isEmpty ? "0.0.0.0" : address.host
            self.address = ListenAddress(host: host, port: Self.name(of: socket.rawValue).port)
        case .handedOver(let descriptor):
            socket = FileDescriptor(owning: try Self.adopt(descriptor))
            let name = Self.name(of: socket.rawValue)
            address =
                UnixSocket.path(of: socket.rawValue).map { ListenAddress(path: $0) }
                ?? ListenAddress(host: name.host, port: name.port)
        }
        self.accept = accept
        watch()
    }

    isolated deinit {
        if let pause { EventLoop.cancel(pause) }
        EventLoop.unwatch(socket.rawValue)
        file?.remove()
    }

    private func watch() {
        let isWatched = EventLoop.watch(socket.rawValue, for: .readable) { [weak self] _ in self?.acceptAll() }
        // One that nobody hears of would let everybody wait.
        if !isWatched { SystemRefusal.end("the system does not watch the listening socket") }
    }

    private func acceptAll() {
        for _ in 0..<Self.acceptsPerTurnMax {
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let accepted = withUnsafeMutableBytes(of: &storage) { bytes in
                accept4(
                    socket.rawValue,
                    bytes.assumingMemoryBound(to: sockaddr.self).baseAddress,
                    &length,
                    linux_accept_flags
                )
            }
            guard accepted >= 0 else { return acceptFailed(errno) }
            let connection = FileDescriptor(owning: accepted)
            TCPOption.sendAtOnce(on: accepted)
            guard accept(connection, PeerAddress(storage: storage, length: length)) else { return waitForDescriptors() }
        }
    }

    private func acceptFailed(_ code: CInt) {
        if code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM { waitForDescriptors() }
    }

    /// Without a free descriptor the socket stays readable: waiting a moment keeps that from becoming a busy loop.
    private func waitForDescriptors() {
        EventLoop.unwatch(socket.rawValue)
        pause = EventLoop.schedule(after: Self.pauseWithoutDescriptors) { [weak self] in self?.watch() }
    }

    private static func bind(_ address: ListenAddress) throws(ListenError) -> CInt {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_ADDRCONFIG
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let host = address.host.isEmpty ? "0.0.0.0" : address.host
        guard getaddrinfo(host, String(address.port), &hints, &found) == 0, let first = found else {
            throw .unknownHost(address.host)
        }
        defer { freeaddrinfo(found) }
        let socket = Glibc.socket(first.pointee.ai_family, linux_socket_stream, 0)
        guard socket >= 0 else { throw .refused(address, reason: String(cString: strerror(errno))) }
        // Lets a restart bind at once while old connections are in TIME_WAIT; two listeners still exclude each other.
        var on: CInt = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<CInt>.size))
        guard Glibc.bind(socket, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0, listen(socket, backlog) == 0
        else {
            let reason = String(cString: strerror(errno))
            close(socket)
            throw .refused(address, reason: reason)
        }
        return socket
    }

    /// Takes over a socket that listens already.
    ///
    /// - Throws: `ListenError.notListening` when it is something else.
    private static func adopt(_ descriptor: CInt) throws(ListenError) -> CInt {
        var isListening: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &isListening, &length) == 0, isListening != 0 else {
            throw .notListening(descriptor)
        }
        let family = name(of: descriptor).family
        guard family == AF_INET || family == AF_INET6 || family == AF_UNIX else { throw .notListening(descriptor) }
        guard fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0, fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else {
            throw .notListening(descriptor)
        }
        return descriptor
    }

    private static func name(of socket: CInt) -> (family: CInt, host: String, port: UInt16) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        withUnsafeMutableBytes(of: &storage) { bytes in
            _ = getsockname(socket, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress, &length)
        }
        let port = withUnsafeBytes(of: &storage) { bytes in
            // The port stands at the same place in IPv4's and IPv6's address.
            UInt16(bigEndian: bytes.load(fromByteOffset: 2, as: UInt16.self))
        }
        return (CInt(storage.ss_family), PeerAddress(storage: storage, length: length).host, port)
    }
}
