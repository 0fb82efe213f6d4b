import JSONText

// Reading the fields of one object, so that each rule of a request is one line and each refusal names its field.

/// The fields of an object in a request, with the path under which errors name them.
///
/// `null` counts as absent in every optional field, as clients send it; keys that nobody reads are ignored.
struct FieldReader {
    /// The longest array of a request: no conversation has so many messages, and each costs the one loop time.
    static let elementsMax = 10_000

    let object: JSONObject
    /// Where the object stands, as "messages[0]"; empty for the request itself.
    let path: String

    init(_ json: JSON, at path: String) throws(APIError) {
        guard case .object(let object) = json else {
            throw .invalidType(path, expected: "an object", got: json)
        }
        self.object = object
        self.path = path
    }

    func path(of key: String) -> String {
        path.isEmpty ? key : "\(path).\(key)"
    }

    func value(_ key: String) -> JSON? {
        guard let value = object[key], !value.isNull else { return nil }
        return value
    }

    /// The first key, or the second if only that has a value: of two names for one thing the second is then not even
    /// looked at where both are sent.
    func key(_ first: String, or second: String) -> String {
        value(first) == nil && value(second) != nil ? second : first
    }

    func string(_ key: String) throws(APIError) -> String? {
        guard let value = value(key) else { return nil }
        // The path is made only where it is told: a conversation has hundreds of fields.
        guard case .string(let string) = value else { throw wrongType(key, "a string", value) }
        return string
    }

    func requiredString(_ key: String) throws(APIError) -> String {
        guard let string = try string(key) else { throw .missing(path(of: key)) }
        return string
    }

    /// A string that has to say something, such as a name.
    func requiredName(_ key: String) throws(APIError) -> String {
        guard let value = value(key) else { throw .missing(path(of: key)) }
        guard case .string(let name) = value, !name.isEmpty else { return try Self.name(value, at: path(of: key)) }
        return name
    }

    func bool(_ key: String) throws(APIError) -> Bool? {
        guard let value = value(key) else { return nil }
        guard case .bool(let bool) = value else { throw wrongType(key, "a boolean", value) }
        return bool
    }

    func number(_ key: String, in range: ClosedRange<Int>) throws(APIError) -> Double? {
        guard let value = value(key) else { return nil }
        guard let number = value.double else { throw wrongType(key, "a number", value) }
        guard number >= Double(range.lowerBound), number <= Double(range.upperBound) else {
            let expected = "a number from \(range.lowerBound) to \(range.upperBound)"
            throw .invalidValue(path(of: key), expected: expected)
        }
        return number
    }

    /// An integer; `expected` says the range in words.
    func integer(_ key: String, in range: ClosedRange<Int>, expected: String) throws(APIError) -> Int? {
        guard let value = value(key) else { return nil }
        return try Self.integer(value, at: path(of: key), in: range, expected: expected)
    }

    func fields(_ key: String) throws(APIError) -> FieldReader? {
        guard let value = value(key) else { return nil }
        return try FieldReader(value, at: path(of: key))
    }

    func requiredFields(_ key: String) throws(APIError) -> FieldReader {
        guard let fields = try fields(key) else { throw .missing(path(of: key)) }
        return fields
    }

    /// An array, each element read by `read`, which is given the element and its path.
    func list<Element>(
        _ key: String,
        of read: (JSON, String) throws(APIError) -> Element
    ) throws(APIError) -> [Element]? {
        guard let value = value(key) else { return nil }
        guard case .array(let array) = value else { throw wrongType(key, "an array", value) }
        guard array.count <= Self.elementsMax else {
            throw .invalidValue(path(of: key), expected: "at most \(Self.elementsMax) elements")
        }
        var elements: [Element] = []
        elements.reserveCapacity(array.count)
        let path = path(of: key)
        for (index, element) in array.enumerated() {
            elements.append(try read(element, "\(path)[\(index)]"))
        }
        return elements
    }

    func wrongType(_ key: String, _ expected: String, _ value: JSON) -> APIError {
        .invalidType(path(of: key), expected: expected, got: value)
    }
}

// MARK: Single values, as fields or elements of arrays

extension FieldReader {
    static func string(_ value: JSON, at path: String) throws(APIError) -> String {
        guard case .string(let string) = value else { throw .invalidType(path, expected: "a string", got: value) }
        return string
    }

    static func name(_ value: JSON, at path: String) throws(APIError) -> String {
        let name = try string(value, at: path)
        guard !name.isEmpty else { throw .invalidValue(path, expected: "a string that is not empty") }
        return name
    }

    static func integer(
        _ value: JSON,
        at path: String,
        in range: ClosedRange<Int>,
        expected: String
    ) throws(APIError) -> Int {
        guard case .number(let number) = value else { throw .invalidType(path, expected: "an integer", got: value) }
        guard number.isInteger else {
            let message = "Invalid type for '\(path)': expected an integer, but got a decimal number instead."
            throw APIError(status: 400, message: message, param: path, code: "invalid_type")
        }
        guard let integer = number.int, range.contains(integer) else { throw .invalidValue(path, expected: expected) }
        return integer
    }
}

extension JSON {
    /// Reads the body of a request, with the error that the client is told.
    package init(requestBody: [UInt8]) throws(APIError) {
        do {
            try self.init(parsing: requestBody)
        } catch {
            throw .unreadableBody(error)
        }
    }
}
