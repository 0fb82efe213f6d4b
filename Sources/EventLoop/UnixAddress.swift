import CLinux
import Glibc

/// The name of a Unix socket: a path, or one that begins with NUL and is in no file system (unix(7)).
package struct UnixAddress {
    private let name: [UInt8]

    /// With the NUL behind a path.
    private static let nameBytesMax = 108

    /// nil for a name that is empty or too long.
    package init?(_ name: [UInt8]) {
        guard !name.isEmpty, name.count < Self.nameBytesMax else { return nil }
        self.name = name
    }

    /// Gives a socket this name; 0, or -1 with `errno`.
    package func bind(_ socket: CInt) -> CInt { withSocketAddress { Glibc.bind(socket, $0, $1) } }

    /// Connects a socket to the one of this name; 0, or -1 with `errno`.
    package func connect(_ socket: CInt) -> CInt { withSocketAddress { Glibc.connect(socket, $0, $1) } }

    /// Sends a datagram to the socket of this name, if it takes it at once.
    func send(_ bytes: [UInt8], from socket: CInt) {
        withSocketAddress { _ = sendto(socket, bytes, bytes.count, CInt(MSG_NOSIGNAL), $0, $1) }
    }

    private func withSocketAddress<Value>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value {
        var place = sockaddr_un()
        place.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &place.sun_path) { $0.copyBytes(from: name) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        return withUnsafePointer(to: place) { place in
            place.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }

    /// A socket for datagrams, which nobody waits for; nil where there are no descriptors left.
    static func datagramSocket() -> FileDescriptor? {
        let kind = CInt(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_UNIX, kind, 0)
        return descriptor < 0 ? nil : FileDescriptor(owning: descriptor)
    }
}
