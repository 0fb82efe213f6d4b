import JSONText
import OpenAI

/// How a text is laid out, as far as its first lines tell.
struct JSONCStyle {
    /// What ends a line.
    let lineBreak: String
    /// What a level is indented by; two spaces where the text does not tell.
    let unit: String
    /// Whether everything stands on one line, with something in it that shows how.
    let isOneLine: Bool
    /// Of a text on one line: whether there is a space behind its colons.
    let isSpaced: Bool

    init(of bytes: [UInt8], root: JSONCValue?) {
        lineBreak = Self.lineBreak(of: bytes)
        let members: [JSONCMember] = if case .object(let members) = root?.content { members } else { [] }
        unit = Self.unit(members, root, in: bytes)
        isOneLine = !members.isEmpty && !bytes[root?.span ?? 0..<0].contains { Self.isLineBreak($0) }
        let value = members.first?.value.span.lowerBound ?? 0
        isSpaced = value > 0 && Self.isSpace(bytes[value - 1])
    }

    /// A value as it is written here, on a line with this indentation.
    func text(_ json: JSON, indent: String) -> String {
        if isOneLine { return json.text(isSpaced ? .spaced : .compact) }
        // No string has a line break in it, so that each line of the text begins with the spaces of its level.
        let lines = json.text(.indented).split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let text = line.drop { $0 == " " }
            return String(repeating: unit, count: (line.count - text.count) / 2) + text
        }
        return lines.joined(separator: lineBreak + indent)
    }

    /// A member as it is written here.
    func text(_ member: JSONObject.Member, indent: String) -> String {
        let colon = isOneLine && !isSpaced ? ":" : ": "
        return JSON.string(member.key).compact + colon + text(member.value, indent: indent)
    }

    /// The indentation of the first of these members that begins a line; nil when none does.
    func indent(of members: [JSONCMember], in bytes: [UInt8]) -> String? { Self.indent(of: members, in: bytes) }

    /// The white space at the beginning of the line that a place is on.
    static func indent(ofLineAt position: Int, in bytes: [UInt8]) -> String {
        let start = lineStart(of: position, in: bytes)
        return String(decoding: bytes[start..<position].prefix { isSpace($0) }, as: UTF8.self)
    }

    private static func indent(of members: [JSONCMember], in bytes: [UInt8]) -> String? {
        members.lazy
            .map { (start: lineStart(of: $0.start, in: bytes), key: $0.start) }
            .first { line in bytes[line.start..<line.key].allSatisfy { isSpace($0) } }
            .map { line in String(decoding: bytes[line.start..<line.key], as: UTF8.self) }
    }

    private static func unit(_ members: [JSONCMember], _ root: JSONCValue?, in bytes: [UInt8]) -> String {
        guard let root, let inner = indent(of: members, in: bytes) else { return "  " }
        let outer = indent(ofLineAt: root.span.lowerBound, in: bytes)
        let unit = inner.hasPrefix(outer) ? String(inner.dropFirst(outer.count)) : ""
        return unit.isEmpty ? "  " : unit
    }

    /// The first one decides; line feeds where there is none.
    private static func lineBreak(of bytes: [UInt8]) -> String {
        guard let first = bytes.firstIndex(where: isLineBreak) else { return "\n" }
        if bytes[first] == UInt8(ascii: "\n") { return "\n" }
        return first + 1 < bytes.count && bytes[first + 1] == UInt8(ascii: "\n") ? "\r\n" : "\r"
    }

    private static func lineStart(of position: Int, in bytes: [UInt8]) -> Int {
        bytes[..<position].lastIndex(where: isLineBreak).map { $0 + 1 } ?? JSONCFile.markLength(of: bytes)
    }

    static func isLineBreak(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
