import EventLoop
import OpenAI

extension CompletionRun {
    /// What it has taken by now.
    struct Effort {
        let jobs: Int
        let waited: Duration
        let kudos: Double?
    }

    var effort: Effort { Effort(jobs: jobCount, waited: hordeTime.total(at: .now), kudos: cost.kudos) }

    /// What the log tells of a request beside what is told of every one; `before` is what an earlier one has taken.
    func describe(_ fields: inout LogFields, since before: Effort) {
        let now = effort
        let model = manuscripts.first?.voices.first?.model ?? assignment.parameters.model
        fields.add("model", String(model.prefix(Self.loggedModelMax)))
        if let key = cost.payer?.key.name { fields.add("key", key) }
        fields.add("jobs", now.jobs - before.jobs)
        fields.add("waited_ms", (now.waited - before.waited).wholeMilliseconds)
        if case .success(let completion)? = outcome {
            fields.add("prompt_tokens", completion.usage.promptTokens)
            fields.add("completion_tokens", completion.usage.completionTokens)
        }
        if let kudos = now.kudos { fields.add("kudos", kudos - (before.kudos ?? 0)) }
    }

    /// Characters; a request may have a list of many names.
    private static let loggedModelMax = 200
}
