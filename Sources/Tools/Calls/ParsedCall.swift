/// A call of a tool as read from a model's text.
package struct ParsedCall: Equatable, Sendable {
    /// The tool's name as the request wrote it.
    package let name: String
    /// The arguments: a JSON object, written compactly, its members in the model's order.
    package let arguments: String

    /// A call from its parts.
    package init(name: String, arguments: String) {
        self.name = name
        self.arguments = arguments
    }
}
