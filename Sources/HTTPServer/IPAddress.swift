import Glibc

/// An address of either family, in the order of the network.
struct IPAddress: Hashable, Sendable {
    /// 4 or 16.
    let bytes: [UInt8]

    /// Takes its bytes; a socket for both families shows IPv4 in a range of IPv6 (RFC 4291, 2.5.5.2).
    private init(_ bytes: [UInt8]) {
        let isMapped = bytes.count == 16 && bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        self.bytes = isMapped ? Array(bytes.suffix(4)) : bytes
    }

    /// Reads an address that is written in numbers.
    init?(_ text: String) {
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self.init(withUnsafeBytes(of: &four, Array.init))
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            self.init(withUnsafeBytes(of: &six, Array.init))
        } else {
            return nil
        }
    }

    /// Takes what the system told of a connection; nil for a family that is neither.
    init?(_ storage: sockaddr_storage) {
        let place: Range<Int>
        switch CInt(storage.ss_family) {
        // Behind family and port, and in IPv6 behind the flow too (ip(7), ipv6(7)).
        case AF_INET: place = 4..<8
        case AF_INET6: place = 8..<24
        default: return nil
        }
        self.init(withUnsafeBytes(of: storage) { Array($0[place]) })
    }

    var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
    }

    /// Whose it is: in IPv6 a host has as many addresses as it likes within 64 bits (RFC 4291, 2.5.4).
    var owner: [UInt8] { bytes.count == 4 ? bytes : Array(bytes.prefix(8)) }
}

/// Whose an address is, where addresses are counted.
package enum AddressOwner {
    /// Equal for all addresses that one host may have; for what is no address, the text itself.
    package static func of(_ text: String) -> [UInt8] { IPAddress(text)?.owner ?? Array(text.utf8) }
}
