import JSONText
import OpenAI

/// One reading of one value, from left to right, without a step back.
///
/// What cannot be read halts the reading where it stands; the containers around it are closed then.
struct LenientReader {
    /// What was read last, which tells what a halt there means.
    private enum Last {
        case container, scalar, part
    }

    var cursor: ByteCursor
    private var isHalted = false
    private var isTooDeep = false
    private var last = Last.part
    private var openObjects = 0
    private var openArrays = 0

    init(_ cursor: ByteCursor) {
        self.cursor = cursor
    }

    /// Reads a value on its own.
    mutating func document() -> LenientJSON.Value? {
        _ = cursor.take([0xEF, 0xBB, 0xBF])
        skipFence()
        return value()
    }

    /// Reads a value that other text may follow, as the argument of a call in Python.
    mutating func value() -> LenientJSON.Value? {
        guard let json = next(), !isTooDeep else { return nil }
        return LenientJSON.Value(json: json, ending: ending, end: cursor.position)
    }

    private var ending: LenientJSON.Ending {
        guard isHalted else { return .complete }
        return switch last {
        case .container: .closed
        case .scalar: .open
        case .part: .cut
        }
    }

    /// The value here; `nil`, without having gone on, where none begins, and `nil`, halted, where it is not whole.
    private mutating func next() -> JSON? {
        skip()
        guard let byte = cursor.byte else { return cut() }
        switch byte {
        case UInt8(ascii: "{"): return object()
        case UInt8(ascii: "["): return array()
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."):
            return number()
        default:
            guard let quote = LenientQuote(at: &cursor) else { return word() }
            return string(quote).map(JSON.string)
        }
    }

    private mutating func string(_ quote: LenientQuote) -> String? {
        guard let text = quote.content(&cursor) else { return cut() }
        last = .scalar
        return text
    }

    /// The text ends within something.
    private mutating func cut<Value>() -> Value? {
        isHalted = true
        last = .part
        return nil
    }

    private mutating func object() -> JSON? {
        guard enter() else { return nil }
        openObjects += 1
        defer { openObjects -= 1 }
        var members: [JSONObject.Member] = []
        while !isHalted {
            skip()
            switch cursor.byte {
            case UInt8(ascii: "}"): return leave(.object(JSONObject(members)), behind: 1)
            case UInt8(ascii: "]") where openArrays > 0: return leave(.object(JSONObject(members)), behind: 0)
            case UInt8(ascii: ","): separate()
            default: if let member = member() { members.append(member) } else { isHalted = true }
            }
        }
        return .object(JSONObject(members))
    }

    private mutating func member() -> JSONObject.Member? {
        let start = cursor.position
        guard let key = key() else { return nil }
        skip()
        guard cursor.take(":") else {
            if cursor.isAtEnd { return cut() }
            cursor.position = start
            return nil
        }
        last = .part
        return next().map { JSONObject.Member(key: key, value: $0) }
    }

    private mutating func key() -> String? {
        if cursor.isAtEnd { return nil }
        if let quote = LenientQuote(at: &cursor) {
            guard let text = quote.content(&cursor) else { return cut() }
            return text
        }
        let word = cursor.run { $0.isWord || $0 == UInt8(ascii: "$") || $0 == UInt8(ascii: "-") }
        return word.isEmpty ? nil : cursor.text(word)
    }

    private mutating func array() -> JSON? {
        guard enter() else { return nil }
        openArrays += 1
        defer { openArrays -= 1 }
        var elements: [JSON] = []
        while !isHalted {
            skip()
            switch cursor.byte {
            case UInt8(ascii: "]"): return leave(.array(elements), behind: 1)
            case UInt8(ascii: "}") where openObjects > 0: return leave(.array(elements), behind: 0)
            case UInt8(ascii: "}"): cursor.position += 1
            case UInt8(ascii: ","): separate()
            case nil: isHalted = true
            default: if let element = next() { elements.append(element) } else { isHalted = true }
            }
        }
        return .array(elements)
    }

    private mutating func enter() -> Bool {
        guard openObjects + openArrays < JSON.depthLevelsMax else {
            (isTooDeep, isHalted) = (true, true)
            return false
        }
        cursor.position += 1
        last = .part
        return true
    }

    private mutating func leave(_ container: JSON, behind count: Int) -> JSON {
        cursor.position += count
        last = .container
        return container
    }

    private mutating func separate() {
        cursor.position += 1
        last = .part
    }

    /// A number as it stands, or the nearest that JSON can write; other words that begin with a digit (a date, a mode
    /// like `0755`) are strings.
    private mutating func number() -> JSON? {
        let start = cursor.position
        let word = cursor.run { $0.isWord || [0x2B, 0x2D, 0x2E].contains($0) }
        // More digits may have been to come, unless the number is all there is.
        if cursor.isAtEnd, openObjects + openArrays > 0 { return cut() }
        last = .scalar
        let text = cursor.text(word)
        if let number = JSON(number: text) { return number }
        if cursor.bytes[start].isDigit { return .string(text) }
        cursor.position = start
        return nil
    }

    private mutating func word() -> JSON? {
        let start = cursor.position
        let word = cursor.run(while: \.isWord)
        last = .scalar
        switch cursor.text(word) {
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        case "null", "None", "undefined", "nil", "NaN": return .null
        default:
            cursor.position = start
            last = .part
            return nil
        }
    }

    /// Goes behind white space and comments.
    private mutating func skip() {
        while true {
            cursor.skipSpace()
            if cursor.holds("//") || cursor.holds("#") {
                _ = cursor.run { !$0.isLineEnd }
            } else if cursor.take("/*") {
                while !cursor.isAtEnd, !cursor.take("*/") { cursor.position += 1 }
            } else {
                return
            }
        }
    }

    /// Goes behind a fence and its label.
    private mutating func skipFence() {
        cursor.skipSpace()
        guard cursor.take("```") else { return }
        _ = cursor.run(while: \.isWord)
    }
}

extension JSON {
    /// The number that a word stands for, if it is one in JSON or close to one (`+1`, `.5`, `5.`).
    init?(number text: String) {
        if let json = try? JSON(parsing: text), case .number = json {
            self = json
            return
        }
        var rest = text[...]
        let isNegative = rest.first == "-"
        if isNegative || rest.first == "+" { rest = rest.dropFirst() }
        if rest.first == "." { rest = "0" + rest }
        if rest.last == "." { rest = rest.dropLast() }
        guard let json = try? JSON(parsing: (isNegative ? "-" : "") + rest), case .number = json else { return nil }
        self = json
    }
}
