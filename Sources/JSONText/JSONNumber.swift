// A JSON number as its own text, so that nothing is rounded or rewritten between a client and a prompt.

/// A number as it was written, which becomes an `Int` or a `Double` only when asked.
package struct JSONNumber: Equatable, Sendable {
    /// The number in the grammar of RFC 8259 section 6.
    package let text: String

    /// A number whose text the reader has found to follow the grammar.
    init(validated text: String) {
        self.text = text
    }

    /// An integer.
    package init(_ value: Int) {
        text = String(value)
    }

    /// A finite number, in the shortest text that reads back as the same value.
    package init(_ value: Double) {
        precondition(value.isFinite, "JSON has no way to write an infinity or NaN")
        text = value.description
    }

    /// The nearest `Double`; beyond its range an infinity.
    package var double: Double {
        Double(text) ?? .nan
    }

    /// The exact integer, or nil where there is a fraction or more than 64 bits: "80.0" and "8e1" are 80.
    package var int: Int? {
        Int(text) ?? exactInteger
    }

    /// Whether the number is an integer, of any size.
    package var isInteger: Bool {
        let (digits, power) = scientific
        return digits.isEmpty || power >= 0
    }

    /// The integer that a text with a point or an exponent stands for, computed in decimal: no rounding on the way.
    private var exactInteger: Int? {
        let (digits, power) = scientific
        if digits.isEmpty { return 0 }
        // Int.max has 19 digits, so what is longer cannot fit, and the loop below stays short whatever was sent.
        guard power >= 0, power <= 19, digits.count + power <= 19 else { return nil }
        let isNegative = text.utf8.first == UInt8(ascii: "-")
        var total = 0
        for digit in digits + Array(repeating: 0, count: power) {
            let (product, overflowed) = total.multipliedReportingOverflow(by: 10)
            let (sum, overflowedToo) =
                isNegative
                ? product.subtractingReportingOverflow(Int(digit)) : product.addingReportingOverflow(Int(digit))
            if overflowed || overflowedToo { return nil }
            total = sum
        }
        return total
    }

    /// The number as significant digits (no zeros at either end) times a power of ten; zero has no digits.
    private var scientific: (digits: [UInt8], power: Int) {
        var digits: [UInt8] = []
        var power = 0
        var isPastPoint = false
        let parts = text.utf8.split(maxSplits: 1) { $0 | 0x20 == UInt8(ascii: "e") }
        for byte in parts.first ?? "".utf8[...] {
            switch byte {
            case UInt8(ascii: "."): isPastPoint = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if isPastPoint { power -= 1 }
                if byte != UInt8(ascii: "0") || !digits.isEmpty { digits.append(byte - UInt8(ascii: "0")) }
            default: break
            }
        }
        while digits.last == 0 {
            digits.removeLast()
            power += 1
        }
        let exponent = parts.count > 1 ? Self.saturatedExponent(parts[1]) : 0
        return (digits, power + exponent)
    }

    /// The exponent, held within a range that no body can leave by its number of digits, so that sums cannot overflow.
    private static func saturatedExponent(_ text: Substring.UTF8View) -> Int {
        let limit = 1 << 40
        var value = 0
        for byte in text where byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") {
            value = min(limit, value * 10 + Int(byte - UInt8(ascii: "0")))
            if value == limit { break }
        }
        return text.first == UInt8(ascii: "-") ? -value : value
    }
}
