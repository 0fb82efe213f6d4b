/// The last lines of an answer.
struct Tail {
    /// The marks that end a sentence, in the scripts that models write.
    private static let stops = Set(".!?…。！？．｡؟۔।॥։።".unicodeScalars)
    /// The marks that may stand behind the end of a sentence.
    private static let closers = Set("\"'”“’‘»«›‹)]*_`~）」』】》〉".unicodeScalars)
    /// The marks that something has to follow.
    private static let openers = Set(",:(-–—=+/\\&#<[{“„‘«‹（「『【《〈，、：；%$@^".unicodeScalars)

    /// The last line, without the white space around it, and the line with words before it.
    private let line: String.UnicodeScalarView
    private let lineBefore: String.UnicodeScalarView

    /// - Parameter bytes: the answer without the white space behind it.
    init(_ bytes: ArraySlice<UInt8>) {
        let start = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.startIndex
        line = Self.text(bytes[start...])
        let before = bytes[..<start].lastIndex { !$0.isWhite }.map { $0 + 1 } ?? bytes.startIndex
        let startBefore = bytes[..<before].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.startIndex
        lineBefore = Self.text(bytes[startBefore..<before])
    }

    /// How the last line ends, as far as it tells by itself.
    var end: TextEnd {
        guard let last = line.last else { return .gap }
        if last == "|" { return isWholeRow ? .row : .open }
        if isFence || isClosingLine { return .whole }
        guard !isListMarker, !isHeading else { return .open }
        if isSentence { return .whole }
        if Self.openers.contains(last) { return .open }
        if Self.closers.contains(last) || last == ";" || last == "}" || last == ">" { return .phrase }
        guard last.properties.isAlphabetic || last.properties.numericType != nil else {
            // Emoji and other signs that close a chat.
            return last.value > 0x2000 ? .whole : .running
        }
        return isBare(line) && isBare(lineBefore) ? .item : .running
    }

    /// Whether the line has as many bars as the row before it; a row that stands alone needs two.
    private var isWholeRow: Bool {
        let bars = line.count { $0 == "|" }
        let barsBefore = lineBefore.last == "|" ? lineBefore.count { $0 == "|" } : 2
        return bars >= barsBefore
    }

    /// Whether the line ends with a full stop, or with one inside closing marks.
    private var isSentence: Bool {
        guard let last = line.last(where: { !Self.closers.contains($0) }) else { return false }
        return Self.stops.contains(last)
    }

    /// Whether the line is nothing but the number, or the bullet, of a list's item.
    private var isListMarker: Bool {
        guard let last = line.last, last == "." || last == ")" || last == "*" || last == "-" else { return false }
        return line.dropLast().allSatisfy { "0"..."9" ~= $0 || $0 == "*" || $0 == "#" }
    }

    /// Whether the line is a heading, or a comment of code: something has to follow either.
    private var isHeading: Bool { line.first == "#" }

    private var isFence: Bool { line.starts(with: "```".unicodeScalars) || line.starts(with: "~~~".unicodeScalars) }

    /// Whether the line has nothing but closing brackets, is all of a JSON value, or closes an element of HTML.
    private var isClosingLine: Bool {
        line.allSatisfy { "}])>;,".unicodeScalars.contains($0) } && line.last != ","
            || line.first == "{" && line.last == "}" || line.first == "[" && line.last == "]"
            || line.starts(with: "</".unicodeScalars) && line.last == ">"
    }

    /// Whether a line is short, ends with a letter or a digit, and is no heading.
    private func isBare(_ line: String.UnicodeScalarView) -> Bool {
        guard let last = line.last, line.first != "#", line.count <= Limits.bareLineMax else { return false }
        return last.properties.isAlphabetic || last.properties.numericType != nil || last == ")"
    }

    /// The end of a line, long enough to tell how it ends.
    private static func text(_ bytes: ArraySlice<UInt8>) -> String.UnicodeScalarView {
        let words = bytes.drop { $0.isWhite }
        return String(decoding: words.suffix(Limits.lineBytesMax), as: UTF8.self).unicodeScalars
    }
}
