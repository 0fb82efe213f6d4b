package import JSONText
import OpenAI

/// Reads JSON as models write it.
///
/// Read are: single, typographic and tripled quotes, Python's literals, keys without quotes, missing and surplus commas,
/// comments, raw line ends in strings, escapes that JSON does not know, a fence in front, a bracket that is missing in
/// front of another, and a text that ends too early. What is JSON reads as `JSON(parsing:)` reads it.
///
/// A value read so can be written as JSON: U+0000 and half surrogate pairs become U+FFFD. Arrays and objects nest at
/// most `JSON.depthLevelsMax` deep, and the time taken grows with the text's length alone.
package enum LenientJSON {
    /// How sure it is that the value is what the model meant, from the best to the worst.
    package enum Ending: Int, Equatable, Sendable {
        /// Everything was there.
        case complete
        /// Closing brackets are missing, behind a bracket that was closed: `{"a": {"b": 1}`.
        case closed
        /// Closing brackets are missing, behind a string or a word that was whole: `{"a": "b"`.
        case open
        /// The last member was not whole, and is left out: `{"a": 1, "b": "c`.
        case cut
    }

    /// What was read.
    package struct Value: Equatable, Sendable {
        /// The value, with every container closed.
        package let json: JSON
        /// Whether it was complete.
        package let ending: Ending
        /// Where it ended, in UTF-8 bytes of the text: what follows was not read.
        package let end: Int
    }

    /// Reads the value that a text begins with, behind white space and the opening line of a fence.
    ///
    /// - Returns: `nil` if no value stands there, or one that nests too deep.
    package static func read(_ text: String) -> Value? {
        read(ByteCursor(Array(text.utf8)))
    }

    /// Reads the first object or array of a text that is complete, or else the first of all.
    ///
    /// - Returns: `nil` if none stands in the text. Some brackets at most are tried, so that a text of brackets is no
    ///   burden.
    package static func firstContainer(in text: String) -> Value? {
        let bytes = Array(text.utf8)
        var first: Value?
        var index = 0
        for _ in 0..<CallLimits.attemptsMax {
            let rest = bytes[index...]
            guard let start = rest.firstIndex(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") }) else {
                break
            }
            let value = read(bytes, at: start)
            if let value, value.ending == .complete { return value }
            first = first ?? value
            index = start + 1
        }
        return first
    }

    /// Reads the value at a place of a text.
    static func read(_ bytes: [UInt8], at index: Int) -> Value? {
        read(ByteCursor(bytes, at: index))
    }

    /// Reads the value at a place.
    static func read(_ cursor: ByteCursor) -> Value? {
        var reader = LenientReader(cursor)
        return reader.document()
    }
}
