/// A name from outside as a label's value: names are short, and one that is not must not fill the page.
package enum ModelLabel {
    /// What the rest is called, of which there are too many.
    package static let rest = "other"
    private static let scalarsMax = 128

    package static func of(_ name: String) -> String {
        name.unicodeScalars.count <= scalarsMax ? name : String(name.unicodeScalars.prefix(scalarsMax)) + "…"
    }
}
