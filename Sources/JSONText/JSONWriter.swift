// Writes a JSON value as text. The text is read by models as often as by programs, so the spacing is part of the job.

extension JSON {
    /// How much space stands between the parts of a document.
    package enum Style: Sendable {
        /// None: for the wire.
        case compact
        /// `, ` and `: `, as Python's `json.dumps(value, ensure_ascii=False)` writes: what models saw in training.
        case spaced
        /// One member a line, two spaces a level, as `json.dumps(value, indent=2)`: for people.
        case indented
    }

    /// Appends this value to `bytes` as UTF-8, escaping only what RFC 8259 section 7 demands.
    package func write(into bytes: inout [UInt8], style: Style = .compact) {
        write(into: &bytes, style, level: 0)
    }

    /// The text in one style.
    package func text(_ style: Style) -> String {
        var bytes: [UInt8] = []
        write(into: &bytes, style: style)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The text without any space.
    package var compact: String {
        text(.compact)
    }

    private func write(into bytes: inout [UInt8], _ style: Style, level: Int) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let value): bytes.append(contentsOf: value.text.utf8)
        case .string(let value): Self.write(value, into: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                Self.separate(at: index, into: &bytes, style, level: level + 1)
                element.write(into: &bytes, style, level: level + 1)
            }
            Self.end(with: "]", isEmpty: elements.isEmpty, into: &bytes, style, level: level)
        case .object(let object):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in object.members.enumerated() {
                Self.separate(at: index, into: &bytes, style, level: level + 1)
                Self.write(member.key, into: &bytes)
                bytes.append(contentsOf: (style == .compact ? ":" : ": ").utf8)
                member.value.write(into: &bytes, style, level: level + 1)
            }
            Self.end(with: "}", isEmpty: object.isEmpty, into: &bytes, style, level: level)
        }
    }

    private static func separate(at index: Int, into bytes: inout [UInt8], _ style: Style, level: Int) {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        switch style {
        case .compact: break
        case .spaced: if index > 0 { bytes.append(UInt8(ascii: " ")) }
        case .indented: breakLine(into: &bytes, level: level)
        }
    }

    private static func end(
        with bracket: Unicode.Scalar,
        isEmpty: Bool,
        into bytes: inout [UInt8],
        _ style: Style,
        level: Int
    ) {
        if style == .indented, !isEmpty { breakLine(into: &bytes, level: level) }
        bytes.append(UInt8(ascii: bracket))
    }

    private static func breakLine(into bytes: inout [UInt8], level: Int) {
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: level * 2))
    }

    private static func write(_ string: String, into bytes: inout [UInt8]) {
        var string = string
        bytes.append(UInt8(ascii: "\""))
        string.withUTF8 { text in
            let text = UnsafeRawBufferPointer(text)
            var start = 0
            while start < text.count {
                let end = PlainRun.end(in: text, from: start)
                bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[start..<end]))
                if end < text.count { writeEscape(of: text[end], into: &bytes) }
                start = end + 1
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func writeEscape(of byte: UInt8, into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        default:
            bytes.append(contentsOf: "u00".utf8)
            let hexadecimal = Array("0123456789abcdef".utf8)
            bytes.append(hexadecimal[Int(byte >> 4)])
            bytes.append(hexadecimal[Int(byte & 0xF)])
        }
    }
}
