/// A head read to the letter of RFC 9112, byte by byte, and with nothing of ours.
struct StrictHead {
    let method: ArraySlice<UInt8>
    let target: ArraySlice<UInt8>
    let version: ArraySlice<UInt8>
    var fields: [(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)] = []
    /// Behind the empty line.
    private(set) var end: Int

    /// nil for a head that is not whole, and for one in which a byte is wrong.
    init?(of bytes: [UInt8]) {
        var rest = bytes[...]
        while rest.starts(with: [13, 10]) { rest = rest.dropFirst(2) }
        guard let method = Self.take(&rest, until: 32, where: Self.isToken),
            let target = Self.take(&rest, until: 32, where: { $0 > 32 && $0 < 127 }),
            let version = Self.take(&rest, until: 13, where: { _ in true }),
            version.elementsEqual("HTTP/1.1".utf8) || version.elementsEqual("HTTP/1.0".utf8),
            rest.popFirst() == 10
        else { return nil }
        (self.method, self.target, self.version, end) = (method, target, version, 0)
        while rest.first != 13 {
            guard let name = Self.take(&rest, until: 58, where: Self.isToken) else { return nil }
            rest = rest.drop { $0 == 32 || $0 == 9 }
            let value = rest.prefix { $0 != 13 && $0 != 10 && $0 != 0 }
            rest = rest.dropFirst(value.count)
            guard rest.starts(with: [13, 10]) else { return nil }
            rest = rest.dropFirst(2)
            fields.append((name, value))
        }
        guard rest.starts(with: [13, 10]) else { return nil }
        end = rest.startIndex + 2
    }

    /// Takes one byte or more up to another one, with it.
    private static func take(
        _ rest: inout ArraySlice<UInt8>,
        until end: UInt8,
        where isAllowed: (UInt8) -> Bool
    ) -> ArraySlice<UInt8>? {
        let part = rest.prefix { $0 != end && isAllowed($0) }
        rest = rest.dropFirst(part.count)
        guard !part.isEmpty, rest.popFirst() == end else { return nil }
        return part
    }

    static func isToken(_ byte: UInt8) -> Bool {
        byte > 32 && byte < 127 && !"\"(),/:;<=>?@[\\]{}".utf8.contains(byte)
    }
}
