import JSONText
import OpenAI

/// One schema of a document, with its parts as indices into the list of all.
struct SchemaNode: Sendable {
    /// Whether no value is valid: the schema `false`.
    var isNever = false
    /// Whether it says something that is not checked, so that a value found valid may not be.
    var isPartial = false
    var reference: Int?
    var types: SchemaTypes?
    /// `enum` and `const`, each a list that has to contain the value.
    var choices: [SchemaChoices] = []
    var number: NumberRules?
    var string: StringRules?
    var array: ArrayRules?
    var object: ObjectRules?
    var allOf: [Int] = []
    var anyOf: [Int] = []
    var oneOf: [Int] = []
    var not: Int?

    struct NumberRules: Sendable {
        var minimum: Double?
        var maximum: Double?
        /// The exclusive bounds.
        var above: Double?
        var below: Double?
        /// Draft 4 has booleans that make the other bounds exclusive.
        var isMinimumExclusive = false
        var isMaximumExclusive = false
        var divisor: Double?
    }

    /// Lengths are in Unicode scalars, as JSON Schema counts.
    struct StringRules: Sendable {
        var lengthMin = 0
        var lengthMax = Int.max
        var pattern: SchemaPattern?
        var patternText = ""
    }

    struct ArrayRules: Sendable {
        /// The schemas of the elements by place, and that of all further ones.
        var prefix: [Int] = []
        var rest: Int?
        /// `additionalItems`, which is the rest where an older schema writes the places as `items`.
        var olderRest: Int?
        var countMin = 0
        var countMax = Int.max
        var isUnique = false
    }

    struct ObjectRules: Sendable {
        var properties: [String: Int] = [:]
        var patterns: [(pattern: SchemaPattern, schema: Int)] = []
        /// Whether a pattern could not be read: then it is not known which keys are additional.
        var hasUnreadPattern = false
        var additional: Int?
        var required: [String] = []
        var countMin = 0
        var countMax = Int.max
    }
}

/// The values of an `enum` or a `const`.
struct SchemaChoices: Sendable {
    let values: [JSON]
    /// Their canonical texts, for a look-up that does not depend on their number.
    let texts: Set<String>

    init(_ values: [JSON]) {
        self.values = values
        texts = Set(values.map(\.canonicalText))
    }

    /// The first of them, as a message shows them.
    var words: String {
        var words: [String] = []
        var lengthBytes = 0
        for value in values {
            let text = value.compact
            lengthBytes += text.utf8.count
            guard words.isEmpty || lengthBytes <= 200, words.count < 12 else {
                return words.joined(separator: ", ") + ", …"
            }
            words.append(text.shortened)
        }
        return words.joined(separator: ", ")
    }
}

extension String {
    /// The text, or its beginning where it is too long for a message.
    var shortened: String {
        unicodeScalars.count > 100 ? String(unicodeScalars.prefix(100)) + "…" : self
    }
}
