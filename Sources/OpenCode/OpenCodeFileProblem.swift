/// Why a file is not touched, in words for the person who wrote it; the file's name is said by whoever knows it.
package enum OpenCodeFileProblem: Error, Equatable, Sendable, CustomStringConvertible {
    /// The text is not JSON, with comments and trailing commas allowed, at this line and column, both counted from 1.
    case notJSONC(line: Int, column: Int)
    /// The value of this key, or the whole text for nil, is something else than an object.
    case notAnObject(key: String?)

    package var description: String {
        switch self {
        case .notJSONC(let line, let column):
            "The file cannot be read as JSON at line \(line), column \(column), and is left as it is."
        case .notAnObject(let key?): "'\(key)' is not an object, and the file is left as it is."
        case .notAnObject(nil): "The file is not a JSON object, and is left as it is."
        }
    }
}
