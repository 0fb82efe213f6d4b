import HTTPTypes

/// The field lines of an answer as they came, read when somebody asks: most answers' fields nobody does.
struct ResponseHead: Sendable {
    /// Lines that each end with CR LF or LF, without the status line; they may end with the empty line.
    let bytes: [UInt8]

    /// Whether a line of a head begins a new one.
    static func isStatusLine(_ line: UnsafeRawBufferPointer) -> Bool { line.starts(with: "HTTP/".utf8) }

    /// All fields, in their order; lines that are none are left out.
    var fields: HTTPFields {
        var fields = HTTPFields()
        for (name, value) in lines {
            guard let name = HTTPField.Name(String(decoding: name, as: UTF8.self)) else { continue }
            fields.append(HTTPField(name: name, value: String(decoding: value, as: UTF8.self)))
        }
        return fields
    }

    /// The value of one field, without reading the others; of several with the name the first.
    subscript(name: HTTPField.Name) -> String? {
        let wanted = name.canonicalName.utf8
        let found = lines.first { line in
            line.name.count == wanted.count && zip(line.name, wanted).allSatisfy { Self.lowered($0) == $1 }
        }
        return found.map { String(decoding: $0.value, as: UTF8.self) }
    }

    private var lines: some Sequence<(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)> {
        bytes.lazy.split(separator: UInt8(ascii: "\n")).lazy.compactMap { line in
            line.firstIndex(of: UInt8(ascii: ":")).map { (line[..<$0], Self.trimmed(line[($0 + 1)...])) }
        }
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var bytes = bytes.drop(while: isSpace)
        while let last = bytes.last, isSpace(last) { bytes.removeLast() }
        return bytes
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
