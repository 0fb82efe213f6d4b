import CLinux
import EventLoop
import Glibc

/// Unix sockets that are listened on (unix(7)).
enum UnixSocket {
    /// Makes one that listens, in place of one that a process has left behind.
    ///
    /// Everybody may connect who can reach the file, as on a loopback address: the folder decides who can.
    static func bind(_ address: ListenAddress) throws(ListenError) -> CInt {
        guard let path = address.path, let place = UnixAddress(Array(path.utf8)) else {
            preconditionFailure("an address of TCP is bound elsewhere, and a path was measured when it was read")
        }
        let socket = Glibc.socket(AF_UNIX, linux_socket_stream, 0)
        guard socket >= 0 else { throw .refused(address, reason: String(cString: strerror(errno))) }
        var code = place.bind(socket)
        if code != 0, errno == EADDRINUSE, isLeftBehind(path, place) {
            unlink(path)
            code = place.bind(socket)
        }
        guard code == 0, chmod(path, 0o666) == 0, listen(socket, backlog) == 0 else {
            let reason = String(cString: strerror(errno))
            close(socket)
            throw .refused(address, reason: reason)
        }
        return socket
    }

    /// The file of a socket.
    struct File {
        private let path: String
        private let device: dev_t
        private let inode: ino_t

        /// nil where there is none.
        init?(path: String) {
            var status = stat()
            guard lstat(path, &status) == 0 else { return nil }
            (self.path, device, inode) = (path, status.st_dev, status.st_ino)
        }

        /// Removes it, unless another process has put its own in its place.
        func remove() {
            guard let now = File(path: path), now.device == device, now.inode == inode else { return }
            unlink(path)
        }
    }

    private static let backlog: CInt = 4096

    /// Whether nobody listens on it any more.
    private static func isLeftBehind(_ path: String, _ place: UnixAddress) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return false }
        let probe = Glibc.socket(AF_UNIX, linux_socket_stream, 0)
        guard probe >= 0 else { return false }
        defer { close(probe) }
        return place.connect(probe) != 0 && errno == ECONNREFUSED
    }

    /// The path of a socket that has one.
    static func path(of socket: CInt) -> String? {
        var address = sockaddr_un()
        var length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let code = withUnsafeMutableBytes(of: &address) { bytes in
            getsockname(socket, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress, &length)
        }
        guard code == 0, CInt(address.sun_family) == AF_UNIX else { return nil }
        return withUnsafeBytes(of: address.sun_path) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
