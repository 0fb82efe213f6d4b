import Glibc
import JSONText

@testable import HordeSimulator

/// One HTTP exchange over a socket that waits: for tests, never for the loop's thread.
enum Socket {
    /// The whole answer as it came, or nothing where the connection was cut or refused.
    static func exchange(_ port: UInt16, _ method: String, _ path: String, _ body: String? = nil) -> String {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { return "" }
        var request = "\(method) \(path) HTTP/1.1\r\nHost: simulator\r\nConnection: close\r\napikey: \(Bench.key)\r\n"
        if let body { request += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n" }
        let bytes = Array((request + "\r\n" + (body ?? "")).utf8)
        guard send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else { return "" }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return String(decoding: answer, as: UTF8.self) }
            answer += buffer[..<count]
        }
    }

    /// The JSON body of an answer.
    static func json(_ answer: String) -> JSON {
        let body = answer.utf8.indices.first { answer.utf8[$0...].starts(with: "\r\n\r\n".utf8) }
            .map { String(answer.utf8[$0...]) ?? "" }
        return (try? JSON(parsing: body ?? "")) ?? nil
    }
}
