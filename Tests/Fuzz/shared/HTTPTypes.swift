// What the sources take from HTTPTypes: a method and a field's name are tokens there as well
// (`HTTPField.isValidToken`).

package enum HTTPRequest {
    package struct Method: Sendable {
        init?(_ text: String) { if !text.utf8.isToken { return nil } }
    }
}

package enum HTTPField {
    package struct Name: Sendable {
        init?(_ text: String) { if !text.utf8.isToken { return nil } }
    }
}

package struct HTTPFields: ExpressibleByDictionaryLiteral, Sendable {
    package init(dictionaryLiteral elements: (HTTPField.Name, String)...) {}
}
