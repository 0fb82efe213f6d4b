/// Where a value stands in its document, as `items[2].price`.
struct SchemaPath: CustomStringConvertible {
    enum Step {
        case key(String)
        case index(Int)
    }

    var steps: [Step] = []

    var description: String {
        if steps.isEmpty { return "the whole" }
        var text = ""
        for step in steps {
            switch step {
            case .index(let index): text += "[\(index)]"
            case .key(let key) where Self.isPlain(key): text += text.isEmpty ? key : ".\(key)"
            case .key(let key): text += "[\"\(key.shortened)\"]"
            }
        }
        return text
    }

    private static func isPlain(_ key: String) -> Bool {
        !key.isEmpty && key.utf8.count <= 100 && key.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
    }
}
