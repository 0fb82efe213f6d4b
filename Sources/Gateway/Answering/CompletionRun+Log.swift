import EventLoop
import OpenAI

extension CompletionRun {
    /// What the log tells of the request beside what is told of every one.
    func describe(_ fields: inout LogFields) {
        let model = manuscripts.first?.voices.first?.model ?? assignment.parameters.model
        fields.add("model", String(model.prefix(Self.loggedModelMax)))
        if let key = cost.payer?.key.name { fields.add("key", key) }
        fields.add("jobs", jobCount)
        fields.add("waited_ms", hordeTime.total(at: .now).wholeMilliseconds)
        if case .success(let completion)? = outcome {
            fields.add("prompt_tokens", completion.usage.promptTokens)
            fields.add("completion_tokens", completion.usage.completionTokens)
        }
        if let kudos = cost.kudos { fields.add("kudos", kudos) }
    }

    /// Characters; a request may have a list of many names.
    private static let loggedModelMax = 200
}
