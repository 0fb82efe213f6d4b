import JSONText
import OpenAI

// The checks of each kind of value, for the keywords that apply only to it.

extension SchemaChecker {
    mutating func check(_ number: JSONNumber, _ rules: SchemaNode.NumberRules) {
        let value = number.double
        if let minimum = rules.minimum {
            if rules.isMinimumExclusive {
                if value <= minimum { report("expected more than \(Self.text(minimum))") }
            } else if value < minimum {
                report("expected at least \(Self.text(minimum))")
            }
        }
        if let maximum = rules.maximum {
            if rules.isMaximumExclusive {
                if value >= maximum { report("expected less than \(Self.text(maximum))") }
            } else if value > maximum {
                report("expected at most \(Self.text(maximum))")
            }
        }
        if let above = rules.above, value <= above { report("expected more than \(Self.text(above))") }
        if let below = rules.below, value >= below { report("expected less than \(Self.text(below))") }
        if let divisor = rules.divisor, !Self.isMultiple(value, of: divisor) {
            report("expected a multiple of \(Self.text(divisor))")
        }
    }

    /// Whether one number is a multiple of another up to what a binary fraction can tell: 0.3 is one of 0.1.
    private static func isMultiple(_ value: Double, of divisor: Double) -> Bool {
        let quotient = value / divisor
        guard quotient.isFinite else { return true }
        return abs(quotient - quotient.rounded()) <= 1e-9 * max(1, abs(quotient))
    }

    private static func text(_ number: Double) -> String {
        Int(exactly: number).map(String.init) ?? number.description
    }

    mutating func check(_ string: String, _ rules: SchemaNode.StringRules) {
        if rules.lengthMin > 0 || rules.lengthMax < Int.max {
            let length = string.unicodeScalars.count
            if length < rules.lengthMin { report("expected at least \(Self.count(rules.lengthMin, "character"))") }
            if length > rules.lengthMax { report("expected at most \(Self.count(rules.lengthMax, "character"))") }
        }
        if let pattern = rules.pattern, !matches(pattern, string) {
            report("expected a text that matches \(rules.patternText)")
        }
    }

    private static func count(_ count: Int, _ noun: String) -> String {
        count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
    }

    mutating func check(_ elements: [JSON], _ rules: SchemaNode.ArrayRules) {
        if elements.count < rules.countMin { report("expected at least \(Self.count(rules.countMin, "element"))") }
        if elements.count > rules.countMax { report("expected at most \(Self.count(rules.countMax, "element"))") }
        for (index, element) in elements.enumerated() {
            guard let schema = rules.schema(at: index) else { break }
            check(schema, element, under: .index(index))
        }
        if rules.isUnique { checkUnique(elements) }
    }

    private mutating func checkUnique(_ elements: [JSON]) {
        guard spend(elements.count) else { return }
        var seen: Set<String> = []
        for element in elements {
            let text = element.canonicalText
            guard spend(text.utf8.count / 16) else { return }
            if !seen.insert(text).inserted { return report("expected elements that all differ") }
        }
    }

    mutating func check(_ object: JSONObject, _ rules: SchemaNode.ObjectRules) {
        guard spend(object.members.count + rules.required.count) else { return }
        let keys = Set(object.members.map(\.key))
        for key in rules.required where !keys.contains(key) {
            report("the key \"\(key.shortened)\" is missing")
        }
        if keys.count < rules.countMin { report("expected at least \(Self.count(rules.countMin, "key"))") }
        if keys.count > rules.countMax { report("expected at most \(Self.count(rules.countMax, "key"))") }
        // What tells alternatives apart is a scalar, and need not wait for what takes longer.
        for isContainer in [false, true] {
            for member in object.members where member.value.isContainer == isContainer {
                for schema in schemas(of: member.key, rules) { check(schema, member.value, under: .key(member.key)) }
            }
        }
    }

    /// The schemas that the value of a key has to meet.
    mutating func schemas(of key: String, _ rules: SchemaNode.ObjectRules) -> [Int] {
        var schemas: [Int] = []
        if let property = rules.properties[key] { schemas.append(property) }
        for (pattern, schema) in rules.patterns where matches(pattern, key) { schemas.append(schema) }
        if schemas.isEmpty, !rules.hasUnreadPattern, let additional = rules.additional { schemas.append(additional) }
        return schemas
    }
}

extension SchemaNode.ArrayRules {
    /// The schema of the element at an index, if it has one.
    func schema(at index: Int) -> Int? {
        prefix.indices.contains(index) ? prefix[index] : rest ?? (prefix.isEmpty ? nil : olderRest)
    }
}
