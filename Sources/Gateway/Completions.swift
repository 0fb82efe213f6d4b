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
            return JSONResponse(error).with(origin).send(writer)
        }
        if assignment.parameters.isStreaming {
            let stream = CompletionStream(writer, assignment.identity, origin)
            switch await complete(assignment, onProgress: { stream.progressed($0) }) {
            case .success(let completion): stream.finish(completion, includesUsage: assignment.parameters.includesUsage)
            case .failure(let error): stream.fail(error)
            }
        } else {
            switch await complete(assignment, onProgress: { _ in }) {
            case .success(let completion): JSONResponse(.ok, completion.json).with(origin).send(writer)
            case .failure(let error): JSONResponse(error).with(origin).send(writer)
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

    /// One answer for each prompt, side by side; when one fails, the others are cancelled.
    ///
    /// Tasks, since a task group here, as Swift 6.3.1 optimises it, was seen to end before its children had.
    private func texts(
        for assignment: Assignment,
        _ onProgress: @escaping OnProgress
    ) async throws(APIError) -> Completion {
        // What has no room is told before anything is submitted.
        let free = accounts.freeTokens(assignment.key, catalog.current)
        for translation in assignment.translations {
            _ = try translation.size(offers: assignment.offers, freeTokens: free)
        }
        let siblings = Siblings()
        let tasks = assignment.translations.map { translation in
            EventLoop.task { [self] in
                let outcome = await outcome(translation, of: assignment, onProgress)
                if case .failure(let error) = outcome { siblings.fail(error) }
                return outcome
            }
        }
        siblings.tasks = tasks
        let outcomes = await withTaskCancellationHandler {
            var outcomes: [Result<Answer, APIError>] = []
            for task in tasks { outcomes.append(await task.value) }
            return outcomes
        } onCancel: {
            tasks.forEach { $0.cancel() }
        }
        if let failure = siblings.failure { throw failure }
        var answers: [Answer] = []
        for outcome in outcomes { answers.append(try outcome.get()) }
        return assignment.completion(answers)
    }

    private func outcome(
        _ translation: Translation,
        of assignment: Assignment,
        _ onProgress: @escaping OnProgress
    ) async -> Result<Answer, APIError> {
        do throws(APIError) {
            return .success(try await answer(to: translation, of: assignment, onProgress))
        } catch {
            return .failure(error)
        }
    }

    /// The drafts of one order, each asked for once more as long as that may help.
    private func answer(
        to translation: Translation,
        of assignment: Assignment,
        _ onProgress: @escaping OnProgress
    ) async throws(APIError) -> Answer {
        var answer = Answer(try await drafts(translation, of: assignment, onProgress), of: translation)
        while let (place, again) = answer.nextCorrection() {
            do throws(APIError) {
                let drafts = try await drafts(again, of: assignment, onProgress)
                answer.took(drafts, at: place, of: again)
            } catch {
                // What is there is worth more than the error, unless nobody waits for it any more.
                if Task.isCancelled { throw error }
                answer.gaveUp(at: place)
            }
        }
        if answer.isEmpty { throw APIError(.emptyText) }
        return answer
    }

    /// One order, and a smaller one when the account does not get so long an answer.
    private func drafts(
        _ translation: Translation,
        of assignment: Assignment,
        _ onProgress: @escaping OnProgress
    ) async throws(APIError) -> [Draft] {
        var isRetry = false
        while true {
            let free = accounts.freeTokens(assignment.key, catalog.current)
            let size = try translation.size(offers: assignment.offers, freeTokens: free)
            do throws(HordeError) {
                let generations = try await horde.generate(
                    translation.order(size),
                    key: assignment.key,
                    deadline: assignment.deadline,
                    takesEmpty: translation.takesEmpty,
                    onProgress: onProgress
                )
                return translation.drafts(generations, size: size)
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

/// The tasks of one request: the first that fails ends the others, and its error is the request's.
@LoopActor
private final class Siblings {
    var tasks: [Task<Result<Answer, APIError>, Never>] = []
    private(set) var failure: APIError?

    nonisolated init() {}

    func fail(_ error: APIError) {
        guard failure == nil else { return }
        failure = error
        tasks.forEach { $0.cancel() }
    }
}
