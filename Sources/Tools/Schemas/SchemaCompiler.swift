import JSONText
import OpenAI

/// Reads the document of a schema into nodes, part by part from a list of what is left, so that depth costs no stack.
struct SchemaCompiler {
    /// Where the document itself stands in the nodes.
    static let root = 0
    /// The node for what is not read, which allows everything.
    private static let unread = 1

    private let document: JSON
    private var nodes: [SchemaNode] = []
    private var pending: [(index: Int, json: JSON)] = []
    private var references: [String: Int] = [:]
    private var lookUpsLeft = SchemaLimits.lookUpsMax

    /// The nodes of a document; there is always one.
    static func nodes(of document: JSON) -> [SchemaNode] {
        var compiler = SchemaCompiler(document: document)
        compiler.nodes = [SchemaNode(), SchemaNode()]
        compiler.nodes[unread].isPartial = true
        compiler.pending = [(root, document)]
        compiler.references[""] = root
        while let next = compiler.pending.popLast() {
            compiler.nodes[next.index] = compiler.node(next.json)
        }
        return compiler.nodes
    }

    private init(document: JSON) {
        self.document = document
    }

    /// The index of a part that is read later.
    private mutating func add(_ json: JSON) -> Int {
        guard nodes.count < SchemaLimits.nodesMax else { return Self.unread }
        nodes.append(SchemaNode())
        pending.append((nodes.count - 1, json))
        return nodes.count - 1
    }

    private mutating func addAll(_ list: JSON) -> [Int] {
        list.array?.map { add($0) } ?? []
    }

    private mutating func node(_ json: JSON) -> SchemaNode {
        var node = SchemaNode()
        switch json {
        case .bool(let allows): node.isNever = !allows
        case .object(let object):
            // The last of a repeated key counts.
            var seen: Set<String> = []
            for member in object.members.reversed() where seen.insert(member.key).inserted {
                read(member.key, member.value, into: &node)
            }
            if object["nullable"]?.bool == true { node.types?.insert(.null) }
        case .null, .number, .string, .array: node.isPartial = true
        }
        return node
    }

    private mutating func read(_ key: String, _ value: JSON, into node: inout SchemaNode) {
        if Self.readNumber(key, value, into: &node) || Self.readString(key, value, into: &node) { return }
        if readArray(key, value, into: &node) || readObject(key, value, into: &node) { return }
        switch key {
        case "type": node.types = SchemaTypes(value)
        case "enum": if let values = value.array { readChoices(values, into: &node) }
        case "const": readChoices([value], into: &node)
        case "$ref": node.reference = value.string.flatMap { reference($0) } ?? Self.unread
        case "allOf": node.allOf = addAll(value)
        case "anyOf": node.anyOf = addAll(value)
        case "oneOf": node.oneOf = addAll(value)
        case "not": node.not = add(value)
        case "if", "dependentSchemas", "dependentRequired", "dependencies", "unevaluatedProperties", "unevaluatedItems",
            "contains", "propertyNames", "$dynamicRef", "$recursiveRef":
            node.isPartial = true
        default: break
        }
    }

    private mutating func readChoices(_ values: [JSON], into node: inout SchemaNode) {
        guard lookUpsLeft > 0 else { return node.isPartial = true }
        let choices = SchemaChoices(values)
        // References can have the same list read again, so its length counts.
        lookUpsLeft -= choices.texts.reduce(values.count) { $0 + $1.utf8.count / 8 }
        node.choices.append(choices)
    }
}

// MARK: References

extension SchemaCompiler {
    /// The node that a reference points at, a JSON pointer in a fragment (RFC 6901); names of anchors and other
    /// documents are not looked for.
    private mutating func reference(_ text: String) -> Int? {
        guard text == "#" || text.hasPrefix("#/") else { return nil }
        let parts = Self.percentDecoded(text.dropFirst(1))
        if let known = references[parts] { return known }
        guard let target = target(of: parts) else { return nil }
        let index = add(target)
        references[parts] = index
        return index
    }

    private mutating func target(of pointer: String) -> JSON? {
        var place = document
        for part in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            let key = String(part).replacing("~1", with: "/").replacing("~0", with: "~")
            switch place {
            case .object(let object):
                lookUpsLeft -= object.members.count + 1
                guard lookUpsLeft > 0, let value = object[key] else { return nil }
                place = value
            case .array:
                guard let index = Int(key), let value = place[index] else { return nil }
                place = value
            case .null, .bool, .number, .string: return nil
            }
        }
        return place
    }

    private static func percentDecoded(_ text: Substring) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let pair = String(rest.prefix(2)), let decoded = UInt8(pair, radix: 16) {
                bytes.append(decoded)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

// MARK: Keywords of one kind of value

extension SchemaCompiler {
    private static func readNumber(_ key: String, _ value: JSON, into node: inout SchemaNode) -> Bool {
        var rules = node.number ?? SchemaNode.NumberRules()
        switch key {
        case "minimum": rules.minimum = value.double
        case "maximum": rules.maximum = value.double
        case "exclusiveMinimum": value.bool.map { rules.isMinimumExclusive = $0 } ?? (rules.above = value.double)
        case "exclusiveMaximum": value.bool.map { rules.isMaximumExclusive = $0 } ?? (rules.below = value.double)
        case "multipleOf": rules.divisor = value.double.flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
        default: return false
        }
        node.number = rules
        return true
    }

    private static func readString(_ key: String, _ value: JSON, into node: inout SchemaNode) -> Bool {
        var rules = node.string ?? SchemaNode.StringRules()
        switch key {
        case "minLength": rules.lengthMin = count(value) ?? 0
        case "maxLength": rules.lengthMax = count(value) ?? Int.max
        case "pattern":
            rules.pattern = value.string.flatMap { SchemaPattern($0) }
            rules.patternText = value.string?.shortened ?? ""
            if rules.pattern == nil { node.isPartial = true }
        default: return false
        }
        node.string = rules
        return true
    }

    private static func count(_ value: JSON) -> Int? {
        value.int.flatMap { $0 >= 0 ? $0 : nil }
    }

    private mutating func readArray(_ key: String, _ value: JSON, into node: inout SchemaNode) -> Bool {
        var rules = node.array ?? SchemaNode.ArrayRules()
        switch key {
        case "prefixItems": rules.prefix = addAll(value)
        case "items":
            if value.array != nil { rules.prefix = addAll(value) } else { rules.rest = add(value) }
        case "additionalItems": rules.olderRest = add(value)
        case "minItems": rules.countMin = Self.count(value) ?? 0
        case "maxItems": rules.countMax = Self.count(value) ?? Int.max
        case "uniqueItems": rules.isUnique = value.bool ?? false
        default: return false
        }
        node.array = rules
        return true
    }

    private mutating func readObject(_ key: String, _ value: JSON, into node: inout SchemaNode) -> Bool {
        var rules = node.object ?? SchemaNode.ObjectRules()
        switch key {
        case "properties":
            for member in value.object?.members ?? [] { rules.properties[member.key] = add(member.value) }
        case "patternProperties":
            for member in value.object?.members ?? [] {
                if let pattern = SchemaPattern(member.key) {
                    rules.patterns.append((pattern, add(member.value)))
                } else {
                    node.isPartial = true
                    rules.hasUnreadPattern = true
                }
            }
        case "additionalProperties": rules.additional = add(value)
        case "required": rules.required = value.array?.compactMap(\.string) ?? []
        case "minProperties": rules.countMin = Self.count(value) ?? 0
        case "maxProperties": rules.countMax = Self.count(value) ?? Int.max
        default: return false
        }
        node.object = rules
        return true
    }
}
