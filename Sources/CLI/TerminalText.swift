/// Texts of strangers on a terminal, which takes some characters for commands.
enum TerminalText {
    /// The text without them: C0 but for line feed and tab, DEL and C1 (ECMA-48), and the marks of direction that could show one
    /// thing as another.
    static func safe(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: text.unicodeScalars.filter { !isCommand($0) })
        return String(scalars)
    }

    private static func isCommand(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A: false
        case ..<0x20, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
