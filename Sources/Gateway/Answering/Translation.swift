package import Horde
package import OpenAI
package import Prompting
import Tools

/// One prompt of a request in Horde's terms, and Horde's texts in OpenAI's.
///
/// It never changes, and is shared: as a value it would lie in the frame of every function that waits with it.
package final class Translation: Sendable {
    package let prompt: Prompt
    private let parameters: CompletionParameters
    private let source: Source
    /// 0 to 5; nil leaves it to the worker.
    private let temperature: Double?
    private let choiceCount: Int

    /// What the prompt was written from.
    private enum Source: Sendable {
        case chat(Chat)
        /// A raw prompt; each text begins with the echo, which is the prompt for a client that wants it back.
        case text(echo: String)
    }

    /// A conversation with what it takes to read the answers, and to write it again, longer.
    private struct Chat: Sendable {
        let reader: ChatReader
        /// nil where only an empty answer is asked for again, as it was: it would be a second copy of the prompt.
        var composition: Composition?
    }

    /// What a prompt is written from: an object, for the many translations that keep none.
    private final class Composition: Sendable {
        let prompt: Prompt
        private let conversation: Conversation
        private let format: PromptFormat
        private let effort: ThinkingEffort?
        private let today: String

        init(_ conversation: Conversation, _ format: PromptFormat, _ effort: ThinkingEffort?, today: String) {
            self.conversation = conversation
            self.format = format
            self.effort = effort
            self.today = today
            prompt = format.render(conversation, effort: effort, today: today)
        }

        /// The same with these turns at its end.
        func extended(by turns: [Turn]) -> Composition {
            var conversation = conversation
            conversation.turns += turns
            return Composition(conversation, format, effort, today: today)
        }
    }

    /// A conversation, written as the model's format wants it; `today` is the date, as `2026-01-31`.
    ///
    /// - Throws: an error for what would make the answer wrong.
    package init(_ request: ChatCompletionRequest, format: PromptFormat, today: String) throws(APIError) {
        let reader = try ChatReader(request)
        let asked = request.reasoningEffort.map(ThinkingEffort.init)
        // A thought before a call or before JSON costs time and may be all that fits; it is left out where that is easy.
        let effort = asked ?? (reader.isBound && format.reasoning.isEasilyOff ? ThinkingEffort.none : nil)
        var conversation = Conversation(request, in: format)
        if let structure = reader.structure {
            let leading = conversation.turns.prefix { $0.role == .system }.count
            conversation.turns.insert(Turn(role: .system, text: structure.instruction), at: leading)
            // Calls may come instead of the JSON, and a thought that was asked for comes before it.
            if !reader.offersTools, asked?.isOn != true {
                conversation.opening = format.answerOpening + structure.prefill
            }
        }
        let composition = Composition(conversation, format, effort, today: today)
        source = .chat(Chat(reader: reader, composition: reader.isBound ? composition : nil))
        prompt = composition.prompt
        parameters = request.parameters
        choiceCount = request.parameters.choiceCount
        temperature = parameters.temperature ?? (reader.isBound ? ChatReader.boundTemperature : nil)
    }

    /// A raw prompt of a request, which nothing is added to; the format tells only how its tokens are counted.
    package init(_ text: String, of request: CompletionRequest, format: PromptFormat) {
        source = .text(echo: request.echoesPrompt ? text : "")
        prompt = format.raw(text)
        parameters = request.parameters
        choiceCount = request.parameters.choiceCount
        temperature = parameters.temperature
    }

    /// The same conversation, with what asks once more at its end, for one answer.
    private init(_ chat: Chat, of original: Translation, _ correction: Correction) {
        var chat = chat
        chat.composition = chat.composition?.extended(by: correction.turns)
        source = .chat(chat)
        prompt = chat.composition?.prompt ?? original.prompt
        parameters = original.parameters
        choiceCount = 1
        temperature = correction.temperature ?? original.temperature
    }

    /// The most that an answer may have, in tokens: the client's limit, or what is written where it sets none.
    var wantedTokens: Int {
        parameters.maxTokens
            ?? (parameters.isStreaming ? Limits.streamedTokensDefault : Limits.unstreamedTokensDefault)
    }

    /// The size of the first job: what prompt and answer need, among what workers offer and the account gets.
    package func size(offers: some Sequence<Offer>, freeTokens: Int?) throws(APIError) -> JobSize {
        do throws(JobSizeError) {
            return try size(after: "", wantedTokens: wantedTokens, offers: offers, freeTokens: freeTokens)
        } catch {
            throw APIError(error, in: form)
        }
    }

    /// The size of the job that goes on behind what was said.
    func size(
        after said: String,
        wantedTokens: Int,
        offers: some Sequence<Offer>,
        freeTokens: Int?
    ) throws(JobSizeError) -> JobSize {
        try JobSize.choose(
            promptTokens: said.isEmpty ? prompt.tokens : prompt.continued(by: said).tokens,
            wantedTokens: wantedTokens,
            offers: offers,
            upfrontFreeTokens: freeTokens
        )
    }

    var form: CompletionForm {
        switch source {
        case .chat: .chat
        case .text: .text
        }
    }

    /// A raw prompt may well be continued by nothing, as by a stop that comes first; an answer in a chat says something.
    var takesEmpty: Bool { form == .text }

    /// How many texts the first job writes.
    package var choices: Int { choiceCount }

    /// What is submitted for the first part, to any of some models.
    package func order(_ size: JobSize, models: [String]) -> GenerationOrder {
        order(size, prompt, models: models, count: choiceCount, stops: firstStops)
    }

    /// What is submitted for the part behind what was said, which is one text.
    func order(_ size: JobSize, models: [String], after said: String) -> GenerationOrder {
        // Behind the thought a worker may heed the client's stops.
        let stops = reader.settled(said).content.isEmpty ? firstStops : parameters.stop
        return order(size, prompt.continued(by: said), models: models, count: 1, stops: stops)
    }

    /// A worker heeds stops anywhere; before the answer they would cut the thought, and nothing be said.
    private var firstStops: [String] { prompt.reading.isThoughtExpected ? [] : parameters.stop }

    private func order(
        _ size: JobSize,
        _ prompt: Prompt,
        models: [String],
        count: Int,
        stops: [String]
    ) -> GenerationOrder {
        var order = GenerationOrder(
            prompt: prompt.text,
            models: models,
            params: GenerationOrder.Parameters(
                n: count,
                maxLength: size.answerTokens,
                maxContextLength: size.contextTokens,
                temperature: temperature,
                // 0 is OpenAI's smallest, 0.001 is Horde's.
                topP: parameters.topP.map { max($0, 0.001) },
                stopSequence: StopPolicy.sequences(format: prompt.stops, user: stops)
            )
        )
        order.take(parameters)
        if case .chat(let chat) = source, chat.reader.isBound, order.params.repetitionPenalty == nil {
            // JSON and XML repeat their quotes and brackets; a penalty on that breaks them.
            order.params.repetitionPenalty = 1
        }
        return order
    }

    /// Made for each text: a prompt that waits has none to be read.
    private var reader: ReplyReader {
        ReplyReader(prompt.reading, formatStops: prompt.stops, userStops: parameters.stop)
    }

    /// Whether something in a text shows that the answer is over, and whether no answer ends as it does.
    func ending(_ said: String) -> (isStopped: Bool, isOpen: Bool) {
        let read = reader.readUnfinished(said)
        guard !read.isStopped, case .chat(let chat) = source, chat.reader.isBound else {
            return (read.isStopped, read.isOpen)
        }
        if chat.reader.isWhole(read.reply, opening: prompt.opening) { return (true, false) }
        return (false, read.isOpen || chat.reader.isOpen(read.reply, opening: prompt.opening))
    }

    /// What is certain of a text that goes on.
    func settled(_ said: String) -> SettledReply {
        let settled = reader.settled(said)
        return switch source {
        case .chat(let chat): chat.reader.settled(settled)
        case .text(let echo): SettledReply(reasoning: "", content: echo + settled.content)
        }
    }

    /// A text, read as a whole.
    func draft(of said: String, askedTokens: Int, isCut: Bool, isCensored: Bool) -> Draft {
        let reply = reader.read(said, isCut: isCut, askedTokens: askedTokens, wantedTokens: wantedTokens)
        let draft =
            switch source {
            case .chat(let chat): chat.reader.draft(reply, opening: prompt.opening)
            case .text(let echo): Draft(reply, content: echo + reply.content)
            }
        return isCensored ? draft.censored : draft
    }

    /// The prompt that asks once more; nil for a raw one, which stands as it is.
    func corrected(by correction: Correction) -> Translation? {
        guard case .chat(let chat) = source else { return nil }
        return Translation(chat, of: self, correction)
    }
}

extension ThinkingEffort {
    /// The same effort; the two targets know nothing of each other.
    fileprivate init(_ effort: ReasoningEffort) {
        self =
            switch effort {
            case .off: .none
            case .minimal: .minimal
            case .low: .low
            case .medium: .medium
            case .high: .high
            case .xhigh: .xhigh
            case .max: .max
            }
    }
}
