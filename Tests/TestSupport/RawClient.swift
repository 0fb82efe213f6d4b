import CLinux
import Glibc

/// Bytes over a blocking socket: for what a proper HTTP client would never send, and for leaving at the wrong moment.
package final class RawClient {
    private let socket: CInt
    private var isOpen = true

    /// How long `receive…` waits before it gives up, so that a hanging server fails a test instead of stopping it.
    private static let patienceSeconds = 10

    package init(port: UInt16) {
        socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        precondition(connected == 0, "cannot connect to port \(port): \(String(cString: strerror(errno)))")
        var patience = timeval(tv_sec: Self.patienceSeconds, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close() }

    package func send(_ text: String) {
        send(Array(text.utf8))
    }

    package func send(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                guard let start = buffer.baseAddress else { return 0 }
                return Glibc.send(socket, start + sent, buffer.count - sent, CInt(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    /// Sends a request with a body and the fields that it needs.
    package func request(_ method: String, _ path: String, fields: [String] = [], body: String = "") {
        let lines = ["\(method) \(path) HTTP/1.1", "Host: test"] + fields
        let length = body.isEmpty ? [] : ["Content-Length: \(body.utf8.count)"]
        send((lines + length).joined(separator: "\r\n") + "\r\n\r\n" + body)
    }

    /// Everything up to the end of the stream.
    package func receiveAll() -> String {
        var bytes: [UInt8] = []
        while let more = receiveSome() { bytes += more }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Reads until `text` has been seen, or the stream has ended.
    package func receive(until text: String) -> String {
        var bytes: [UInt8] = []
        while !String(decoding: bytes, as: UTF8.self).contains(text) {
            guard let more = receiveSome() else { break }
            bytes += more
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func receiveSome() -> [UInt8]? {
        guard isOpen else { return nil }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer.prefix(count)) : nil
    }

    /// Closes the sending half alone.
    package func closeSending() {
        shutdown(socket, CInt(SHUT_WR))
    }

    /// Leaves; with `reset` by RST instead of FIN.
    package func close(reset: Bool = false) {
        guard isOpen else { return }
        isOpen = false
        if reset {
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
        }
        Glibc.close(socket)
    }
}
