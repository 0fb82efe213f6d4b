/// A part of the user's format file, in which a misspelt key would else go unseen.
protocol KnownKeys: Decodable {
    associatedtype CodingKeys: CodingKey & CaseIterable
}

/// A value that is read only if each of its keys is known.
struct Checked<Value: KnownKeys>: Decodable {
    let value: Value

    init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(besides: Value.CodingKeys.self)
        value = try Value(from: decoder)
    }
}

extension Decoder {
    /// Refuses an object that has another key than these.
    /// - Throws: a `DecodingError` that names the key and those that are known.
    func refuseKeys<Keys: CodingKey & CaseIterable>(besides known: Keys.Type) throws {
        for key in try container(keyedBy: AnyKey.self).allKeys where Keys(stringValue: key.stringValue) == nil {
            let known = Keys.allCases.map { "'\($0.stringValue)'" }.joined(separator: ", ")
            let problem = "'\(key.stringValue)' is no key; known are \(known)"
            throw DecodingError.dataCorrupted(.init(codingPath: codingPath, debugDescription: problem))
        }
    }
}

/// Any key at all.
private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
