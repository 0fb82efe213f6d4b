import JSONText
import OpenAI

/// A JSONC text that has been read, and how edits of it are written: with its own indentation and ends of lines.
struct JSONCFile {
    private let bytes: [UInt8]
    /// nil for a text of white space and comments.
    let root: JSONCValue?
    private let style: JSONCStyle

    init(_ bytes: [UInt8]) throws(OpenCodeFileProblem) {
        self.bytes = bytes
        root = try JSONCReader.root(of: bytes)
        style = JSONCStyle(of: bytes, root: root)
    }

    /// The length of the byte order mark that a text begins with.
    static func markLength(of bytes: [UInt8]) -> Int { bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0 }

    /// The value at the end of a text that has none.
    func appending(_ json: JSON) -> JSONCEdits {
        var edits = JSONCEdits()
        let isLineBegun = bytes[Self.markLength(of: bytes)...].last.map { !JSONCStyle.isLineBreak($0) } ?? false
        let text = (isLineBegun ? style.lineBreak : "") + style.text(json, indent: "") + style.lineBreak
        edits.add(bytes.count..<bytes.count, Array(text.utf8))
        return edits
    }

    /// Another value for a member.
    func replacing(_ member: JSONCMember, with json: JSON) -> JSONCEdits {
        var edits = JSONCEdits()
        let text = style.text(json, indent: JSONCStyle.indent(ofLineAt: member.start, in: bytes))
        edits.add(member.value.span, Array(text.utf8))
        return edits
    }

    /// More members at the end of an object, behind its comments; one on a line in a file that has lines.
    func inserting(_ added: [JSONObject.Member], into object: JSONCValue) -> JSONCEdits {
        guard case .object(let members) = object.content, !added.isEmpty else { return JSONCEdits() }
        var edits = JSONCEdits()
        if let last = members.last, !object.hasTrailingComma {
            // Right behind the value: a comment that follows it may reach to the end of the line.
            let end = last.value.span.upperBound
            edits.add(end..<end, [UInt8(ascii: ",")])
        }
        let brace = object.span.upperBound - 1
        let space = bytes[object.contentEnd..<brace]
        guard !style.isOneLine else {
            let gap = style.isSpaced && !members.isEmpty ? " " : ""
            let text = added.map { gap + style.text($0, indent: "") }.joined(separator: ",")
            edits.add(object.contentEnd..<object.contentEnd, Array((text + (object.hasTrailingComma ? "," : "")).utf8))
            return edits
        }
        let outer = JSONCStyle.indent(ofLineAt: object.span.lowerBound, in: bytes)
        let inner = style.indent(of: members, in: bytes) ?? outer + style.unit
        var text = added.map { style.lineBreak + inner + style.text($0, indent: inner) }.joined(separator: ",")
        if object.hasTrailingComma { text += "," }
        if space.contains(where: JSONCStyle.isLineBreak) {
            edits.add(object.contentEnd..<object.contentEnd, Array(text.utf8))
        } else {
            // The brace stood on the line of the last member, and gets one of its own.
            edits.add(object.contentEnd..<brace, Array((text + style.lineBreak + outer).utf8))
        }
        return edits
    }
}
