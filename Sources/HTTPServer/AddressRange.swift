/// Addresses that begin alike, as `10.0.0.0/8` or `2001:db8::/32`; without a length, one address (RFC 4632, RFC 4291).
///
/// `unix` stands for all clients of a Unix socket, which have no address.
package struct AddressRange: Equatable, Sendable, CustomStringConvertible {
    /// As it was written.
    package let description: String
    /// nil for a Unix socket's clients.
    private let address: IPAddress?
    private let bits: Int

    /// - Parameter text: an address in numbers, and behind a slash how many of its bits count.
    package init?(_ text: String) {
        if text == Self.unixClients {
            (description, address, bits) = (text, nil, 0)
            return
        }
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(String(parts[0])) else { return nil }
        self.address = address
        description = text
        guard parts.count == 2 else {
            bits = address.bytes.count * 8
            return
        }
        guard parts[1].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let bits = Int(parts[1]), bits <= address.bytes.count * 8
        else { return nil }
        self.bits = bits
    }

    /// Whether this text is an address of the range.
    package func contains(_ text: String) -> Bool {
        address == nil ? text == Self.unixClients : IPAddress(text).map(contains) ?? false
    }

    /// What a client of a Unix socket is called.
    static let unixClients = "unix"

    func contains(_ other: IPAddress) -> Bool {
        guard let address, address.bytes.count == other.bytes.count else { return false }
        let whole = bits / 8
        guard address.bytes.prefix(whole) == other.bytes.prefix(whole) else { return false }
        let mask = bits % 8 == 0 ? 0 : UInt8(0xFF) << (8 - bits % 8)
        return mask == 0 || address.bytes[whole] & mask == other.bytes[whole] & mask
    }
}
