// A JSON document as a value that keeps what Foundation's containers lose: the order of keys and the text of
// numbers. Prompts are made from tool schemas, and a schema whose keys moved is another prompt.

/// A JSON value, with the keys of objects in the order in which they were written.
///
/// Two objects with the same members in another order are different values here, and so are `1` and `1.0`.
package enum JSON: Equatable, Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSON])
    case object(JSONObject)

    /// The integer, or `null` for nil.
    package init(_ value: Int?) {
        self = value.map { .number(JSONNumber($0)) } ?? .null
    }

    /// The number, or `null` for nil and for what JSON cannot write (infinities and NaN).
    package init(_ value: Double?) {
        if let value, value.isFinite { self = .number(JSONNumber(value)) } else { self = .null }
    }

    /// The string, or `null` for nil.
    package init(_ value: String?) {
        self = value.map(JSON.string) ?? .null
    }
}

extension JSON {
    /// Whether this is `null`.
    package var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// The truth value, if this is one.
    package var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The integer, if this is a number without a fraction that fits ("80.0" is 80).
    package var int: Int? {
        if case .number(let value) = self { value.int } else { nil }
    }

    /// The number, if this is one.
    package var double: Double? {
        if case .number(let value) = self { value.double } else { nil }
    }

    /// The string, if this is one.
    package var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The elements, if this is an array.
    package var array: [JSON]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The members, if this is an object.
    package var object: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }

    /// The value of a key, if this is an object that has it.
    package subscript(key: String) -> JSON? {
        object?[key]
    }

    /// The element at an index, if this is an array that has it.
    package subscript(index: Int) -> JSON? {
        guard let array, array.indices.contains(index) else { return nil }
        return array[index]
    }

    /// What kind of value this is, with its article, as error messages say it.
    package var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension JSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// Writes `null` as `nil`.
    package init(nilLiteral: ()) {
        self = .null
    }

    /// Writes a truth value as itself.
    package init(booleanLiteral value: Bool) {
        self = .bool(value)
    }

    /// Writes an integer as itself.
    package init(integerLiteral value: Int) {
        self.init(value)
    }

    /// Writes a decimal number as itself.
    package init(floatLiteral value: Double) {
        self.init(value)
    }

    /// Writes a string as itself.
    package init(stringLiteral value: String) {
        self = .string(value)
    }

    /// Writes an array as itself.
    package init(arrayLiteral elements: JSON...) {
        self = .array(elements)
    }

    /// Writes an object as a dictionary whose order is kept.
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(JSONObject(elements.map { JSONObject.Member(key: $0.0, value: $0.1) }))
    }
}
