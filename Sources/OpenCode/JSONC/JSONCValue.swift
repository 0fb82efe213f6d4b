import JSONText
import OpenAI

/// A value in a text, with the bytes it stands in.
struct JSONCValue: Equatable {
    indirect enum Content: Equatable {
        case object([JSONCMember])
        case array([JSONCValue])
        /// A string, a number or one of the three words.
        case plain(JSON)
    }

    let content: Content
    /// From the first byte to behind the last.
    let span: Range<Int>
    /// Of an object: where what stands in it ends, be it a member, a comma or a comment; what is between this place and
    /// the closing brace is white space.
    let contentEnd: Int
    /// Of an object: whether its last member has a comma behind it.
    let hasTrailingComma: Bool

    /// The value without its place.
    var json: JSON {
        switch content {
        case .object(let members):
            .object(JSONObject(members.map { JSONObject.Member(key: $0.key, value: $0.value.json) }))
        case .array(let elements): .array(elements.map(\.json))
        case .plain(let json): json
        }
    }
}

/// A member of an object, with where its key begins.
struct JSONCMember: Equatable {
    let key: String
    let start: Int
    let value: JSONCValue
}

extension [JSONCMember] {
    /// The member of this key: the last one where it is repeated.
    func last(_ key: String) -> JSONCMember? { last { $0.key == key } }
}
