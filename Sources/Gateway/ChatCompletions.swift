import EventLoop
import Glibc
import HTTPServer
import HTTPTypes
import Horde
import OpenAI
import Prompting

/// `POST /v1/chat/completions`: the story of a request, from its bytes to the last one of its answer.
@LoopActor
final class ChatCompletions {
    private let horde: Horde
    private let catalog: ModelCatalog
    private let work: RunningWork
    private let serverKey: HordeKey
    private let accounts = AccountLimits()

    init(horde: Horde, catalog: ModelCatalog, work: RunningWork, serverKey: HordeKey) {
        self.horde = horde
        self.catalog = catalog
        self.work = work
        self.serverKey = serverKey
    }

    /// A request that has been understood, for a model that is live.
    private struct Understood {
        let translation: Translation
        let offers: Set<Offer>
        let key: HordeKey
        let identity: AnswerIdentity
        let isStreaming: Bool
        let includesUsage: Bool
        let metadata: JSONObject?
        let deadline: ContinuousClock.Instant

        func completion(_ answer: Translation.Answer) -> Completion {
            Completion(identity: identity, choices: answer.choices, usage: answer.usage, metadata: metadata)
        }
    }

    /// Answers; `origin` are the fields that every answer to this client carries.
    func create(_ request: Request, _ writer: consuming ResponseWriter, _ origin: HTTPFields) async {
        let understood: Understood
        do throws(APIError) {
            understood = try understand(request)
        } catch {
            return Reply(error).with(origin).send(writer)
        }
        if understood.isStreaming {
            await stream(understood, CompletionStream(writer, understood.identity, origin))
        } else {
            await answer(understood, writer, origin)
        }
    }

    private func understand(_ request: Request) throws(APIError) -> Understood {
        if work.isStopping { throw .stopping }
        let completion = try ChatCompletionRequest(decoding: request.body)
        guard let model = catalog.lookUp(completion.parameters.model) else {
            throw catalog.unknownModel(completion.parameters.model)
        }
        return Understood(
            translation: try Translation(completion, format: model.format.format),
            offers: model.offers,
            key: ClientKey.of(request.fields, else: serverKey),
            identity: AnswerIdentity(
                form: .chat,
                id: Self.randomID(.chat),
                created: Int(time(nil)),
                model: completion.parameters.model
            ),
            isStreaming: completion.parameters.isStreaming,
            includesUsage: completion.parameters.includesUsage,
            metadata: completion.metadata,
            deadline: .now
                + (completion.parameters.isStreaming ? Limits.streamedSecondsMax : Limits.unstreamedSecondsMax)
        )
    }

    private func answer(_ understood: Understood, _ writer: consuming ResponseWriter, _ origin: HTTPFields) async {
        switch await generate(understood, onProgress: { _ in }) {
        case .success(let answer):
            Reply(.ok, understood.completion(answer).json).with(origin).send(writer)
        case .failure(let error):
            Reply(error).with(origin).send(writer)
        }
    }

    private func stream(_ understood: Understood, _ stream: CompletionStream) async {
        switch await generate(understood, onProgress: { stream.progressed($0) }) {
        case .success(let answer): stream.finish(understood.completion(answer), includesUsage: understood.includesUsage)
        case .failure(let error): stream.fail(error)
        }
    }

    /// Waits for the texts, in a task that ends with the client's or with the server.
    private func generate(
        _ understood: Understood,
        onProgress: @escaping @Sendable @LoopActor (GenerationProgress) -> Void
    ) async -> Result<Translation.Answer, APIError> {
        await work.run { [self] in
            do throws(APIError) {
                return .success(try await texts(understood, onProgress))
            } catch {
                return .failure(error)
            }
        }
    }

    /// One order, and a smaller one when the account does not get so long an answer.
    private func texts(
        _ understood: Understood,
        _ onProgress: @escaping @LoopActor (GenerationProgress) -> Void
    ) async throws(APIError) -> Translation.Answer {
        var isRetry = false
        while true {
            let free = accounts.freeTokens(understood.key, catalog.current)
            let size = try understood.translation.size(offers: understood.offers, freeTokens: free)
            do throws(HordeError) {
                let order = understood.translation.order(size)
                let generations = try await horde.generate(
                    order,
                    key: understood.key,
                    deadline: understood.deadline,
                    onProgress: onProgress
                )
                return understood.translation.answer(generations, size: size)
            } catch .kudosUpfront(let freeTokens) {
                let freeTokens = freeTokens ?? AccountLimits.alwaysFreeTokens
                accounts.learn(understood.key, freeTokens: freeTokens)
                guard !isRetry else {
                    throw APIError(.kudosUpfront(freeTokens: freeTokens))
                }
                isRetry = true
            } catch {
                throw APIError(error)
            }
        }
    }

    private static func randomID(_ form: CompletionForm) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
        return form.idPrefix + String((0..<24).map { _ in alphabet[Int.random(in: alphabet.indices)] })
    }
}
