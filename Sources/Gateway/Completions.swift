import EventLoop
import HTTPServer
import HTTPTypes
import Horde
import OpenAI

/// `POST /v1/chat/completions` and `/v1/completions`: the story of a request, from its bytes to the last one of its
/// answer.
@LoopActor
final class Completions {
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

    private typealias OnProgress = @Sendable @LoopActor (GenerationProgress) -> Void

    /// Answers; `origin` are the fields that every answer to this client carries.
    func create(
        _ form: CompletionForm,
        _ request: Request,
        _ writer: consuming ResponseWriter,
        _ origin: HTTPFields
    ) async {
        let assignment: Assignment
        do throws(APIError) {
            if work.isStopping { throw .stopping }
            let key = ClientKey.of(request.fields, else: serverKey)
            assignment = try Assignment(form, request.body, key: key, catalog: catalog)
        } catch {
            return Reply(error).with(origin).send(writer)
        }
        if assignment.parameters.isStreaming {
            let stream = CompletionStream(writer, assignment.identity, origin)
            switch await complete(assignment, onProgress: { stream.progressed($0) }) {
            case .success(let completion): stream.finish(completion, includesUsage: assignment.parameters.includesUsage)
            case .failure(let error): stream.fail(error)
            }
        } else {
            switch await complete(assignment, onProgress: { _ in }) {
            case .success(let completion): Reply(.ok, completion.json).with(origin).send(writer)
            case .failure(let error): Reply(error).with(origin).send(writer)
            }
        }
    }

    /// Waits for the texts, in a task that ends with the client's or with the server.
    private func complete(
        _ assignment: Assignment,
        onProgress: @escaping OnProgress
    ) async -> Result<Completion, APIError> {
        await work.run { [self] in
            do throws(APIError) {
                return .success(try await texts(for: assignment, onProgress))
            } catch {
                return .failure(error)
            }
        }
    }

    /// One order for each prompt, side by side; when one fails, the others are cancelled.
    ///
    /// Tasks, since a task group here, as Swift 6.3.1 optimises it, was seen to end before its children had.
    private func texts(
        for assignment: Assignment,
        _ onProgress: @escaping OnProgress
    ) async throws(APIError) -> Completion {
        let tasks = assignment.translations.map { translation in
            EventLoop.task { [self] in await outcome(translation, of: assignment, onProgress) }
        }
        let outcomes = await withTaskCancellationHandler {
            var outcomes: [Result<Translation.Answer, APIError>] = []
            for task in tasks {
                let outcome = await task.value
                outcomes.append(outcome)
                if case .failure = outcome { tasks.forEach { $0.cancel() } }
            }
            return outcomes
        } onCancel: {
            tasks.forEach { $0.cancel() }
        }
        var answers: [Translation.Answer] = []
        for outcome in outcomes { answers.append(try outcome.get()) }
        return assignment.completion(answers)
    }

    private func outcome(
        _ translation: Translation,
        of assignment: Assignment,
        _ onProgress: @escaping OnProgress
    ) async -> Result<Translation.Answer, APIError> {
        do throws(APIError) {
            return .success(try await answer(translation, of: assignment, onProgress))
        } catch {
            return .failure(error)
        }
    }

    /// One order, and a smaller one when the account does not get so long an answer.
    private func answer(
        _ translation: Translation,
        of assignment: Assignment,
        _ onProgress: @escaping OnProgress
    ) async throws(APIError) -> Translation.Answer {
        var isRetry = false
        while true {
            let free = accounts.freeTokens(assignment.key, catalog.current)
            let size = try translation.size(offers: assignment.offers, freeTokens: free)
            do throws(HordeError) {
                let generations = try await horde.generate(
                    translation.order(size),
                    key: assignment.key,
                    deadline: assignment.deadline,
                    onProgress: onProgress
                )
                return translation.answer(generations, size: size)
            } catch .kudosUpfront(let freeTokens) {
                // A request for fast workers alone always needs kudos: that says nothing about lengths.
                guard !isRetry, assignment.parameters.horde.slowWorkers != false else {
                    throw APIError(.kudosUpfront(freeTokens: freeTokens ?? AccountLimits.alwaysFreeTokens))
                }
                accounts.learn(assignment.key, freeTokens: freeTokens ?? AccountLimits.alwaysFreeTokens)
                isRetry = true
            } catch {
                throw APIError(error)
            }
        }
    }
}
