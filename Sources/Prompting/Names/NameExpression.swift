/// A regular expression on a normalised model name, in the dialect of Swift's `Regex`.
///
/// Sendable because a `Regex` made from text holds none of the closures for which the type is not, is never changed,
/// and stores the program that it compiles at its first use atomically.
struct NameExpression: @unchecked Sendable {
    private let regex: Regex<AnyRegexOutput>

    /// - Throws: the parser's own error, whose description tells what is wrong.
    init(_ text: String, ignoresCase: Bool = false) throws {
        // By Unicode scalars, as a letter with a mark would else hide the letter that a rule looks for.
        regex = try Regex(text).matchingSemantics(.unicodeScalar).ignoresCase(ignoresCase)
    }

    /// Whether it matches anywhere in the name.
    func matches(_ name: String) -> Bool {
        // An error can only come from a transforming closure, and there is none.
        (try? regex.firstMatch(in: name)) != nil
    }

    /// The name without the parts that match.
    func removed(from name: String) -> String {
        name.replacing(regex, with: "")
    }
}
