import EventLoop
import Glibc
import Horde
import JSONText
import OpenAI
import Prompting

/// A request that has been understood, for models that are live: what is to be written, for whom, and until when.
///
/// It never changes, and is shared by all that wait for it.
final class Assignment: Sendable {
    let parameters: CompletionParameters
    /// The models that may write it, by the groups that are tried one after another.
    private let names: [[String]]
    /// The first of their groups that has room for it.
    let firstGroup: Int
    let key: HordeKey
    /// Whether it is quick to write: a short answer, or opencode's title of a conversation.
    let isQuick: Bool
    let identity: AnswerIdentity
    private let times: AnswerTimes
    private let metadata: JSONObject?
    private let translations: [Translation]
    /// Kept only where other models may have to be asked, who may be spoken to in another way.
    private let alternatives: (choice: ModelChoice, asked: Asked)?

    // Indirect: an assignment that keeps none has room for a pointer alone.
    private indirect enum Asked: Sendable {
        case chat(ChatCompletionRequest)
        case text(CompletionRequest)

        var parameters: CompletionParameters {
            switch self {
            case .chat(let request): request.parameters
            case .text(let request): request.parameters
            }
        }

        var metadata: JSONObject? {
            switch self {
            case .chat(let request): request.metadata
            case .text: nil
            }
        }

        var hasTools: Bool {
            switch self {
            case .chat(let request): !request.tools.isEmpty && request.toolChoice != .none
            case .text: false
            }
        }

        /// opencode asks for a title with as many tokens as for anything else, but in always the same words.
        var isTitle: Bool {
            switch self {
            case .chat(let request):
                request.tools.isEmpty
                    && request.messages.first { $0.role == .user }?.content.hasPrefix(
                        "Generate a title for this conversation"
                    )
                        ?? false
            case .text: false
            }
        }

        func translations(_ format: PromptFormat) throws(APIError) -> [Translation] {
            switch self {
            case .chat(let request): [try Translation(request, format: format, today: Today.text)]
            case .text(let request): request.prompts.map { Translation($0, of: request, format: format) }
            }
        }
    }

    /// Reads a request's body; refuses it for what it says, for a model that is not there, or for having no room.
    @LoopActor
    init(
        _ form: CompletionForm,
        _ body: [UInt8],
        key: HordeKey,
        catalog: ModelCatalog,
        times: AnswerTimes
    ) throws(APIError) {
        let asked: Asked =
            switch form {
            case .chat: .chat(try ChatCompletionRequest(decoding: body))
            case .text: .text(try CompletionRequest(decoding: body))
            }
        parameters = asked.parameters
        // A token has four bytes or so, and JSON adds its own; what is really needed is known once a prompt is written.
        let needs = ModelNeeds(tokens: body.count / 6, tools: asked.hasTools, horde: parameters.horde)
        let choice = try catalog.choice(for: parameters.model, needs: needs)
        (firstGroup, translations) = try Self.firstWithRoom(choice, asked, parameters)
        names = choice.groups.map(\.names)
        alternatives = choice.canMoveOn ? (choice, asked) : nil
        metadata = asked.metadata
        self.key = key
        self.times = times
        isQuick = parameters.maxTokens.map { $0 <= Limits.quickTokensMax } ?? false || asked.isTitle
        identity = AnswerIdentity(
            form: form,
            id: form.idPrefix + RandomText.of(length: 24),
            created: Int(time(nil)),
            model: parameters.model
        )
    }

    /// The first group of models that has room for every prompt, and the prompts as it is spoken to.
    private static func firstWithRoom(
        _ choice: ModelChoice,
        _ asked: Asked,
        _ parameters: CompletionParameters
    ) throws(APIError) -> (Int, [Translation]) {
        var reason = APIError.modelNotFound(parameters.model)
        for (index, group) in choice.groups.enumerated() {
            let offers = group.offers(for: parameters.horde)
            if offers.isEmpty {
                reason = .invalidValue(
                    "horde",
                    expected: "a choice that leaves a worker which serves this model now"
                )
                continue
            }
            let translations = try asked.translations(group.format.format)
            do throws(APIError) {
                for translation in translations { _ = try translation.size(offers: offers, freeTokens: nil) }
                return (index, translations)
            } catch {
                reason = error
            }
        }
        throw reason
    }

    var promptCount: Int { translations.count }

    /// The bytes of the prompts together.
    var promptBytes: Int { translations.reduce(0) { $0 + $1.prompt.text.utf8.count } }

    /// One of the prompts, as a group of models is spoken to.
    func translation(_ place: Int, for group: Int) throws(APIError) -> Translation {
        guard group != firstGroup, let (choice, asked) = alternatives else { return translations[place] }
        return try asked.translations(choice.groups[group].format.format)[place]
    }

    var groupCount: Int { names.count }

    func names(ofGroup group: Int) -> [String] { names[group] }

    /// How long a group is given to begin, as its queues are; nil where there is no other.
    func startLimit(ofGroup group: Int) -> Duration? {
        alternatives.map { StartLimit.of($0.choice.groups[group]) }
    }

    /// Until when a client waits that comes now.
    func deadline(from now: ContinuousClock.Instant) -> ContinuousClock.Instant {
        now + (parameters.isStreaming ? times.part : times.whole)
    }

    /// The place of a choice of a prompt among all; counted from where the prompt's choices begin, also when one before
    /// has fewer than were asked for.
    func choiceIndex(_ index: Int, ofPrompt place: Int) -> Int {
        place * parameters.choiceCount + index
    }

    /// The whole answer, from those of the prompts in their order.
    func completion(_ answers: [Answer], kudos: Double?) -> Completion {
        var choices: [Completion.Choice] = []
        for (place, answer) in answers.enumerated() {
            for (index, choice) in answer.choices.enumerated() {
                var choice = choice
                choice.index = choiceIndex(index, ofPrompt: place)
                choices.append(choice)
            }
        }
        var usage = answers.map(\.usage).reduce(Usage(promptTokens: 0, completionTokens: 0), +)
        usage.kudos = kudos
        return Completion(
            identity: identity,
            choices: choices,
            usage: usage,
            authorship: answers.map(\.authorship).reduce(Authorship(), +),
            metadata: metadata
        )
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
