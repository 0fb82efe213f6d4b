import JSONText

/// Values as Python writes them, because the messages of Horde's JSON schema quote what was sent that way (API.md 1.3).
enum PythonText {
    /// `repr(value)`: `None`, `True`, `'text'`, `['a']`, `{'k': 1}`.
    static func repr(_ value: JSON) -> String {
        switch value {
        case .null: "None"
        case .bool(let flag): flag ? "True" : "False"
        case .number(let number): repr(number)
        case .string(let text): repr(text)
        case .array(let elements): "[" + elements.map(repr).joined(separator: ", ") + "]"
        case .object(let object):
            "{" + object.members.map { repr($0.key) + ": " + repr($0.value) }.joined(separator: ", ") + "}"
        }
    }

    /// An integer keeps its digits; anything with a point or an exponent is a float, and Swift and Python agree on the
    /// shortest text of those.
    private static func repr(_ number: JSONNumber) -> String {
        number.text.utf8.contains { ".eE".utf8.contains($0) } ? number.double.description : number.text
    }

    /// Single quotes, unless the text has those and no double ones.
    private static func repr(_ text: String) -> String {
        let quote: Unicode.Scalar =
            text.unicodeScalars.contains("'") && !text.unicodeScalars.contains("\"") ? "\"" : "'"
        var output = String.UnicodeScalarView([quote])
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": output += "\\\\".unicodeScalars
            case "\n": output += "\\n".unicodeScalars
            case "\r": output += "\\r".unicodeScalars
            case "\t": output += "\\t".unicodeScalars
            case quote: output += ["\\", scalar]
            case "\u{0}"..<" ", "\u{7F}"..."\u{A0}":
                let digits = String(scalar.value, radix: 16)
                output += ("\\x" + (digits.utf8.count < 2 ? "0" : "") + digits).unicodeScalars
            default: output.append(scalar)
            }
        }
        output.append(quote)
        return String(output)
    }
}
