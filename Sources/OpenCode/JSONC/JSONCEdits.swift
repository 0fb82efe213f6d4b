/// Replacements in a text that do not overlap.
package struct JSONCEdits: Equatable, Sendable {
    /// Bytes that come in the place of others; an empty span is an insertion.
    package struct Replacement: Equatable, Sendable {
        /// What is replaced, in bytes of the old text.
        package let span: Range<Int>
        /// What comes in its place.
        package let bytes: [UInt8]
    }

    /// The replacements in the order of their places.
    package private(set) var replacements: [Replacement] = []

    /// Whether the text stays as it is.
    package var isEmpty: Bool { replacements.isEmpty }

    /// Adds a replacement; at the same place it comes behind those that are there.
    mutating func add(_ span: Range<Int>, _ bytes: [UInt8]) {
        let index = replacements.firstIndex { $0.span.lowerBound > span.lowerBound } ?? replacements.endIndex
        replacements.insert(Replacement(span: span, bytes: bytes), at: index)
    }

    mutating func add(_ other: JSONCEdits) {
        for replacement in other.replacements { add(replacement.span, replacement.bytes) }
    }

    /// The text with its replacements.
    package func applied(to text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var position = 0
        for replacement in replacements {
            result += text[position..<replacement.span.lowerBound]
            result += replacement.bytes
            position = replacement.span.upperBound
        }
        return result + text[position...]
    }
}
