// Random schemas and random values: nothing crashes, and coercion keeps its promises.

import JSONText
import OpenAI
import Testing

@testable import Tools

/// Makes JSON from a seed, so that a failure can be repeated (splitmix64).
private struct Source: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: values.indices, using: &self)]
    }

    mutating func value(_ depth: Int) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 7), using: &self) {
        case 0: nil
        case 1: .bool(Bool.random(using: &self))
        case 2: JSON(Int.random(in: -3...7, using: &self))
        case 3: JSON(Double.random(in: -3...7, using: &self))
        case 4: pick(["3", "true", "null", "1.5", "[1]"])
        case 5, 6: pick(["a", "B", "", "red", "RED", "x-1"])
        case 7: .array((0..<Int.random(in: 0...3, using: &self)).map { _ in value(depth - 1) })
        default: .object(members { $0.value(depth - 1) })
        }
    }

    mutating func members(_ value: (inout Source) -> JSON) -> JSONObject {
        JSONObject(
            (0..<Int.random(in: 0...3, using: &self)).map { _ in
                JSONObject.Member(key: pick(["a", "b", "c", "x-1"]), value: value(&self))
            }
        )
    }

    mutating func schema(_ depth: Int) -> JSON {
        if Int.random(in: 0..<12, using: &self) == 0 { return pick([true, false, nil, "x", 3, []]) }
        var object = JSONObject()
        for _ in 0..<Int.random(in: 0...4, using: &self) {
            let (key, value) = keyword(depth)
            object[key] = value
        }
        return .object(object)
    }

    private mutating func schemas(_ depth: Int) -> JSON {
        .array((0..<Int.random(in: 0...3, using: &self)).map { _ in schema(depth - 1) })
    }

    private mutating func keyword(_ depth: Int) -> (String, JSON) {
        let types: [JSON] = ["string", "integer", "number", "boolean", "null", "array", "object"]
        switch Int.random(in: 0..<(depth > 0 ? 19 : 11), using: &self) {
        case 0, 1, 2: return ("type", pick(types))
        case 3: return ("type", [pick(types), pick(types)])
        case 4: return ("enum", .array((0..<3).map { _ in value(1) }))
        case 5: return ("const", value(1))
        case 6: return (pick(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]), value(0))
        case 7: return (pick(["minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "nullable"]), value(0))
        case 8: return ("required", .array((0..<2).map { _ in pick(["a", "b", "c"]) }))
        case 9: return ("pattern", pick(["^[a-z]+$", "(", "a(?=b)", "\\d"]))
        case 10: return ("$ref", pick(["#", "#/$defs/a", "#/properties/a", "#/nowhere"]))
        case 11, 12: return (pick(["properties", "properties", "$defs"]), .object(members { $0.schema(depth - 1) }))
        case 13: return ("additionalProperties", pick([false, schema(depth - 1)]))
        case 14: return ("patternProperties", ["^x": schema(depth - 1)])
        case 15: return (pick(["items", "not"]), schema(depth - 1))
        case 16: return (pick(["prefixItems", "items"]), schemas(depth))
        default: return (pick(["anyOf", "oneOf", "allOf"]), schemas(depth))
        }
    }
}

struct SchemaPropertyTests {
    @Test(arguments: 0..<2)
    func `what is valid is not changed, and nothing is made worse`(seed: UInt64) throws {
        var source = Source(seed: seed)
        var mendedCount = 0
        var validCount = 0
        for _ in 0..<600 {
            let json = source.schema(3)
            guard let schema = try? JSONSchema(json) else { continue }
            for _ in 0..<4 {
                let value = source.value(3)
                let problems = schema.problems(in: value)
                let coerced = schema.coerce(value)
                let left = schema.problems(in: coerced)
                if problems.isEmpty { #expect(coerced == value, "\(json.compact) changes \(value.compact)") }
                #expect(left.count <= problems.count, "\(json.compact) makes \(value.compact) worse")
                if left.isEmpty { #expect(schema.coerce(coerced) == coerced) }
                validCount += problems.isEmpty ? 1 : 0
                mendedCount += left.isEmpty && !problems.isEmpty ? 1 : 0
            }
        }
        // The test would say nothing if all values were on one side.
        #expect(validCount > 200 && mendedCount > 15, "\(validCount) valid, \(mendedCount) mended")
    }

    @Test(arguments: 100..<104)
    func `any JSON is a schema or is refused, and any text an answer`(seed: UInt64) throws {
        var source = Source(seed: seed)
        for _ in 0..<500 {
            let json = source.value(4)
            let named = ResponseFormat.NamedSchema(
                name: "x",
                schema: Bool.random(using: &source) ? json : source.schema(3)
            )
            guard let output = try? StructuredOutput(.jsonSchema(named)) else { continue }
            let bytes = source.value(3).compact.utf8.map { Int.random(in: 0..<20, using: &source) == 0 ? 0x7B : $0 }
            for isCut in [true, false] { check(output.read(String(decoding: bytes, as: UTF8.self), isCut: isCut)) }
        }
    }

    private func check(_ result: StructuredOutput.Result) {
        switch result {
        case .valid(let text), .cut(let text), .invalid(let text, _):
            #expect((try? JSON(parsing: text)) != nil, "\(text)")
        case .none: break
        }
    }

    /// A tree of 30 kinds of nodes, which a walk through all alternatives would never end.
    @Test func `a deep value of many alternatives is checked whole`() throws {
        let kinds: [JSON] = (0..<30).map {
            ["properties": ["kind": ["const": JSON($0)], "child": ["$ref": "#"]], "required": ["kind"]]
        }
        for keyword in ["anyOf", "oneOf"] {
            let schema = try JSONSchema(.object(JSONObject([.init(key: keyword, value: .array(kinds))])))
            var (good, bad, near): (JSON, JSON, JSON) = (["kind": 1], ["kind": 99], ["kind": "1"])
            for kind in 0..<30 {
                let parents = [good, bad, near].map { child -> JSON in ["child": child, "kind": JSON(kind % 30)] }
                (good, bad, near) = (parents[0], parents[1], parents[2])
            }
            #expect(schema.problems(in: good) == [])
            let place = Array(repeating: "child", count: 30).joined(separator: ".")
            #expect(schema.problems(in: bad) == ["\(place).kind: expected 0"])
            #expect(schema.problems(in: schema.coerce(near)) == [])
        }
    }

    /// Schemas and values that would take years or a deep stack without bounds.
    @Test func `the work is bounded`() throws {
        let twice: JSON = ["anyOf": [["$ref": "#"], ["$ref": "#"]], "not": ["$ref": "#"], "items": ["$ref": "#"]]
        var nested: JSON = 1
        for _ in 0..<1_000 { nested = [nested] }
        var deep: JSON = ["type": "null"]
        for _ in 0..<1_000 { deep = ["items": deep, "anyOf": [deep]] }
        let wide: JSON = .array(Array(repeating: .object(["a": "b"]), count: 20_000))
        let choices: JSON = ["items": ["oneOf": .array((0..<200).map { ["const": JSON($0)] })]]
        let patterns: JSON = ["items": ["pattern": "(a+)+(b|c){1,500}$"], "type": "array"]
        let long: JSON = .array(Array(repeating: .string(String(repeating: "a", count: 50_000)), count: 20))
        for schema in [twice, deep, choices, patterns] {
            let schema = try JSONSchema(schema)
            for value in [nested, wide, long] {
                #expect(schema.problems(in: value).count <= SchemaLimits.problemsMax)
                _ = schema.coerce(value)
            }
        }
    }
}
