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
                bytes.append(UInt8(ascii: ":"))
                if style != .compact { bytes.append(UInt8(ascii: " ")) }
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

    /// Writes a string a kilobyte at a time, as adding to an array costs more than what is added between two line ends.
    private static func write(_ string: String, into bytes: inout [UInt8]) {
        var string = string
        string.withUTF8 { text in
            let text = UnsafeRawBufferPointer(text)
            withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 8) { piece in
                var length = 0
                append(UInt8(ascii: "\""), to: piece, &length)
                var start = 0
                while start < text.count {
                    // Room for a run, for the eight bytes that it is copied by, and for an escape and the last quote.
                    let room = piece.count - length - 16
                    let run = PlainRun.copy(from: text, at: start, to: piece, at: length, bytesMax: room)
                    length += run
                    start += run
                    if run < room, start < text.count {
                        writeEscape(of: text[start], to: piece, &length)
                        start += 1
                    }
                    if piece.count - length < 64 {
                        bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: piece[..<length]))
                        length = 0
                    }
                }
                append(UInt8(ascii: "\""), to: piece, &length)
                bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: piece[..<length]))
            }
        }
    }

    private static func append(_ byte: UInt8, to piece: UnsafeMutableRawBufferPointer, _ length: inout Int) {
        piece[length] = byte
        length += 1
    }

    private static func writeEscape(of byte: UInt8, to piece: UnsafeMutableRawBufferPointer, _ length: inout Int) {
        append(UInt8(ascii: "\\"), to: piece, &length)
        switch byte {
        case 0x08: append(UInt8(ascii: "b"), to: piece, &length)
        case 0x09: append(UInt8(ascii: "t"), to: piece, &length)
        case 0x0A: append(UInt8(ascii: "n"), to: piece, &length)
        case 0x0C: append(UInt8(ascii: "f"), to: piece, &length)
        case 0x0D: append(UInt8(ascii: "r"), to: piece, &length)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte, to: piece, &length)
        default:
            for letter in "u00".utf8 { append(letter, to: piece, &length) }
            for digit in [byte >> 4, byte & 0xF] {
                append(digit + (digit < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10), to: piece, &length)
            }
        }
    }
}
