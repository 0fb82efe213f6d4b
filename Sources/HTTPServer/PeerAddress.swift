import CLinux
import Glibc

/// Where an accepted connection comes from, as the system told it.
struct PeerAddress {
    let storage: sockaddr_storage
    let length: socklen_t

    func withSocketAddress<Value>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value {
        withUnsafePointer(to: storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }

    /// Whether it is no address at all, but a process of this machine.
    var isUnix: Bool { CInt(storage.ss_family) == AF_UNIX }

    /// The address alone; nil where it is of no family of the Internet's.
    var address: IPAddress? { IPAddress(storage) }

    /// The address without the port, in numbers.
    ///
    /// Clients of a Unix socket are called `unix`.
    var host: String {
        if isUnix { return AddressRange.unixClients }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(NI_MAXHOST)) { host in
            guard let start = host.baseAddress else { return "unknown" }
            let code = withSocketAddress { address, length in
                getnameinfo(address, length, start, socklen_t(host.count), nil, 0, NI_NUMERICHOST)
            }
            return code == 0 ? String(cString: start) : "unknown"
        }
    }
}
