extension UInt8 {
    /// A space or a tab: what may stand before a heading on its line.
    var isBlank: Bool {
        self == UInt8(ascii: " ") || self == UInt8(ascii: "\t")
    }

    /// ASCII white space, line ends included (`\t`, `\n`, VT, FF, `\r`, space).
    var isSpace: Bool {
        self == UInt8(ascii: " ") || (9...13).contains(self)
    }
}

extension String {
    /// Without the ASCII white space around it.
    ///
    /// Bytes rather than characters: `\r\n` is one character to Swift, and other spaces are text.
    func trimmed(leading: Bool = true, trailing: Bool = true) -> String {
        var rest = utf8[...]
        if leading {
            rest = rest.drop { $0.isSpace }
        }
        while trailing, let last = rest.last, last.isSpace {
            rest.removeLast()
        }
        return rest.count == utf8.count ? self : String(Substring(rest))
    }
}
