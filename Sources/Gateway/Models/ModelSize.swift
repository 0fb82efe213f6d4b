/// The number of parameters that a model's name tells.
enum ModelSize {
    /// In billions: 24 for `24B`, 56 for `8x7B`, 0.6 for `0.6b`, 0.07 for `70m`; nil where the name does not tell.
    ///
    /// The active part of a mixture (`A3B`) is not its size. The first number that ends in `b` or `t` counts; one in
    /// `m` counts only without such, since `1M` may be a context.
    static func billions(in name: String) -> Double? {
        var millions: Double?
        var bytes = name.utf8.prefix(bytesMax)[...]
        var before = UInt8(ascii: "-")
        while let byte = bytes.first {
            // `E4B` counts what such a model is as good as.
            let isStart = !isWord(before) || before == UInt8(ascii: "e") || before == UInt8(ascii: "E")
            if isDigit(byte), isStart, let (value, unit) = number(&bytes) {
                switch unit | 0x20 {
                case UInt8(ascii: "b"): return value
                case UInt8(ascii: "t"): return value * 1000
                default: millions = millions ?? value / 1000
                }
            }
            if let skipped = bytes.popFirst() { before = skipped }
        }
        return millions
    }

    /// A longer name is nobody's.
    private static let bytesMax = 255

    /// Takes a number with its unit; without one, takes the number alone and returns nil.
    private static func number(_ bytes: inout Substring.UTF8View.SubSequence) -> (value: Double, unit: UInt8)? {
        guard var value = decimal(&bytes) else { return nil }
        if let next = bytes.first, next | 0x20 == UInt8(ascii: "x"), bytes.dropFirst().first.map(isDigit) == true {
            bytes.removeFirst()
            guard let each = decimal(&bytes) else { return nil }
            value *= each
        }
        guard let unit = bytes.first, isUnit(unit), bytes.dropFirst().first.map(isWord) != true else { return nil }
        return value > 0 && value <= valueMax ? (value, unit) : nil
    }

    /// Numbers beyond it are no sizes, whatever the unit.
    private static let valueMax = 10_000.0

    private static func decimal(_ bytes: inout Substring.UTF8View.SubSequence) -> Double? {
        var text = ""
        while let byte = bytes.first {
            let isPoint =
                byte == UInt8(ascii: ".") && !text.contains(".") && bytes.dropFirst().first.map(isDigit) == true
            guard isDigit(byte) || isPoint else { break }
            text.unicodeScalars.append(Unicode.Scalar(byte))
            bytes.removeFirst()
        }
        return Double(text)
    }

    private static func isUnit(_ byte: UInt8) -> Bool {
        [UInt8(ascii: "b"), UInt8(ascii: "t"), UInt8(ascii: "m")].contains(byte | 0x20)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isWord(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: ".")
            || byte >= 0x80
    }
}
