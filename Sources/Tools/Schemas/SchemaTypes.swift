import JSONText
import OpenAI

/// A set of JSON Schema's types.
struct SchemaTypes: OptionSet, Sendable {
    let rawValue: UInt8

    static let null = SchemaTypes(rawValue: 1)
    static let boolean = SchemaTypes(rawValue: 2)
    static let integer = SchemaTypes(rawValue: 4)
    static let number = SchemaTypes(rawValue: 8)
    static let string = SchemaTypes(rawValue: 16)
    static let array = SchemaTypes(rawValue: 32)
    static let object = SchemaTypes(rawValue: 64)

    private static let names: [(name: String, words: String, type: SchemaTypes)] = [
        ("object", "an object", .object), ("array", "an array", .array), ("string", "a string", .string),
        ("number", "a number", .number), ("integer", "an integer", .integer), ("boolean", "a boolean", .boolean),
        ("null", "null", .null),
    ]

    init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Reads the value of `type`; nil where it names nothing known, which then limits nothing.
    init?(_ json: JSON) {
        self = []
        for name in json.array ?? [json] {
            guard let entry = Self.names.first(where: { $0.name == name.string }) else { return nil }
            formUnion(entry.type)
        }
        if isEmpty { return nil }
    }

    /// Whether a value has one of the types; `80.0` is an integer.
    func accept(_ value: JSON) -> Bool {
        switch value {
        case .null: contains(.null)
        case .bool: contains(.boolean)
        case .number(let number): contains(.number) || contains(.integer) && number.isInteger
        case .string: contains(.string)
        case .array: contains(.array)
        case .object: contains(.object)
        }
    }

    /// The types in words: "a string, a number or null".
    var words: String {
        let words = Self.names.filter { contains($0.type) }.map(\.words)
        guard let last = words.last, words.count > 1 else { return words.first ?? "nothing" }
        return words.dropLast().joined(separator: ", ") + " or " + last
    }
}
