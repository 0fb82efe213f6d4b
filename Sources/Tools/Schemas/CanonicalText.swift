import JSONText
import OpenAI

extension JSON {
    /// A text that is the same for values that JSON Schema calls equal: `1` and `1.0`, or members in another order.
    ///
    /// Of a repeated key the last value counts. What is nested deeper than any reader lets through is left out.
    var canonicalText: String {
        var text = ""
        appendCanonical(to: &text, depth: 0)
        return text
    }

    private func appendCanonical(to text: inout String, depth: Int) {
        guard depth <= JSON.depthLevelsMax else { return }
        switch self {
        case .null, .bool, .string: text += compact
        case .number(let number): text += number.canonicalText
        case .array(let elements):
            text += "["
            for element in elements {
                element.appendCanonical(to: &text, depth: depth + 1)
                text += ","
            }
            text += "]"
        case .object(let object):
            let values = Dictionary(object.members.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
            text += "{"
            for (key, value) in values.sorted(by: { $0.key < $1.key }) {
                text += JSON.string(key).compact + ":"
                value.appendCanonical(to: &text, depth: depth + 1)
                text += ","
            }
            text += "}"
        }
    }
}

extension JSONNumber {
    fileprivate var canonicalText: String {
        if let int { return String(int) }
        return double.isFinite ? double.description : text
    }
}
