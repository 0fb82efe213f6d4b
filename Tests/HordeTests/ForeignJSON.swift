import FoundationEssentials

/// JSON as Foundation reads it: what ours has written, or read, is compared with what nobody here wrote.
indirect enum ForeignJSON: Decodable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([ForeignJSON])
    case object([String: ForeignJSON])

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let string = try? value.decode(String.self) {
            self = .string(string)
        } else if let array = try? value.decode([ForeignJSON].self) {
            self = .array(array)
        } else {
            self = .object(try value.decode([String: ForeignJSON].self))
        }
    }

    init(reading bytes: [UInt8]) throws {
        self = try JSONDecoder().decode(Self.self, from: Data(bytes))
    }

    init(_ text: String) throws {
        try self.init(reading: Array(text.utf8))
    }
}
