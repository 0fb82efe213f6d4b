/// Where to listen: `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080` or `:8080` for every address, where port 0 picks a free
/// one; or `unix:/run/interposer/http.sock`, a Unix socket.
package struct ListenAddress: Sendable, Equatable, CustomStringConvertible {
    package let host: String
    package let port: UInt16
    /// A Unix socket's, which has neither host nor port.
    package let path: String?

    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
        path = nil
    }

    init(path: String) {
        (host, port) = ("", 0)
        self.path = path
    }

    /// What the kernel has room for (unix(7)), with the zero at the end.
    private static let pathBytesMax = 107
    private static let pathPrefix = "unix:"

    /// Reads `HOST:PORT`; an IPv6 address stands in brackets.
    package init(parsing text: String) throws(ListenError) {
        if text.hasPrefix(Self.pathPrefix) {
            let path = String(text.dropFirst(Self.pathPrefix.count))
            guard path.hasPrefix("/"), path.utf8.count <= Self.pathBytesMax, !path.utf8.contains(0) else {
                throw .malformedAddress(text)
            }
            self.init(path: path)
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            throw .malformedAddress(text)
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard host.isEmpty || !host.contains(where: { $0 == "[" || $0 == "]" || $0.isWhitespace }),
            host.contains(":") == text.hasPrefix("[")
        else {
            throw .malformedAddress(text)
        }
        self.init(host: String(host), port: port)
    }

    package var description: String {
        if let path { return Self.pathPrefix + path }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Whether nobody but this machine can reach it.
    package var isLoopback: Bool { path != nil || host == "localhost" || IPAddress(host)?.isLoopback ?? false }
}

/// The socket that a server listens on.
package enum ListenPlace: Sendable {
    /// One of its own.
    case address(ListenAddress)
    /// A descriptor that listens already, as systemd hands it over (sd_listen_fds(3)); the server closes it.
    ///
    /// A stopping server accepts nothing more on it: who comes then waits for the next process.
    case handedOver(CInt)
}

/// Why a server could not start.
package enum ListenError: Error, Equatable, CustomStringConvertible {
    case malformedAddress(String)
    case unknownHost(String)
    /// The system said no; `reason` is `strerror`'s text.
    case refused(ListenAddress, reason: String)
    /// What was handed over is no stream socket that listens.
    case notListening(CInt)

    package var description: String {
        switch self {
        case .malformedAddress(let text): "'\(text)' is not an address to listen on; expected HOST:PORT or unix:/PATH"
        case .unknownHost(let host): "no address is known for the host '\(host)'"
        case .refused(let address, let reason): "cannot listen on \(address): \(reason)"
        case .notListening(let descriptor):
            "descriptor \(descriptor), which was handed over, is no listening socket of TCP or Unix"
        }
    }
}
