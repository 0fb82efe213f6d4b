import JSONText

/// JSON in the form that Horde's Flask writes: a space after `,` and `:`, everything beyond ASCII escaped, a newline
/// at the end (API.md 13, "JSON is ASCII-escaped").
enum HordeText {
    static func bytes(_ value: JSON) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(512)
        append(value, to: &output)
        output.append(UInt8(ascii: "\n"))
        return output
    }

    /// The same as a string, without the newline.
    static func string(_ value: JSON) -> String {
        var output: [UInt8] = []
        append(value, to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    private static func append(_ value: JSON, to output: inout [UInt8]) {
        switch value {
        case .null: output += "null".utf8
        case .bool(let flag): output += (flag ? "true" : "false").utf8
        case .number(let number): output += number.text.utf8
        case .string(let text): append(text, to: &output)
        case .array(let elements):
            output.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { output += ", ".utf8 }
                append(element, to: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let object):
            output.append(UInt8(ascii: "{"))
            for (index, member) in object.members.enumerated() {
                if index > 0 { output += ", ".utf8 }
                append(member.key, to: &output)
                output += ": ".utf8
                append(member.value, to: &output)
            }
            output.append(UInt8(ascii: "}"))
        }
    }

    private static func append(_ text: String, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { bytes in
            let plainEnd = bytes.firstIndex { !isPlain($0) } ?? bytes.count
            output += bytes[..<plainEnd]
            guard plainEnd < bytes.count else { return }
            for scalar in String(decoding: bytes[plainEnd...], as: UTF8.self).unicodeScalars {
                append(scalar, to: &output)
            }
        }
        output.append(UInt8(ascii: "\""))
    }

    /// Whether a byte stands for itself.
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    private static func append(_ scalar: Unicode.Scalar, to output: inout [UInt8]) {
        switch scalar {
        case "\"": output += "\\\"".utf8
        case "\\": output += "\\\\".utf8
        case "\n": output += "\\n".utf8
        case "\r": output += "\\r".utf8
        case "\t": output += "\\t".utf8
        case "\u{08}": output += "\\b".utf8
        case "\u{0C}": output += "\\f".utf8
        case " "..."~": output.append(UInt8(truncatingIfNeeded: scalar.value))
        default: for unit in UTF16.encode(scalar) ?? .init() { appendEscape(unit, to: &output) }
        }
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)

    private static func appendEscape(_ unit: UInt16, to output: inout [UInt8]) {
        output += "\\u".utf8
        for shift in stride(from: 12, through: 0, by: -4) {
            output.append(hexDigits[Int(unit >> UInt16(shift)) & 15])
        }
    }
}
