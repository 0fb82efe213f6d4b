/// Halves of surrogate pairs in JSON, which stand for no character (RFC 8259, 8.2).
///
/// Python, in which AI Horde is written, reads and writes them; Foundation refuses a text with one.
enum LoneSurrogates {
    /// The text with U+FFFD in the place of each; nil where there is none.
    static func replaced(in text: [UInt8]) -> [UInt8]? {
        var text = text
        var isChanged = false
        var index = 0
        while index < text.count {
            guard text[index] == UInt8(ascii: "\\") else {
                index += 1
                continue
            }
            guard let unit = unit(at: index, in: text) else {
                // Another escape: what is escaped is passed over, so that a backslash does not begin one of its own.
                index += 2
                continue
            }
            let isPair = isFirst(unit) && self.unit(at: index + escapeBytes, in: text).map(isSecond) == true
            if isPair {
                index += 2 * escapeBytes
                continue
            }
            if isFirst(unit) || isSecond(unit) {
                text.replaceSubrange(index + 2..<index + escapeBytes, with: "FFFD".utf8)
                isChanged = true
            }
            index += escapeBytes
        }
        return isChanged ? text : nil
    }

    private static let escapeBytes = 6

    /// The number of an escape that begins here.
    private static func unit(at index: Int, in text: [UInt8]) -> UInt16? {
        guard index + escapeBytes <= text.count, text[index] == UInt8(ascii: "\\"), text[index + 1] == UInt8(ascii: "u")
        else { return nil }
        return UInt16(String(decoding: text[index + 2..<index + escapeBytes], as: UTF8.self), radix: 16)
    }

    private static func isFirst(_ unit: UInt16) -> Bool { (0xD800...0xDBFF).contains(unit) }
    private static func isSecond(_ unit: UInt16) -> Bool { (0xDC00...0xDFFF).contains(unit) }
}
