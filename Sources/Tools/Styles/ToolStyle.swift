package import Prompting

/// How tools are told to a model, and how calls and results are written for it.
///
/// The target `Tools` turns what clients say about tools into text and the model's text back into calls. It is pure, and
/// knows OpenAI's values and `Prompting`'s turns, but neither HTTP nor Horde. The way in: `Conversation.init(_:in:)` makes
/// of a request what `PromptFormat.render` takes; the definitions are in `ToolStyle.definitions`, what was called before in
/// `ToolStyle.turns`, a call that is forced in `ToolStyle.prefill`.
///
/// Hermes' form serves every model that reads plain text: its marks are no control tokens, which workers would drop from
/// the answer. The others are for families that were trained on another form of plain text, and for gpt-oss.
package enum ToolStyle: String, Sendable, CaseIterable {
    /// A JSON object between `<tool_call>` tags: Hermes, Qwen 2.5 and 3, and whoever has nothing better.
    case hermes
    /// Parameters in tags, tools described in tags: Qwen3-Coder, Nemotron 3.
    case qwenXML = "qwen-xml"
    /// The same calls, tools described in JSON: Qwen3.5.
    case qwenXMLJSON = "qwen-xml-json"
    /// Keys and values in tags, a line each: GLM-4.5, GLM-4.6.
    case glmXML = "glm-xml"
    /// The same on one line: GLM-4.7.
    case glmXMLCompact = "glm-xml-compact"
    /// Several calls between one pair of tags: MiniMax-M2.
    case minimaxXML = "minimax-xml"
    /// Messages to functions in the commentary channel: gpt-oss.
    case harmony
    /// Base models, which nobody should offer tools. A client that sends some all the same gets them in Hermes' form: to
    /// leave them out would be an answer to another request, and a forced call may well succeed.
    case none

    /// The style of this name; Hermes' for a name that is not known.
    package init(named name: String) {
        self = ToolStyle(rawValue: name) ?? .hermes
    }

    /// The style of a format; Hermes' where the style needs turns for calls and the format has none.
    package init(of format: PromptFormat) {
        let style = ToolStyle(named: format.tools)
        self = style == .harmony && format.call == nil ? .hermes : style
    }

    /// What ends an answer besides the format's own stops, where tools are offered.
    ///
    /// A model that goes on after its call invents the result. `isParallel` is OpenAI's `parallel_tool_calls`: if false,
    /// the end of the first call is the end of the answer.
    package func stops(parallel isParallel: Bool) -> [String] {
        switch self {
        // The format's own `<|call|>` ends a call.
        case .harmony: []
        case .minimaxXML: ["]~b]tool", "<response>"] + (isParallel ? [] : ["</invoke>"])
        case .hermes, .qwenXML, .qwenXMLJSON, .glmXML, .glmXMLCompact, .none:
            ["<tool_response>"] + (isParallel ? [] : ["</tool_call>"])
        }
    }
}
