import JSONText
import OpenAI
package import Prompting

extension CallReader {
    /// Reads a reply, with what Harmony's channels say to tools.
    ///
    /// - Parameters:
    ///   - reply: what was read of the worker's text.
    ///   - prefill: the text that the prompt has opened the answer with.
    /// - Returns: the calls, and what is left of the answer.
    package func read(_ reply: Reply, prefill: String = "") -> Read {
        let isCut = reply.reason == .length
        guard !reply.calls.isEmpty, !tools.isEmpty else { return read(prefill + reply.content, isCut: isCut) }
        var calls: [ParsedCall] = []
        for call in reply.calls.prefix(CallLimits.callsMax) {
            // What is said to a tool that nobody offered is text, and with it all of the answer.
            guard let tool = tools.tool(named: call.recipient) else {
                return Read(content: reply.contentWithCalls, calls: [], isBroken: true)
            }
            if let call = self.call(tool, call.body, isCut: isCut) { calls.append(call) }
        }
        guard calls.isEmpty else { return Read(content: reply.content, calls: calls, isBroken: false) }
        return Read(content: reply.contentWithCalls, calls: [], isBroken: true)
    }

    private func call(_ tool: ToolSignature, _ body: String, isCut: Bool) -> ParsedCall? {
        let calls = JSONCalls(tools: tools, isMarked: true)
        if body.trimmed.isEmpty { return calls.call(tool, arguments: .null) }
        guard let value = LenientJSON.read(body) else { return nil }
        let isWhole = value.ending == .complete || (value.ending == .closed && !isCut)
        return isWhole ? calls.call(tool, arguments: value.json) : nil
    }
}
