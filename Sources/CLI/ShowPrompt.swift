import ArgumentParser
import EventLoop
import FoundationEssentials
import Gateway
import HTTPClient
import Horde
import OpenAI
import Prompting

/// `interposer prompt`.
struct ShowPrompt: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prompt",
        abstract: "Show what a chat request becomes: reads it from standard input, sends nothing.",
        discussion: """
            Prints the submission to AI Horde as JSON, with the name of the prompt format and the estimated tokens.
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
        let configuration = try hordeOptions.horde(submitsPerMinute: 0)
        let key = try hordeOptions.key()
        let body = StandardInput.readAll()
        try Program.run { [command = self] in
            let request = try command.decode(body)
            let (offers, freeTokens) = try await command.supply(for: request.parameters.model, configuration, key)
            let format = FormatTable.builtIn.format(forModel: request.parameters.model).format
            let translation = try Translation(request, format: format)
            let order = translation.order(try translation.size(offers: offers, freeTokens: freeTokens))
            StandardOutput.write(try Self.json(order, translation.prompt).text(.indented))
        }
    }

    /// The option stands in for the field, so that a request without a model is enough.
    private func decode(_ body: [UInt8]) throws -> ChatCompletionRequest {
        guard let model else { return try ChatCompletionRequest(decoding: body) }
        var json = try JSON(requestBody: body)
        if case .object(var fields) = json {
            fields["model"] = .string(model)
            json = .object(fields)
        }
        return try ChatCompletionRequest(json)
    }

    private func supply(
        for model: String,
        _ configuration: Horde.Configuration,
        _ key: HordeKey
    ) async throws -> (Set<Offer>, freeTokens: Int?) {
        if let context, let maxLength { return ([Offer(contextTokens: context, answerTokens: maxLength)], nil) }
        let horde = await Horde(configuration, client: HTTPClient())
        let catalog = try await Catalog.fetch(from: horde, serverKey: key)
        guard let entry = catalog[model] else { throw catalog.unknownModel(model) }
        return (entry.offers, catalog.freeTokens(for: key))
    }

    private static func json(_ order: GenerationOrder, _ prompt: Prompt) throws -> JSON {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let params = try JSON(parsing: Array(encoder.encode(order.params)))
        return [
            "format": .string(prompt.format),
            "models": .array(order.models.map { .string($0) }),
            "prompt": .string(order.prompt),
            "stop_sequence": .array(order.params.stopSequence.map { .string($0) }),
            "params": params,
            "prompt_tokens": .number(JSONNumber(prompt.tokens)),
        ]
    }
}
