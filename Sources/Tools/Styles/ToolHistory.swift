import JSONText
package import OpenAI
package import Prompting

extension ToolStyle {
    /// The whole conversation as turns: every message is one, in its place, and an answer that calls has its calls in this
    /// style behind its words.
    ///
    /// A result is told apart by the name of what was called, which only the call itself says: its id leads there. An id
    /// that comes twice means the later call; results of unknown calls have no name.
    package func turns(_ messages: [ChatMessage]) -> [Turn] {
        var names: [String: String] = [:]
        var turns: [Turn] = []
        turns.reserveCapacity(messages.count + 8)
        for message in messages {
            switch message.role {
            case .system, .developer: turns.append(Turn(role: .system, text: message.content))
            case .user: turns.append(Turn(role: .user, text: message.content))
            case .assistant:
                for call in message.toolCalls { names[call.id] = call.name }
                append(message, to: &turns)
            case .tool, .function:
                let id = message.toolCallID ?? ""
                let name = names[id] ?? message.name ?? ""
                turns.append(Turn(role: .tool, text: result(message.content), callID: id, callName: name))
            }
        }
        return turns
    }

    private func append(_ message: ChatMessage, to turns: inout [Turn]) {
        let calls = message.toolCalls.map { WrittenCall($0) }
        guard !calls.isEmpty else { return turns.append(Turn(role: .assistant, text: message.content)) }
        guard self == .harmony else {
            return turns.append(Turn(role: .call, text: text(of: calls, after: message.content)))
        }
        if !message.content.isEmpty { turns.append(Turn(role: .assistant, text: message.content)) }
        for (call, source) in zip(calls, message.toolCalls) {
            let arguments = call.arguments.text(.spaced)
            turns.append(Turn(role: .call, text: arguments, callID: source.id, callName: call.name))
        }
    }

    /// gpt-oss' own template writes results as JSON strings.
    private func result(_ content: String) -> String {
        self == .harmony ? JSON.string(content).text(.spaced) : content
    }
}
