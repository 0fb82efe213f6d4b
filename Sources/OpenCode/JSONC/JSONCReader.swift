import JSONText
import OpenAI

/// Reads JSON with comments and trailing commas, as opencode does, and remembers where everything stands.
///
/// Nothing else is forgiven: what is not understood here must not be edited. Strings and numbers are read by `OpenAI.JSON`.
struct JSONCReader {
    private let bytes: [UInt8]
    private var position = 0
    /// Behind the last token or comment that was read.
    private var contentEnd = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The value of a text; nil when there is none, but only white space and comments.
    static func root(of bytes: [UInt8]) throws(OpenCodeFileProblem) -> JSONCValue? {
        var reader = JSONCReader(bytes)
        reader.position = JSONCFile.markLength(of: bytes)
        try reader.skipSpace()
        if reader.position == bytes.count { return nil }
        let root = try reader.value(depth: 0)
        try reader.skipSpace()
        guard reader.position == bytes.count else { throw reader.problem() }
        return root
    }

    private mutating func value(depth: Int) throws(OpenCodeFileProblem) -> JSONCValue {
        switch peek() {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            guard depth < JSON.depthLevelsMax else { throw problem() }
            return peek() == UInt8(ascii: "{") ? try object(depth: depth + 1) : try array(depth: depth + 1)
        case UInt8(ascii: "\""):
            let start = position
            let text = try string()
            return JSONCValue(.plain(.string(text)), start..<position)
        default: return try word()
        }
    }

    private mutating func object(depth: Int) throws(OpenCodeFileProblem) -> JSONCValue {
        let start = position
        advance()
        var members: [JSONCMember] = []
        var hasComma = false
        try skipSpace()
        while peek() != UInt8(ascii: "}") {
            guard members.isEmpty || hasComma else { throw problem() }
            let keyStart = position
            let key = try string()
            try skipSpace()
            guard take(UInt8(ascii: ":")) else { throw problem() }
            try skipSpace()
            members.append(JSONCMember(key: key, start: keyStart, value: try value(depth: depth)))
            try skipSpace()
            hasComma = take(UInt8(ascii: ","))
            try skipSpace()
        }
        let end = contentEnd
        advance()
        return JSONCValue(
            content: .object(members),
            span: start..<position,
            contentEnd: end,
            hasTrailingComma: hasComma
        )
    }

    private mutating func array(depth: Int) throws(OpenCodeFileProblem) -> JSONCValue {
        let start = position
        advance()
        var elements: [JSONCValue] = []
        var hasComma = false
        try skipSpace()
        while peek() != UInt8(ascii: "]") {
            guard elements.isEmpty || hasComma else { throw problem() }
            elements.append(try value(depth: depth))
            try skipSpace()
            hasComma = take(UInt8(ascii: ","))
            try skipSpace()
        }
        advance()
        return JSONCValue(.array(elements), start..<position)
    }

    private mutating func string() throws(OpenCodeFileProblem) -> String {
        guard peek() == UInt8(ascii: "\"") else { throw problem() }
        let start = position
        position += 1
        while let byte = peek(), byte != UInt8(ascii: "\"") {
            // What is escaped, a quote for one, is stepped over; whether it may be escaped is looked at below.
            position += byte == UInt8(ascii: "\\") ? 2 : 1
        }
        guard position < bytes.count else {
            position = start
            throw problem()
        }
        advance()
        guard let text = (try? JSON(parsing: Array(bytes[start..<position])))?.string else {
            position = start
            throw problem()
        }
        return text
    }

    /// Reads a number or one of the three words: whatever stands together.
    private mutating func word() throws(OpenCodeFileProblem) -> JSONCValue {
        let start = position
        while let byte = peek(), Self.isWordByte(byte) { position += 1 }
        guard let json = try? JSON(parsing: Array(bytes[start..<position])) else {
            position = start
            throw problem()
        }
        contentEnd = position
        return JSONCValue(.plain(json), start..<position)
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): true
        default: false
        }
    }

    private mutating func skipSpace() throws(OpenCodeFileProblem) {
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): position += 1
            case UInt8(ascii: "/"): try comment()
            default: return
            }
        }
    }

    private mutating func comment() throws(OpenCodeFileProblem) {
        switch position + 1 < bytes.count ? bytes[position + 1] : nil {
        case UInt8(ascii: "/"):
            while let byte = peek(), byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") { position += 1 }
        case UInt8(ascii: "*"):
            let start = position
            position += 2
            while !bytes[min(position, bytes.count)...].starts(with: "*/".utf8) {
                guard position < bytes.count else {
                    position = start
                    throw problem()
                }
                position += 1
            }
            position += 2
        default: throw problem()
        }
        contentEnd = position
    }

    private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

    /// Steps over a byte that is part of what the text says.
    private mutating func advance() {
        position += 1
        contentEnd = position
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        advance()
        return true
    }

    /// What is wrong is at the place that was reached; a place at the end is that of the last byte.
    private func problem() -> OpenCodeFileProblem {
        let before = bytes[JSONCFile.markLength(of: bytes)..<min(position, bytes.count)]
        let lines = before.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // Columns are characters, of which only the first byte is none of 10xxxxxx.
        let column = (lines.last ?? []).count { $0 & 0xC0 != 0x80 }
        return .notJSONC(line: lines.count, column: column + 1)
    }
}

extension JSONCValue {
    fileprivate init(_ content: Content, _ span: Range<Int>) {
        self.init(content: content, span: span, contentEnd: span.upperBound, hasTrailingComma: false)
    }
}
