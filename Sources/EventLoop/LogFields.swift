/// The form of a log's lines.
package enum LogForm: String, CaseIterable, Sendable {
    /// `TIME LEVEL interposer: key=value … [SOURCE] MESSAGE`, for people.
    case text
    /// An object of JSON with the same, for programs.
    case json
}

/// The fields of a line, written one by one behind what stands there already.
package struct LogFields {
    private let form: LogForm
    private(set) var bytes: [UInt8]

    init(_ form: LogForm, behind bytes: consuming [UInt8]) {
        self.form = form
        self.bytes = bytes
    }

    /// Adds a number.
    package mutating func add(_ key: String, _ number: Int) {
        addKey(key)
        bytes.append(decimal: number)
    }

    /// Adds a text; nil is a dash, or null.
    package mutating func add(_ key: String, _ text: String?) {
        addKey(key)
        switch form {
        case .text: bytes.append(text: text ?? "-")
        case .json: if let text { bytes.append(quoted: text) } else { bytes.append(text: "null") }
        }
    }

    private mutating func addKey(_ key: String) {
        switch form {
        case .text:
            bytes.append(UInt8(ascii: " "))
            bytes.append(text: key)
            bytes.append(UInt8(ascii: "="))
        case .json:
            bytes.append(UInt8(ascii: ","))
            bytes.append(quoted: key)
            bytes.append(UInt8(ascii: ":"))
        }
    }
}

extension [UInt8] {
    /// Appends a text as it is.
    mutating func append(text: String) {
        var text = text
        text.withUTF8 { append(contentsOf: $0) }
    }

    /// Appends a text as a string of JSON (RFC 8259, 7).
    mutating func append(quoted text: String) {
        append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { bytes in
            let isPlain = bytes.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
            if isPlain { append(contentsOf: bytes) } else { for byte in bytes { append(escaped: byte) } }
        }
        append(UInt8(ascii: "\""))
    }

    private mutating func append(escaped byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            append(UInt8(ascii: "\\"))
            append(byte)
        case 0..<0x20:
            append(text: "\\u00")
            for digit in [byte >> 4, byte & 0xF] {
                append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
        default: append(byte)
        }
    }

    /// Appends a number in digits.
    mutating func append(decimal number: Int) {
        if number < 0 { append(UInt8(ascii: "-")) }
        // The digits of 64 bits at most.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var place = digits.count
            var rest = number.magnitude
            repeat {
                place -= 1
                digits.initializeElement(at: place, to: UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
                rest /= 10
            } while rest > 0
            append(contentsOf: UnsafeMutableBufferPointer(rebasing: digits[place...]))
        }
    }
}
