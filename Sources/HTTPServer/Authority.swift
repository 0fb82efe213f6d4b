/// A host with or without a port, as the `Host` field and the absolute form of a target have it (RFC 3986, 3.2; RFC 9110, 7.2).
struct Authority: Equatable {
    let text: String

    /// Fails on what no host can be.
    init?(_ text: String) {
        var text = text
        guard text.withUTF8({ Self.isAuthority(UnsafeRawBufferPointer($0)) }) else { return nil }
        self.text = text
    }

    /// Whether it is one: without blanks, user information, a path, a port that is no number, brackets that do not match.
    static func isAuthority(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var rest = bytes[...]
        if rest.first == UInt8(ascii: "[") {
            guard let end = rest.firstIndex(of: UInt8(ascii: "]")) else { return false }
            let address = rest[rest.index(after: rest.startIndex)..<end]
            guard !address.isEmpty, address.allSatisfy(standsInAddress) else { return false }
            rest = rest[rest.index(after: end)...]
        } else {
            let name = rest.prefix { $0 != UInt8(ascii: ":") }
            guard isName(name) else { return false }
            rest = rest[name.endIndex...]
        }
        if let colon = rest.first {
            let port = rest.dropFirst()
            guard colon == UInt8(ascii: ":"), port.count <= 5, port.allSatisfy(isDigit) else { return false }
        }
        return true
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
    }

    private static func standsInAddress(_ byte: UInt8) -> Bool {
        isHexDigit(byte) || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
    }

    /// A registered name: unreserved characters, sub-delimiters without the comma, and whole escapes.
    ///
    /// A comma would be two values of a field that may have one.
    private static func isName(_ name: Slice<UnsafeRawBufferPointer>) -> Bool {
        var rest = name
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst(), let low = rest.popFirst(), isHexDigit(high), isHexDigit(low) else {
                    return false
                }
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                break
            // "-", ".", "_", "~" and "!", "$", "&", "'", "(", ")", "*", "+", ";", "="
            case 0x2D, 0x2E, 0x5F, 0x7E, 0x21, 0x24, 0x26...0x2B, 0x3B, 0x3D: break
            default: return false
            }
        }
        return true
    }
}
