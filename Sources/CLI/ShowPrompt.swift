import ArgumentParser
import EventLoop
import FoundationEssentials
import Gateway
import HTTPClient
import Horde
import JSONText
import OpenAI
import Prompting

/// `interposer prompt`.
struct ShowPrompt: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prompt",
        abstract: "Show what a request becomes: reads it from standard input, sends nothing.",
        discussion: """
            Prints the submission to AI Horde as JSON, with the name of the prompt format and the estimated tokens, and \
            on standard error why it is that format. Takes the body of a chat or of a plain completion.
              echo '{"model":"m","messages":[{"role":"user","content":"Hi"}]}' |
                interposer prompt --offline --context 8192 --max-length 512
            """
    )

    @OptionGroup var hordeOptions: HordeOptions

    @Option(help: "The model, instead of the request's.")
    var model: String?

    @Flag(help: "Ask nobody: takes any model, with one worker of the given size.")
    var offline = false

    @Option(help: "The context of that worker, in tokens.")
    var context: Int?

    @Option(help: "The longest answer of that worker, in tokens.")
    var maxLength: Int?

    func validate() throws {
        guard offline == (context != nil), offline == (maxLength != nil) else {
            throw ValidationError("--offline, --context and --max-length go together.")
        }
        guard (context ?? 80) >= 80, (maxLength ?? 16) >= 16 else {
            throw ValidationError("--context is at least 80, --max-length at least 16.")
        }
    }

    func run() throws {
        let settings = try hordeOptions.read()
        let body = StandardInput.readAll()
        try Program.run { [command = self] in
            let request = try command.request(in: body)
            let supply = try await command.supply(for: request, body, settings)
            let shown = try request.translations(format: supply.format.format).map { translation in
                let size = try translation.size(offers: supply.offers, freeTokens: supply.freeTokens)
                return Self.json(translation.order(size, models: supply.models), translation.prompt)
            }
            StandardError.write("format \(supply.format.format.name): \(supply.format.source)")
            // A request with several prompts becomes as many submissions.
            StandardOutput.write((shown.count == 1 ? shown[0] : .array(shown)).text(.indented))
        }
    }

    /// What was read: a body for either endpoint, told apart by the field that only one of them has.
    private enum Request {
        case chat(ChatCompletionRequest)
        case text(CompletionRequest)

        var parameters: CompletionParameters {
            switch self {
            case .chat(let request): request.parameters
            case .text(let request): request.parameters
            }
        }

        var hasTools: Bool {
            if case .chat(let request) = self { !request.tools.isEmpty } else { false }
        }

        func translations(format: PromptFormat) throws -> [Translation] {
            switch self {
            case .chat(let request): [try Translation(request, format: format, today: Today.text)]
            case .text(let request): request.prompts.map { Translation($0, of: request, format: format) }
            }
        }
    }

    /// The option stands in for the field, so that a request without a model is enough.
    private func request(in body: [UInt8]) throws -> Request {
        var json = try JSON(requestBody: body)
        guard case .object(var fields) = json else { return .chat(try ChatCompletionRequest(json)) }
        if let model { fields["model"] = .string(model) }
        json = .object(fields)
        if fields["messages"] == nil, fields["prompt"] != nil { return .text(try CompletionRequest(json)) }
        return .chat(try ChatCompletionRequest(json))
    }

    /// What the model's workers take, and how it is spoken to.
    private struct Supply {
        let models: [String]
        let offers: Set<Offer>
        let freeTokens: Int?
        let format: FormatChoice
    }

    private func supply(
        for request: Request,
        _ body: [UInt8],
        _ settings: HordeSettings
    ) async throws -> Supply {
        let parameters = request.parameters
        if let context, let maxLength {
            return Supply(
                models: [parameters.model],
                offers: [Offer(contextTokens: context, answerTokens: maxLength)],
                freeTokens: nil,
                format: settings.formats.format(forModel: parameters.model)
            )
        }
        let catalog = try await settings.catalog(from: await Horde(settings.horde, client: HTTPClient()))
        let needs = ModelNeeds(tokens: body.count / 4, tools: request.hasTools, horde: parameters.horde)
        let best = try catalog.choice(for: parameters.model, needs: needs).groups[0]
        return Supply(
            models: best.names,
            offers: best.offers(for: parameters.horde),
            freeTokens: catalog.freeTokens(for: settings.key),
            format: best.format
        )
    }

    private static func json(_ order: GenerationOrder, _ prompt: Prompt) -> JSON {
        guard case .object(let submission) = order.json else { preconditionFailure("an order is an object") }
        let first: JSONObject = [
            "format": .string(prompt.format),
            "models": .array(order.models.map { .string($0) }),
            "prompt": .string(order.prompt),
            "stop_sequence": .array(order.params.stopSequence.map { .string($0) }),
            "params": submission["params"] ?? [:],
            "prompt_tokens": .number(JSONNumber(prompt.tokens)),
        ]
        // What is left are Horde's own knobs, where the request sets any.
        return .object(JSONObject(first.members + submission.members.filter { first[$0.key] == nil }))
    }
}
