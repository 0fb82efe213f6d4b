import JSONText
import OpenAI

/// The JSON arrays and objects in the text of an answer: introductions, fences and what comes after are passed over.
///
/// What stands within a value that could not be read to its end is no value of its own: a part is not the answer.
struct AnswerSearch {
    /// How many values are looked at; models write one, sometimes with an example before it.
    private static let valuesMax = 16

    /// A value whose end is not in the text.
    struct Rest: Equatable {
        /// What there is of it, closed without its incomplete last member.
        var value: JSON
        /// Whether only closing brackets were missing.
        var isWhole: Bool
        /// Whether it was read to the end of the text; else there stands something that is not JSON.
        var reachesEnd: Bool
    }

    /// The values that are complete, in their order.
    private(set) var values: [JSON] = []
    /// The value behind them whose end is missing.
    private(set) var rest: Rest?

    /// Looks for values that begin with a bracket, or with any bracket where that is empty.
    init(_ text: String, for bracket: String) {
        let bytes = Array(text.utf8)
        let brackets = bracket.isEmpty ? Array("{[".utf8) : Array(bracket.utf8)
        var position = 0
        while values.count < Self.valuesMax, let start = bytes[position...].firstIndex(where: brackets.contains) {
            guard Self.beginsValue(bytes, at: start) else {
                position = start + 1
                continue
            }
            guard let read = LenientJSON.read(bytes, at: start) else { return }
            guard read.ending == .complete else {
                let left = bytes[min(read.end, bytes.count)...].drop(while: \.isSpace)
                let isFence = left.starts(with: "```".utf8) && left.allSatisfy { $0 == UInt8(ascii: "`") || $0.isSpace }
                let reachesEnd = left.isEmpty || isFence
                rest = Rest(value: read.json, isWhole: reachesEnd && read.ending != .cut, reachesEnd: reachesEnd)
                return
            }
            values.append(read.json)
            position = max(read.end, start + 1)
        }
    }

    /// Whether what follows a bracket may follow it in JSON: a bracket may stand in prose as well.
    private static func beginsValue(_ bytes: [UInt8], at start: Int) -> Bool {
        let rest = bytes[(start + 1)...].drop(while: \.isSpace)
        return bytes[start] == UInt8(ascii: "{") ? rest.beginsMember : rest.beginsElement
    }
}

extension ArraySlice<UInt8> {
    /// Whether a key or the end of an object may stand here, or the text ends.
    var beginsMember: Bool {
        guard let first else { return true }
        if "\"'}/".utf8.contains(first) || beginsQuote { return true }
        return beginsWordAndColon
    }

    /// Whether a key without quotes may stand here; a word of introduction looks the same.
    var beginsWordAndColon: Bool {
        let rest = drop { $0.isWord || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "$") }
        return rest.startIndex > startIndex && rest.drop(while: \.isSpace).first == UInt8(ascii: ":")
    }

    /// Whether an element or the end of an array may stand here, or the text ends.
    var beginsElement: Bool {
        guard let first else { return true }
        if "\"'{[]-/0123456789".utf8.contains(first) || beginsQuote { return true }
        let word = prefix(while: \.isWord)
        return ["true", "false", "null", "True", "False", "None"].contains { word.elementsEqual($0.utf8) }
    }

    private var beginsQuote: Bool {
        starts(with: "\u{201C}".utf8) || starts(with: "\u{201D}".utf8)
    }
}
