package import OpenAI
package import Prompting

extension Conversation {
    /// The conversation of a request as a format wants it: its messages, what the model may call, and the call that it
    /// has to make.
    ///
    /// Calls and results of earlier turns stay in any case, `tool_choice: "none"` only takes the definitions away.
    package init(_ request: ChatCompletionRequest, in format: PromptFormat) {
        let style = ToolStyle(of: format)
        let offered = request.toolChoice == .none ? [] : request.tools
        self.init(
            turns: style.turns(request.messages),
            definitions: style.definitions(offered, isTrained: format.isToolTrained),
            opening: offered.isEmpty ? "" : style.prefill(request.toolChoice) ?? "",
            stops: offered.isEmpty ? [] : style.stops(parallel: request.parallelToolCalls)
        )
    }
}
