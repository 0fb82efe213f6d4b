/// The form of a log's lines.
///
/// The fields stand in the order in which they are added.
package enum LogForm: String, CaseIterable, Sendable {
    /// `TIME LEVEL interposer: key=value … [SOURCE] MESSAGE`, for people.
    case text
    /// An object of JSON with the same, for programs.
    case json
    /// An entry of systemd's journal, where each field can be asked for; `JournalEntry`.
    case journal
}

/// The fields of a line, written one by one behind what stands there already.
package struct LogFields {
    private let form: LogForm
    private(set) var bytes: [UInt8]
    /// The fields of a journal's entry once more, for people, who are shown nothing but its message.
    private(set) var words: [UInt8] = []

    init(_ form: LogForm, behind bytes: consuming [UInt8]) {
        self.form = form
        self.bytes = bytes
    }

    /// Adds a number.
    package mutating func add(_ key: String, _ number: Int) {
        if form == .journal { return addToEntry(key, "\(number)") }
        addKey(key)
        bytes.append(decimal: number)
    }

    /// Adds a number with at most two digits behind its point.
    package mutating func add(_ key: String, _ number: Double) {
        let words = "\((number * 100).rounded() / 100)"
        if form == .journal { return addToEntry(key, words) }
        addKey(key)
        bytes.append(text: words)
    }

    /// Adds a text; nil is a dash, or null, or no field of the journal's.
    package mutating func add(_ key: String, _ text: String?) {
        if form == .journal { return addToEntry(key, text) }
        addKey(key)
        switch (form, text) {
        case (.json, let text?): bytes.append(quoted: text)
        case (.json, nil): bytes.append(text: "null")
        case (_, let text): bytes.append(words: text ?? "-")
        }
    }

    private mutating func addToEntry(_ key: String, _ text: String?) {
        words.append(text: " \(key)=")
        words.append(words: text ?? "-")
        if let text { bytes.append(field: JournalEntry.fieldName(key), Array(text.utf8)) }
    }

    private mutating func addKey(_ key: String) {
        if form == .json {
            bytes.append(UInt8(ascii: ","))
            bytes.append(quoted: key)
            bytes.append(UInt8(ascii: ":"))
        } else {
            bytes.append(UInt8(ascii: " "))
            bytes.append(text: key)
            bytes.append(UInt8(ascii: "="))
        }
    }
}

extension [UInt8] {
    /// Appends a text as it is.
    mutating func append(text: String) {
        var text = text
        text.withUTF8 { append(contentsOf: $0) }
    }

    /// Appends a text that people read, without what a terminal takes for a command or for a new line: names of models are
    /// chosen by strangers.
    mutating func append(words: String) {
        var words = words
        let isPlain = words.withUTF8 { bytes in bytes.allSatisfy { (0x20..<0x7F).contains($0) } }
        if isPlain { return append(text: words) }
        for scalar in words.unicodeScalars {
            append(text: scalar.isTerminalCommand ? "\u{FFFD}" : String(scalar))
        }
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
