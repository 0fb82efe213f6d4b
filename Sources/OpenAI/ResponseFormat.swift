package import JSONText

// The parameter `response_format`: whether the answer is text, any JSON object, or JSON that a schema describes.

/// The form that the content of an answer has to have.
package enum ResponseFormat: Equatable, Sendable {
    /// Text, as the model writes it.
    case text
    /// Some JSON object.
    case jsonObject
    /// JSON that is valid against a schema.
    case jsonSchema(NamedSchema)

    /// A schema with what the client says about it.
    package struct NamedSchema: Equatable, Sendable {
        /// What the client calls the answer; never empty when decoded.
        package var name: String
        /// What the answer is for, in words for the model.
        package var description: String?
        /// The JSON Schema as received, an object or a boolean when decoded; nil where the client sent none, which
        /// OpenAI takes as well.
        package var schema: JSON?
        /// Whether the client wants the schema kept to the letter; it is tried either way.
        package var isStrict: Bool

        /// A schema from its parts.
        package init(name: String, description: String? = nil, schema: JSON?, isStrict: Bool = false) {
            self.name = name
            self.description = description
            self.schema = schema
            self.isStrict = isStrict
        }
    }
}

extension ResponseFormat {
    /// The field that holds the schema, as errors name it.
    package static let schemaPath = "response_format.json_schema.schema"

    /// Reads `response_format`; absent it is text.
    init(_ fields: FieldReader) throws(APIError) {
        guard let format = try fields.fields("response_format") else {
            self = .text
            return
        }
        switch try format.requiredString("type") {
        case "text": self = .text
        case "json_object": self = .jsonObject
        case "json_schema": self = .jsonSchema(try NamedSchema(try format.requiredFields("json_schema")))
        default:
            throw .invalidValue(format.path(of: "type"), expected: "'text', 'json_object' or 'json_schema'")
        }
    }
}

extension ResponseFormat.NamedSchema {
    init(_ fields: FieldReader) throws(APIError) {
        name = try fields.requiredName("name")
        description = try fields.string("description")
        schema = fields.value("schema")
        isStrict = try fields.bool("strict") ?? false
        switch schema {
        case nil, .object, .bool: break
        case .some(let other): throw fields.wrongType("schema", "an object or a boolean", other)
        }
    }
}
