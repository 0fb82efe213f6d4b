import JSONText
import OpenAI

/// A call that the assistant made earlier, as it is written for the model again.
struct WrittenCall {
    /// What was called.
    let name: String
    /// The arguments: an object, or as a string what the model wrote instead of one.
    let arguments: JSON

    /// Reads the arguments, which clients send as JSON text, some of them encoded twice and some empty.
    init(_ call: ToolCall) {
        name = call.name
        arguments = Self.object(in: call.arguments, isOutermost: true) ?? .string(call.arguments)
    }

    private static func object(in text: String, isOutermost: Bool) -> JSON? {
        if text.utf8.allSatisfy({ $0 == 0x20 || (9...13).contains($0) }) { return [:] }
        switch try? JSON(parsing: text) {
        case .object(let object): return .object(object)
        case .null: return isOutermost ? [:] : nil
        case .string(let inner) where isOutermost && !inner.isEmpty: return object(in: inner, isOutermost: false)
        default: return nil
        }
    }

    /// Names and values for the styles that write parameters one by one: strings as they are, all else as JSON.
    ///
    /// What is no object is one parameter `arguments`.
    var parameters: [(name: String, value: String)] {
        guard let members = arguments.object?.members else { return [("arguments", arguments.string ?? "")] }
        return members.map { ($0.key, $0.value.string ?? $0.value.text(.spaced)) }
    }
}

extension ToolStyle {
    /// An answer's words with its calls behind them.
    ///
    /// What stands between two calls, and between words and a call, is what each family's own template writes there.
    func text(of calls: [WrittenCall], after words: String) -> String {
        let texts = calls.map(text)
        let separator = words.isEmpty ? "" : "\n"
        switch self {
        case .hermes, .none, .harmony, .glmXML: return words + separator + texts.joined(separator: "\n")
        case .qwenXML, .qwenXMLJSON: return words + separator + separator + texts.joined(separator: "\n")
        case .glmXMLCompact: return words + texts.joined()
        case .minimaxXML: return "\(words)\n<minimax:tool_call>\n\(texts.joined())</minimax:tool_call>"
        }
    }

    private func text(of call: WrittenCall) -> String {
        switch self {
        case .hermes, .none, .harmony:
            let name = JSON.string(call.name).text(.spaced)
            return "<tool_call>\n{\"name\": \(name), \"arguments\": \(call.arguments.text(.spaced))}\n</tool_call>"
        case .qwenXML, .qwenXMLJSON:
            let parameters = call.parameters.map { "<parameter=\($0.name)>\n\($0.value)\n</parameter>\n" }
            return "<tool_call>\n<function=\(call.name)>\n\(parameters.joined())</function>\n</tool_call>"
        case .glmXML:
            let parameters = call.parameters.map {
                "<arg_key>\($0.name)</arg_key>\n<arg_value>\($0.value)</arg_value>\n"
            }
            return "<tool_call>\(call.name)\n\(parameters.joined())</tool_call>"
        case .glmXMLCompact:
            let parameters = call.parameters.map { "<arg_key>\($0.name)</arg_key><arg_value>\($0.value)</arg_value>" }
            return "<tool_call>\(call.name)\(parameters.joined())</tool_call>"
        case .minimaxXML:
            let parameters = call.parameters.map { "<parameter name=\"\($0.name)\">\($0.value)</parameter>\n" }
            return "<invoke name=\"\(call.name)\">\n\(parameters.joined())</invoke>\n"
        }
    }
}
