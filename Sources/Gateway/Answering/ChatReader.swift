import OpenAI
import Prompting
import Tools

/// Reads a model's reply as the answer to one chat request: its text, its calls, or the JSON that was asked for.
struct ChatReader: Sendable {
    /// What the answer has to be JSON for; nil for text.
    let structure: StructuredOutput?
    private let calls: CallReader?
    private let isCallForced: Bool
    /// The only function that may be called; nil where any may.
    private let forcedName: String?
    private let hasOneCall: Bool

    /// The highest for calls and JSON of a client that sets none: chance is no help in keeping to a form.
    static let boundTemperature = 0.3
    /// For another try at JSON.
    private static let repairTemperature = 0.1

    /// - Throws: an error for a schema that is none.
    init(_ request: ChatCompletionRequest) throws(APIError) {
        structure = try StructuredOutput(request.responseFormat)
        let offered = request.toolChoice == .none ? [] : request.tools
        calls = offered.isEmpty ? nil : CallReader(tools: offered)
        if case .named(let name) = request.toolChoice { forcedName = name } else { forcedName = nil }
        isCallForced =
            switch request.toolChoice {
            case .required, .named: !offered.isEmpty
            case .auto, .none: false
            }
        hasOneCall = !request.parallelToolCalls
    }

    /// Whether calls may come.
    var offersTools: Bool { calls != nil }

    /// Whether the answer has to keep to a form.
    var isBound: Bool { structure != nil || calls != nil }

    /// What is certain to go out as text: nothing of JSON or of a call that has to come, and nothing that may yet become
    /// a call.
    func settled(_ reply: SettledReply) -> SettledReply {
        guard structure == nil, !isCallForced else { return SettledReply(reasoning: reply.reasoning, content: "") }
        guard let calls else { return reply }
        return SettledReply(reasoning: reply.reasoning, content: calls.settledContent(reply.content))
    }

    /// Whether a reply, as far as it has come, ends within a call or within its JSON.
    func isOpen(_ reply: Reply, opening: String) -> Bool {
        if let calls {
            let content = (isCallForced ? opening : "") + reply.content
            if calls.withoutBegunCall(content) != content { return true }
        }
        guard let structure else { return false }
        switch structure.read(said(reply, structure, opening), isCut: true) {
        case .cut, .none: return true
        case .valid, .invalid: return false
        }
    }

    /// Whether a reply holds all that was asked for: an array or an object that is whole and valid.
    func isWhole(_ reply: Reply, opening: String) -> Bool {
        guard let structure, !structure.prefill.isEmpty, calls == nil else { return false }
        guard case .valid = structure.read(said(reply, structure, opening), isCut: true) else { return false }
        return true
    }

    /// The answer with what of its opening belongs to the JSON.
    private func said(_ reply: Reply, _ structure: StructuredOutput, _ opening: String) -> String {
        opening.isEmpty ? reply.content : structure.prefill + reply.content
    }

    /// What a reply is; `opening` are the words that the prompt has begun it with.
    func draft(_ reply: Reply, opening: String) -> Draft {
        if let calls {
            let prefill = isCallForced ? opening : ""
            var read = calls.read(reply, prefill: prefill)
            if reply.reason == .length, structure == nil, reply.calls.isEmpty {
                // A call never goes out half; cut by its length it would be cut again.
                read = calls.read(calls.withoutBegunCall(prefill + reply.content), isCut: true)
            }
            let taken = read.calls.filter { forcedName == nil || $0.name == forcedName }
            if !taken.isEmpty { return Draft(reply, content: read.content, calls: one(of: taken)) }
            if reply.reason == .length, structure == nil {
                return Draft(reply, content: read.content.trimmedStart, problems: read.isBroken ? 1 : 0)
            }
            if reply.reason != .length, isCallForced || read.isBroken {
                let content = reply.contentWithCalls
                let said = content.isEmpty ? "" : prefill + content
                return Draft(reply, content: said, correction: .call(said: said), problems: 1)
            }
        }
        if let structure { return draft(reply, structure, opening: opening) }
        // As its beginning was settled, which a call could have followed.
        let content = calls == nil ? reply.contentWithCalls : reply.contentWithCalls.trimmedStart
        let draft = Draft(reply, content: content)
        return draft.isEmpty ? Draft(reply, content: "", correction: .empty, problems: 1) : draft
    }

    private func one(of calls: [ParsedCall]) -> [ParsedCall] {
        hasOneCall ? Array(calls.prefix(1)) : calls
    }

    private func draft(_ reply: Reply, _ structure: StructuredOutput, opening: String) -> Draft {
        let said = said(reply, structure, opening)
        let result = structure.read(said, isCut: reply.reason == .length)
        let turns = structure.repair(result, of: said).map { message in
            Turn(role: message.role == .assistant ? .assistant : .user, text: message.content)
        }
        // Cut by its length, within its thought perhaps, it would be cut again.
        let correction =
            reply.reason == .length
            ? nil
            : Correction(turns: turns, temperature: Self.repairTemperature, roundsMax: StructuredOutput.repairsMax)
        return switch result {
        case .valid(let text): Draft(reply, content: text, reason: .stop)
        // Whole JSON with a mistake in it is worth more than half.
        case .cut(let text): Draft(reply, content: text, reason: .length, problems: 1000)
        case .invalid(let text, let problems):
            Draft(reply, content: text, correction: correction, problems: min(problems.count, 999))
        case .none: Draft(reply, content: reply.content, correction: correction, problems: .max)
        }
    }
}

extension Draft {
    /// A reply as far as it is the same for every kind of answer.
    init(
        _ reply: Reply,
        content: String,
        calls: [ParsedCall] = [],
        reason: FinishReason? = nil,
        correction: Correction? = nil,
        problems: Int = 0
    ) {
        let ended: FinishReason =
            switch reply.reason {
            case .stop: .stop
            case .length: .length
            }
        self.init(
            choice: Completion.Choice(
                content: content,
                reasoning: reply.reasoning,
                // Nine letters and digits: Mistral's own form, and what opencode shortens the ids of such models to.
                toolCalls: calls.map {
                    ToolCall(id: RandomText.of(length: 9), name: $0.name, arguments: $0.arguments)
                },
                finishReason: calls.isEmpty ? reason ?? ended : .toolCalls
            ),
            tokens: reply.tokens,
            reasoningTokens: reply.reasoningTokens,
            correction: correction,
            problems: problems
        )
    }
}

extension String {
    /// Without the white space before it.
    fileprivate var trimmedStart: String { String(drop(while: \.isWhitespace)) }
}
