extension Unicode.Scalar {
    /// Whether a terminal takes it for a command: C0, DEL and C1 (ECMA-48), and the marks of direction, that could show one
    /// thing as another.
    package var isTerminalCommand: Bool {
        switch value {
        case ..<0x20, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
