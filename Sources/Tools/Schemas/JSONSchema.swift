package import JSONText
package import OpenAI

/// A JSON Schema, ready to check values against it and to bring near misses into its form.
///
/// It knows the part of JSON Schema that schemas for models use: `type`, `enum`, `const`, the bounds of numbers, strings,
/// arrays and objects, `properties` and its relatives, `items` and `prefixItems`, `pattern`, `anyOf`, `oneOf`, `allOf`,
/// `not`, and `$ref` within the document, recursive ones included; the older spellings of draft 4 and OpenAPI's
/// `nullable` too. Every other keyword is ignored, `format` among them. Any JSON object or boolean is a schema here: a
/// keyword whose value makes no sense is ignored as well.
///
/// The way through: `SchemaCompiler` turns the document into `SchemaNode`s, `SchemaChecker` finds problems,
/// `SchemaCoercion` mends values. The work is bounded by `SchemaLimits`; what it would take to check beyond that is not
/// checked.
package struct JSONSchema: Sendable {
    let nodes: [SchemaNode]

    /// A schema from its document.
    ///
    /// - Throws: a 400 that names the field of the schema, where the document is neither an object nor a boolean.
    package init(_ json: JSON) throws(APIError) {
        switch json {
        case .object, .bool: nodes = SchemaCompiler.nodes(of: json)
        case .null, .number, .string, .array:
            throw .invalidType(ResponseFormat.schemaPath, expected: "an object or a boolean", got: json)
        }
    }

    /// What is wrong with a value, as lines such as `items[2].price: expected a number, not a string`.
    ///
    /// There are none for a valid value, and at most `SchemaLimits.problemsMax`. Names of keys stand in them, and values
    /// of the schema, but no value of the checked document.
    package func problems(in value: JSON) -> [String] {
        var checker = SchemaChecker(nodes)
        return checker.problems(SchemaCompiler.root, value)
    }

    /// Whether a value has a type that the schema allows, as far as that is said at its top.
    func accepts(_ value: JSON) -> Bool {
        SchemaChecker(nodes).accepts(SchemaCompiler.root, value)
    }

    /// The value in the form that the schema wants where it is clear what was meant.
    ///
    /// A value that is valid comes back as it is, and one that cannot be mended at all as well.
    package func coerce(_ value: JSON) -> JSON {
        let problemCount = problems(in: value).count
        guard problemCount > 0 else { return value }
        var coercion = SchemaCoercion(nodes)
        let coerced = coercion.coerced(value, to: SchemaCompiler.root)
        // Values that were put into arrays may end deeper than any reader follows.
        guard !coerced.nests(deeperThan: JSON.depthLevelsMax) else { return value }
        let leftCount = problems(in: coerced).count
        // Of more problems than are counted some may be gone.
        return leftCount < problemCount || problemCount == SchemaLimits.problemsMax ? coerced : value
    }
}

extension JSONSchema {
    /// What every valid document begins with: an opening bracket, or nothing where that is not certain.
    ///
    /// A schema that describes members or elements and forgets to say its type counts as one of that type.
    package var opening: String {
        opening(of: SchemaCompiler.root, depth: 0)
    }

    private func opening(of index: Int, depth: Int) -> String {
        guard depth < SchemaLimits.openingDepthMax else { return "" }
        let node = nodes[index]
        if let types = node.types { return types == .object ? "{" : types == .array ? "[" : "" }
        if let reference = node.reference { return opening(of: reference, depth: depth + 1) }
        for branches in [node.anyOf, node.oneOf] where !branches.isEmpty {
            let openings = Set(branches.prefix(SchemaLimits.openingDepthMax).map { opening(of: $0, depth: depth + 1) })
            return openings.count == 1 ? openings.first ?? "" : ""
        }
        // One part of an allOf is enough to rule out the other kinds.
        for part in node.allOf.prefix(SchemaLimits.openingDepthMax) {
            let opening = opening(of: part, depth: depth + 1)
            if !opening.isEmpty { return opening }
        }
        guard node.choices.isEmpty else { return "" }
        return node.object != nil ? "{" : node.array != nil ? "[" : ""
    }
}

extension JSON {
    /// Whether there are more arrays and objects within one another than this.
    fileprivate func nests(deeperThan levels: Int) -> Bool {
        switch self {
        case .null, .bool, .number, .string: false
        case .array(let elements): levels == 0 || elements.contains { $0.nests(deeperThan: levels - 1) }
        case .object(let object): levels == 0 || object.members.contains { $0.value.nests(deeperThan: levels - 1) }
        }
    }
}
