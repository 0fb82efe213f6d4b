import JSONText
package import OpenAI

extension ToolStyle {
    /// What the answer is opened with when a call is forced, up to where the model's choice begins; `nil` where none is.
    package func prefill(_ choice: ToolChoice) -> String? {
        switch choice {
        case .none, .auto: nil
        case .required: opening
        case .named(let name): opening(of: name)
        }
    }

    /// The opening of a call of any function.
    private var opening: String {
        switch self {
        case .hermes, .none: "<tool_call>\n{\"name\":"
        case .qwenXML, .qwenXMLJSON: "<tool_call>\n<function="
        case .glmXML, .glmXMLCompact: "<tool_call>"
        case .minimaxXML: "<minimax:tool_call>\n<invoke name=\""
        case .harmony: " to=functions."
        }
    }

    /// The opening of a call of one function.
    private func opening(of name: String) -> String {
        switch self {
        case .hermes, .none: "<tool_call>\n{\"name\": \(JSON.string(name).text(.spaced)), \"arguments\": "
        case .qwenXML, .qwenXMLJSON: "<tool_call>\n<function=\(name)>\n"
        case .glmXML: "<tool_call>\(name)\n"
        case .glmXMLCompact: "<tool_call>\(name)"
        case .minimaxXML: "<minimax:tool_call>\n<invoke name=\"\(name)\">\n"
        case .harmony: " to=functions.\(name)<|channel|>commentary json<|message|>"
        }
    }
}
