// What the JSON reader says when it refuses bytes: which kind of error, at which byte, in which value.

extension JSON {
    /// Why bytes are not JSON, or not JSON that can be passed on.
    package struct SyntaxError: Error, Equatable {
        /// The kinds of error, told apart by what a client has to change.
        package enum Kind: Equatable, Sendable {
            /// The bytes do not follow the grammar.
            case malformed
            /// Arrays and objects are nested deeper than `JSON.depthLevelsMax`.
            case tooDeep
            /// A string has half a surrogate pair: not a character, and Horde answers 500 to it.
            case loneSurrogate
            /// A string has U+0000, escaped or raw: Horde answers 400 to it.
            case nul
            /// A string is not UTF-8.
            case notUTF8
        }

        /// What is wrong.
        package let kind: Kind
        /// Where the error is, in bytes from the start; for `notUTF8` where the string begins.
        package let offset: Int
        /// The value that was being read, as "messages[0].content"; empty at the top.
        package private(set) var path = ""
    }
}

extension JSON.SyntaxError {
    /// An error at an offset, in a value that has yet to be named by those who were reading around it.
    init(kind: Kind, offset: Int) {
        self.kind = kind
        self.offset = offset
    }

    /// The same error, seen from the object that has the value under this key.
    func inside(key: String) -> Self {
        with(path: path.isEmpty || path.hasPrefix("[") ? Self.shown(key) + path : Self.shown(key) + "." + path)
    }

    /// The same error, seen from the array that has the value at this index.
    func inside(index: Int) -> Self {
        with(path: path.isEmpty || path.hasPrefix("[") ? "[\(index)]" + path : "[\(index)]." + path)
    }

    private func with(path: String) -> Self {
        var copy = self
        copy.path = path
        return copy
    }

    /// A key as it may be shown: what does not look like the name of a field may be data, and is shown as "?".
    private static func shown(_ key: String) -> String {
        let isName = key.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        return isName && !key.isEmpty && key.utf8.count <= 40 ? key : "?"
    }
}
