/// One code point, as far as counting tokens needs to know it.
struct CodePoint {
    /// The kinds of every code point up to U+FFFF, asked of Unicode's slower tables once.
    static let table = (0...UInt32(UInt16.max)).map { value in
        Unicode.Scalar(value).map { RunKinds(of: $0) } ?? []
    }

    private let value: UInt32
    /// Its length in UTF-8, in bytes.
    let length: Int

    /// Reads the code point beyond ASCII at an index of valid UTF-8, such as a `String` gives.
    @inline(__always)
    init(_ bytes: Span<UInt8>, at index: Int) {
        let lead = UInt32(bytes[index])
        func low(_ offset: Int) -> UInt32 { UInt32(bytes[index + offset] & 0x3F) }
        if lead < 0xE0 {
            length = 2
            value = (lead & 0x1F) << 6 | low(1)
        } else if lead < 0xF0 {
            length = 3
            value = (lead & 0x0F) << 12 | low(1) << 6 | low(2)
        } else {
            length = 4
            value = (lead & 0x07) << 18 | low(1) << 12 | low(2) << 6 | low(3)
        }
    }

    /// The kinds of run it can go on; the table is `CodePoint.table`, which a loop asks for once.
    @inline(__always)
    func kinds(_ table: [RunKinds]) -> RunKinds {
        if value < table.count { return table[Int(value)] }
        return Unicode.Scalar(value).map { RunKinds(of: $0) } ?? []
    }

    /// Whether it is white space, line ends included.
    var isSpace: Bool { Unicode.Scalar(value)?.properties.isWhitespace ?? false }
}
