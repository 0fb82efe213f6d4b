import EventLoop

/// Texts of strangers on a terminal, which takes some characters for commands.
enum TerminalText {
    /// The text without them, but with its line feeds and tabs.
    static func safe(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: text.unicodeScalars.filter { !$0.isTerminalCommand || $0 == "\t" || $0 == "\n" })
        return String(scalars)
    }
}
