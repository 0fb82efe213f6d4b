// Reads RFC 8259 JSON from bytes that anybody may have sent: everything is checked, nothing is guessed, and an error
// says where it is. Strings that Horde cannot take (NUL, half a surrogate pair) are refused here, once for all callers.

extension JSON {
    /// How deep arrays and objects may nest, in levels: real tool schemas stay under 20, and the stack is finite.
    package static let depthLevelsMax = 128

    /// Reads one document; a UTF-8 byte order mark before it is skipped.
    package init(parsing bytes: [UInt8]) throws(SyntaxError) {
        self = try bytes.withUnsafeBufferPointer { (buffer) throws(SyntaxError) in
            try JSON(parsing: UnsafeRawBufferPointer(buffer))
        }
    }

    /// Reads one document out of a text.
    package init(parsing text: String) throws(SyntaxError) {
        try self.init(parsing: Array(text.utf8))
    }

    /// Reads one document out of memory that stays valid during the call.
    package init(parsing bytes: UnsafeRawBufferPointer) throws(SyntaxError) {
        var reader = JSONReader(bytes)
        self = try reader.document()
    }
}

/// One reading of one document, from left to right.
private struct JSONReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    /// Holds a string while its escapes are taken out.
    private var scratch: UnsafeMutableRawBufferPointer?

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    mutating func document() throws(JSON.SyntaxError) -> JSON {
        defer { scratch?.deallocate() }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        let value = try value(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw error(.malformed) }
        return value
    }

    private mutating func value(depth: Int) throws(JSON.SyntaxError) -> JSON {
        skipSpace()
        switch peek() {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func object(depth: Int) throws(JSON.SyntaxError) -> JSON {
        guard depth <= JSON.depthLevelsMax else { throw error(.tooDeep) }
        position += 1
        var members: [JSONObject.Member] = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object(JSONObject()) }
        members.reserveCapacity(4)
        repeat {
            skipSpace()
            guard peek() == UInt8(ascii: "\"") else { throw error(.malformed) }
            let key = try string()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw error(.malformed) }
            do {
                members.append(JSONObject.Member(key: key, value: try value(depth: depth)))
            } catch {
                throw error.inside(key: key)
            }
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw error(.malformed) }
        return .object(JSONObject(members))
    }

    private mutating func array(depth: Int) throws(JSON.SyntaxError) -> JSON {
        guard depth <= JSON.depthLevelsMax else { throw error(.tooDeep) }
        position += 1
        var elements: [JSON] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array([]) }
        elements.reserveCapacity(4)
        repeat {
            do {
                elements.append(try value(depth: depth))
            } catch {
                throw error.inside(index: elements.count)
            }
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw error(.malformed) }
        return .array(elements)
    }

    private mutating func word(_ word: StaticString, _ value: JSON) throws(JSON.SyntaxError) -> JSON {
        let expected = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard bytes[position...].starts(with: expected) else { throw error(.malformed) }
        position += expected.count
        return value
    }

    private mutating func number() throws(JSON.SyntaxError) -> JSONNumber {
        let start = position
        _ = take(UInt8(ascii: "-"))
        // A leading zero stands alone: 012 is not a number.
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        return JSONNumber(validated: String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func digits() throws(JSON.SyntaxError) {
        let start = position
        while let byte = peek(), byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            position += 1
        }
        guard position > start else { throw error(.malformed) }
    }

    /// Reads a string from its opening quote: in one piece if nothing in it is escaped, which is the usual case.
    private mutating func string() throws(JSON.SyntaxError) -> String {
        let opening = position
        position += 1
        let end = PlainRun.end(in: bytes, from: position)
        if end < bytes.count, bytes[end] == UInt8(ascii: "\"") {
            defer { position = end + 1 }
            return try Self.text(UnsafeRawBufferPointer(rebasing: bytes[position..<end]), openedAt: opening)
        }
        return try escapedString(openedAt: opening)
    }

    private mutating func escapedString(openedAt opening: Int) throws(JSON.SyntaxError) -> String {
        // No string is longer than what it is written as, and eight bytes are written at a time.
        let unescaped = scratch ?? .allocate(byteCount: bytes.count + 8, alignment: 8)
        scratch = unescaped
        var length = 0
        while true {
            let run = PlainRun.copy(from: bytes, at: position, to: unescaped, at: length)
            position += run
            length += run
            switch peek() {
            case UInt8(ascii: "\\"): try escape(into: unescaped, &length)
            case UInt8(ascii: "\""):
                position += 1
                return try Self.text(UnsafeRawBufferPointer(rebasing: unescaped[..<length]), openedAt: opening)
            case 0: throw error(.nul)
            default: throw error(.malformed)
            }
        }
    }

    private static func text(_ run: UnsafeRawBufferPointer, openedAt opening: Int) throws(JSON.SyntaxError) -> String {
        // What validates any encoding takes longer to begin than most strings take to read.
        if PlainRun.isASCII(run) { return String(decoding: run, as: UTF8.self) }
        guard let text = String(validating: run, as: UTF8.self) else {
            throw JSON.SyntaxError(kind: .notUTF8, offset: opening)
        }
        return text
    }

    private mutating func escape(
        into unescaped: UnsafeMutableRawBufferPointer,
        _ length: inout Int
    ) throws(JSON.SyntaxError) {
        let start = position
        position += 1
        guard let letter = peek() else { throw error(.malformed) }
        position += 1
        let byte: UInt8
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): byte = letter
        case UInt8(ascii: "n"): byte = 0x0A
        case UInt8(ascii: "t"): byte = 0x09
        case UInt8(ascii: "r"): byte = 0x0D
        case UInt8(ascii: "b"): byte = 0x08
        case UInt8(ascii: "f"): byte = 0x0C
        case UInt8(ascii: "u"):
            for byte in String(try scalar(escapedAt: start)).utf8 {
                unescaped[length] = byte
                length += 1
            }
            return
        default: throw JSON.SyntaxError(kind: .malformed, offset: start)
        }
        unescaped[length] = byte
        length += 1
    }

    /// Reads what follows `\u`, and the second half where the first is the first half of a surrogate pair.
    private mutating func scalar(escapedAt start: Int) throws(JSON.SyntaxError) -> Unicode.Scalar {
        let first = try codeUnit()
        if first == 0 { throw JSON.SyntaxError(kind: .nul, offset: start) }
        if let scalar = Unicode.Scalar(first) { return scalar }
        // What is not a scalar is a surrogate; U+D800 to U+DBFF come first and need U+DC00 to U+DFFF after them.
        guard first < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            throw JSON.SyntaxError(kind: .loneSurrogate, offset: start)
        }
        let second = try codeUnit()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(first & 0x3FF) << 10 | UInt32(second & 0x3FF)))
        else { throw JSON.SyntaxError(kind: .loneSurrogate, offset: start) }
        return scalar
    }

    private mutating func codeUnit() throws(JSON.SyntaxError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = peek() else { throw error(.malformed) }
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 | UInt16(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): unit = unit << 4 | UInt16(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): unit = unit << 4 | UInt16(byte - UInt8(ascii: "A") + 10)
            default: throw error(.malformed)
            }
            position += 1
        }
        return unit
    }

    private func peek() -> UInt8? {
        position < bytes.count ? bytes[position] : nil
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position += 1
        }
    }

    private func error(_ kind: JSON.SyntaxError.Kind) -> JSON.SyntaxError {
        JSON.SyntaxError(kind: kind, offset: position)
    }
}
