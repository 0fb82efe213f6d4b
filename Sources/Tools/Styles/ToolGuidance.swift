import JSONText
import OpenAI

extension ToolStyle {
    /// What models know that were trained on calls in Hermes' form, for those that were not.
    static func guidance(_ example: Tool) -> String {
        let name = JSON.string(example.name).text(.spaced)
        return """


            Rules for calls:
            - Call only functions from the list above, with the parameters that they name.
            - To call, end your reply with the <tool_call> block: no text follows it, the result comes in the next message.
            - Where no function helps, reply in plain words and without these tags.

            The form of a call, here with values to be replaced:
            <tool_call>
            {"name": \(name), "arguments": \(JSON.object(placeholders(example)).text(.spaced))}
            </tool_call>
            """
    }

    /// A value of the right kind for each parameter that is required, or for the first if none is.
    private static func placeholders(_ tool: Tool) -> JSONObject {
        let schema = tool.function["parameters"]
        let parameters = schema?["properties"]?.object?.members ?? []
        let required = (schema?["required"]?.array ?? []).compactMap(\.string)
        let shown = required.isEmpty ? Array(parameters.prefix(1)) : parameters.filter { required.contains($0.key) }
        return JSONObject(shown.map { JSONObject.Member(key: $0.key, value: placeholder($0.value)) })
    }

    private static func placeholder(_ schema: JSON) -> JSON {
        if let value = schema["const"] ?? schema["enum"]?[0] { return value }
        switch schema["type"]?.string ?? schema["type"]?[0]?.string {
        case "integer", "number": return 1
        case "boolean": return true
        case "array": return []
        case "object": return [:]
        default: return "..."
        }
    }
}
