/// The fences, brackets and quotations of an answer that are not closed.
///
/// Fences are those of Markdown: a line that begins with three or more backticks or tildes opens one, and such a line
/// of nothing else closes it. Brackets and quotations count outside of fences only; a blank line with words at the
/// beginning of the next line forgets them, so that a lone bracket in prose does not keep the answer open for ever.
struct OpenMarks {
    private var fence: (mark: UInt8, length: Int)?
    private var curly = 0
    private var square = 0
    private var round = 0
    private var quotes = 0
    private var backticks = 0
    private var isAfterBlank = true

    /// - Parameter bytes: the whole answer so far.
    init(of bytes: [UInt8]) {
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            take(bytes[start..<end])
            start = end + 1
        }
    }

    /// Whether something is open at the end.
    var isOpen: Bool {
        fence != nil || curly + square + round > 0 || quotes % 2 == 1 || backticks % 2 == 1
    }

    private mutating func take(_ line: ArraySlice<UInt8>) {
        let words = line.drop { $0.isWhite }
        guard let first = words.first else {
            isAfterBlank = true
            return
        }
        if isFence(words) { return }
        guard fence == nil else { return }
        let isIndented = words.startIndex > line.startIndex
        if isAfterBlank, !isIndented, first.isLetter || first == UInt8(ascii: "#") {
            (curly, square, round) = (0, 0, 0)
        }
        if isAfterBlank { (quotes, backticks) = (0, 0) }
        isAfterBlank = false
        for byte in words { count(byte) }
    }

    private mutating func isFence(_ words: ArraySlice<UInt8>) -> Bool {
        guard let mark = words.first, mark == UInt8(ascii: "`") || mark == UInt8(ascii: "~") else { return false }
        let rest = words.drop { $0 == mark }
        let length = rest.startIndex - words.startIndex
        guard length >= 3 else { return false }
        if let open = fence {
            if mark == open.mark, length >= open.length, rest.allSatisfy(\.isWhite) { fence = nil }
        } else {
            // ```this``` is code within a line.
            guard mark != UInt8(ascii: "`") || !rest.contains(mark) else { return false }
            fence = (mark, length)
        }
        return true
    }

    private mutating func count(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "{"): curly += 1
        case UInt8(ascii: "}"): curly = max(curly - 1, 0)
        case UInt8(ascii: "["): square += 1
        case UInt8(ascii: "]"): square = max(square - 1, 0)
        case UInt8(ascii: "("): round += 1
        case UInt8(ascii: ")"): round = max(round - 1, 0)
        case UInt8(ascii: "\""): quotes += 1
        case UInt8(ascii: "`"): backticks += 1
        default: break
        }
    }
}
