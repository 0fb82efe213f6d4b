/// A text that must not be seen: a key, a token.
///
/// This target is what is done with such texts: they are kept in a type that shows nothing (`Secret`), and told apart
/// in logs and files by what nobody can turn back (`KeyedDigest`).
package struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The text itself, for who has to send it.
    package let revealed: String

    package init(_ text: String) { revealed = text }

    package var description: String { "(secret)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
