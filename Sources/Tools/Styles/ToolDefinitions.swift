import JSONText
package import OpenAI

extension ToolStyle {
    /// What the model may call and how, for the end of the system text.
    ///
    /// The words are those the families were trained to see, from their own templates: other words would be another
    /// prompt to the model.
    /// - Parameters:
    ///   - tools: in the client's order, which is kept, as are the keys of their schemas.
    ///   - isTrained: whether the model knows the style; if not, a few lines say what the others do unasked.
    /// - Returns: the text, empty without tools.
    package func definitions(_ tools: [Tool], isTrained: Bool = true) -> String {
        guard let first = tools.first else { return "" }
        switch self {
        case .hermes, .none:
            let text = Self.signatures(tools) + Self.hermesCall
            return isTrained && self == .hermes ? text : text + Self.guidance(first)
        case .qwenXML: return Self.functionsHead + TaggedDefinitions.text(of: tools) + Self.qwenCall
        case .qwenXMLJSON: return Self.functionsHead + Self.lines(tools) + Self.qwenCall
        case .glmXML: return Self.signatures(tools) + Self.glmCall(lineEnd: "\n")
        case .glmXMLCompact: return Self.signatures(tools) + Self.glmCall(lineEnd: "")
        case .minimaxXML:
            return "# Tools\nYou may call one or more tools to assist with the user query.\n"
                + "Here are the tools available in JSONSchema format:\n\n<tools>\n"
                + Self.text(tools) { bytes, tool in
                    bytes += "<tool>".utf8
                    JSON.object(tool.function).write(into: &bytes, style: .spaced)
                    bytes += "</tool>\n".utf8
                } + "</tools>\n\n" + Self.minimaxCall
        case .harmony: return TypedDefinitions.text(of: tools)
        }
    }

    private static let functionsHead = "# Tools\n\nYou have access to the following functions:\n\n<tools>"

    /// The tools as Hermes is told them, one JSON object a line.
    private static func signatures(_ tools: [Tool]) -> String {
        """
        # Tools

        You may call one or more functions to assist with the user query.

        You are provided with function signatures within <tools></tools> XML tags:
        <tools>\(lines(tools))
        """
    }

    /// The tools in JSON, each behind a line end, and the end of their list.
    private static func lines(_ tools: [Tool]) -> String {
        text(tools) { bytes, tool in
            bytes.append(UInt8(ascii: "\n"))
            tool.told.write(into: &bytes, style: .spaced)
        } + "\n</tools>\n\n"
    }

    private static func text(_ tools: [Tool], _ write: (inout [UInt8], Tool) -> Void) -> String {
        var bytes: [UInt8] = []
        for tool in tools { write(&bytes, tool) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let hermesCall = """
        For each function call, return a json object with function name and arguments within <tool_call></tool_call> XML \
        tags:
        <tool_call>
        {"name": <function-name>, "arguments": <args-json-object>}
        </tool_call>
        """

    private static let qwenCall = """
        If you choose to call a function ONLY reply in the following format with NO suffix:

        <tool_call>
        <function=example_function_name>
        <parameter=example_parameter_1>
        value_1
        </parameter>
        <parameter=example_parameter_2>
        This is the value for the second parameter
        that can span
        multiple lines
        </parameter>
        </function>
        </tool_call>

        <IMPORTANT>
        Reminder:
        - Function calls MUST follow the specified format: an inner <function=...></function> block must be nested within \
        <tool_call></tool_call> XML tags
        - Required parameters MUST be specified
        - You may provide optional reasoning for your function call in natural language BEFORE the function call, but NOT \
        after
        - If there is no function call available, answer the question like normal with your current knowledge and do not \
        tell the user about function calls
        </IMPORTANT>
        """

    private static func glmCall(lineEnd: String) -> String {
        let parameters = (1...2).map {
            "<arg_key>{arg-key-\($0)}</arg_key>\(lineEnd)<arg_value>{arg-value-\($0)}</arg_value>\(lineEnd)"
        }
        return "For each function call, output the function name and arguments within the following XML format:\n"
            + "<tool_call>{function-name}\(lineEnd)\(parameters.joined())...\(lineEnd)</tool_call>"
    }

    private static let minimaxCall = """
        When making tool calls, use XML format to invoke tools and pass parameters:

        <minimax:tool_call>
        <invoke name="tool-name-1">
        <parameter name="param-key-1">param-value-1</parameter>
        <parameter name="param-key-2">param-value-2</parameter>
        ...
        </invoke>
        </minimax:tool_call>
        """
}

extension Tool {
    /// The function as the model is told it: without what only OpenAI's decoder and validators of schemas read.
    var function: JSONObject {
        var function = definition["function"]?.object ?? ["name": .string(name)]
        function["strict"] = nil
        if function["parameters"]?["$schema"] != nil, var parameters = function["parameters"]?.object {
            parameters["$schema"] = nil
            function["parameters"] = .object(parameters)
        }
        return function
    }

    /// OpenAI's object around the function; some clients leave the type out.
    var told: JSON {
        var members = definition.object ?? JSONObject()
        members["strict"] = nil
        members["function"] = .object(function)
        if members["type"] == nil { members.members.insert(.init(key: "type", value: "function"), at: 0) }
        return .object(members)
    }
}
