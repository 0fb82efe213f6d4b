/// A page of HTML as it is put together: marks are written by us, texts by strangers.
struct HTMLText {
    private(set) var text = ""

    /// Appends markup of our own.
    mutating func mark(_ markup: StaticString) { text += "\(markup)" }

    /// Appends a text so that nothing in it is markup, inside an element or in an attribute with quotes.
    mutating func write(_ string: String) {
        for scalar in string.unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "'": text += "&#39;"
            // Marks of direction could show a name as another one (Unicode Technical Report 36).
            case "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}", "\u{0}"..."\u{8}": text += "\u{FFFD}"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }

    /// Appends an element with a text in it.
    mutating func element(_ open: StaticString, _ string: String, _ close: StaticString) {
        mark(open)
        write(string)
        mark(close)
    }
}
