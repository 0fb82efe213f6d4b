import EventLoop
import Glibc
import Horde
import OpenAI
import Prompting

/// A request that has been understood, for a model that is live: what is to be written, for whom, and until when.
struct Assignment: Sendable {
    let parameters: CompletionParameters
    /// One for each prompt; a chat has one.
    let translations: [Translation]
    let offers: Set<Offer>
    let key: HordeKey
    let identity: AnswerIdentity
    let deadline: ContinuousClock.Instant
    private let metadata: JSONObject?

    /// Reads a request's body; refuses it for what it says or for a model that is not there.
    @LoopActor
    init(_ form: CompletionForm, _ body: [UInt8], key: HordeKey, catalog: ModelCatalog) throws(APIError) {
        let entry: Catalog.Entry
        switch form {
        case .chat:
            let request = try ChatCompletionRequest(decoding: body)
            parameters = request.parameters
            metadata = request.metadata
            entry = try catalog.entry(for: parameters.model)
            translations = [try Translation(request, format: entry.format.format, today: Today.text)]
        case .text:
            let request = try CompletionRequest(decoding: body)
            parameters = request.parameters
            metadata = nil
            entry = try catalog.entry(for: parameters.model)
            translations = request.prompts.map { Translation($0, of: request, format: entry.format.format) }
        }
        offers = entry.offers(for: parameters.horde)
        if offers.isEmpty {
            throw .invalidValue("horde", expected: "a choice that leaves a worker which serves this model now")
        }
        self.key = key
        identity = AnswerIdentity(
            form: form,
            id: form.idPrefix + RandomText.of(length: 24),
            created: Int(time(nil)),
            model: parameters.model
        )
        deadline = .now + (parameters.isStreaming ? Limits.streamedSecondsMax : Limits.unstreamedSecondsMax)
    }

    /// The whole answer, from those of the prompts in their order.
    func completion(_ answers: [Answer]) -> Completion {
        var choices: [Completion.Choice] = []
        for (prompt, answer) in answers.enumerated() {
            for (index, choice) in answer.choices.enumerated() {
                var choice = choice
                // Counted from where the prompt's choices begin, also when one before has fewer than were asked for.
                choice.index = prompt * parameters.choiceCount + index
                choices.append(choice)
            }
        }
        let usage = answers.map(\.usage).reduce(Usage(promptTokens: 0, completionTokens: 0), +)
        let retries = answers.map(\.retries).reduce(Retries(), +)
        return Completion(identity: identity, choices: choices, usage: usage, retries: retries, metadata: metadata)
    }
}

/// The date, for the one format whose system message carries it.
package enum Today {
    /// In UTC, as `2026-01-31`.
    package static var text: String {
        var now = time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        func digits(_ number: CInt) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(parts.tm_year + 1900)-\(digits(parts.tm_mon + 1))-\(digits(parts.tm_mday))"
    }
}
