import JSONText
import OpenAI

/// Brings a value into the form of a schema where models often miss it and the meaning is clear.
///
/// A text that is a number, a boolean or null becomes one where a text is not allowed, and a number becomes a text where
/// only that is; what should stand in an array is put into one; a choice is found whatever its case; keys that are not
/// allowed are dropped, and required ones that may be null are added. Whatever is valid stays as it is.
struct SchemaCoercion {
    private var checker: SchemaChecker
    private var depth = 0
    /// The schemas that are being applied to the value that is looked at, as in `SchemaChecker`.
    private var entered: [Int] = []

    init(_ nodes: [SchemaNode]) {
        checker = SchemaChecker(nodes)
    }

    mutating func coerced(_ value: JSON, to index: Int) -> JSON {
        guard depth < SchemaLimits.depthMax, !entered.contains(index), checker.spend(1) else { return value }
        depth += 1
        entered.append(index)
        defer {
            depth -= 1
            entered.removeLast()
        }
        let node = checker.nodes[index]
        var value = value
        if let reference = node.reference { value = coerced(value, to: reference) }
        for part in node.allOf { value = coerced(value, to: part) }
        for branches in [node.anyOf, node.oneOf] where !branches.isEmpty { value = coerced(value, toAny: branches) }
        if let types = node.types, !types.accept(value) { value = Self.converted(value, to: types) }
        for choices in node.choices { value = folded(value, into: choices) }
        switch value {
        case .null, .bool, .number, .string: return value
        case .array(let elements):
            return node.array.map { coerced(elements, by: $0) } ?? value
        case .object(let object): return node.object.map { coerced(object, by: $0) } ?? value
        }
    }

    /// The value as the first alternative has it that it can be made valid for, the nearest first.
    private mutating func coerced(_ value: JSON, toAny branches: [Int]) -> JSON {
        for branch in branches where checker.isValid(branch, value) { return value }
        let nearest = checker.nearest(of: branches, value)
        // Containers are tried on few, since each may hold others with as many alternatives.
        for branch in nearest.prefix(value.isContainer ? SchemaLimits.alternativesMax : nearest.count) {
            let coerced = coerced(value, to: branch)
            if checker.isValid(branch, coerced) { return coerced }
        }
        // Where it fits none, what can be mended is mended all the same if it is clear which one is meant.
        let ofKind = branches.filter { checker.accepts($0, value) }
        return ofKind.count == 1 ? coerced(value, to: ofKind[0]) : value
    }

    // MARK: Single values

    private static func converted(_ value: JSON, to types: SchemaTypes) -> JSON {
        switch value {
        case .string(let text):
            if let read = read(text, as: types) { return read }
        case .number(let number):
            if types.contains(.string) { return .string(number.text) }
        case .null: return value
        case .bool, .array, .object: break
        }
        // An array of arrays of arrays without end is given up later, as too deep.
        return types.contains(.array) ? .array([value]) : value
    }

    /// What a text stands for, if that has one of the types.
    private static func read(_ text: String, as types: SchemaTypes) -> JSON? {
        let text = text.trimmed
        let read: JSON?
        switch text.lowercased() {
        case "true": read = .bool(true)
        case "false": read = .bool(false)
        case "null", "none", "": read = .null
        default: read = try? JSON(parsing: text)
        }
        guard let read, types.accept(read) else { return nil }
        return read
    }

    /// The choice that a value names in another case or as another kind of value, if it is the only one.
    private mutating func folded(_ value: JSON, into choices: SchemaChoices) -> JSON {
        guard let name = Self.foldedName(value), !choices.texts.contains(value.canonicalText),
            checker.spend(choices.values.count)
        else { return value }
        let candidates = choices.values.filter { Self.foldedName($0) == name }
        return candidates.count == 1 ? candidates[0] : value
    }

    private static func foldedName(_ value: JSON) -> String? {
        switch value {
        case .null, .bool, .number: value.compact
        case .string(let text): text.trimmed.lowercased()
        case .array, .object: nil
        }
    }

    // MARK: Containers

    private mutating func coerced(_ value: JSON, below index: Int) -> JSON {
        let outer = entered
        entered = []
        defer { entered = outer }
        return coerced(value, to: index)
    }

    private mutating func coerced(_ elements: [JSON], by rules: SchemaNode.ArrayRules) -> JSON {
        var elements = elements
        for index in elements.indices {
            guard let schema = rules.schema(at: index) else { break }
            elements[index] = coerced(elements[index], below: schema)
        }
        return .array(elements)
    }

    private mutating func coerced(_ object: JSONObject, by rules: SchemaNode.ObjectRules) -> JSON {
        guard checker.spend(object.members.count + rules.required.count) else { return .object(object) }
        var members: [JSONObject.Member] = []
        for var member in object.members {
            let schemas = checker.schemas(of: member.key, rules)
            // Only what is not allowed by name is dropped: a named key that nothing is valid for is a mistake to tell.
            if let additional = rules.additional, schemas == [additional], checker.nodes[additional].isNever {
                continue
            }
            for schema in schemas { member.value = coerced(member.value, below: schema) }
            members.append(member)
        }
        var keys = Set(members.map(\.key))
        for key in rules.required where keys.insert(key).inserted {
            guard let schema = rules.properties[key], checker.isValid(schema, .null) else { continue }
            members.append(JSONObject.Member(key: key, value: .null))
        }
        return .object(JSONObject(members))
    }
}
