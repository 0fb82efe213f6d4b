import EventLoop
import HTTPServer
import HTTPTypes
import Horde
import OpenAI

/// `POST /v1/chat/completions` and `/v1/completions`: the story of a request, from its bytes to the last one of its
/// answer.
///
/// What is asked for is an `Assignment`, the work on it a `CompletionRun`: a new one, or the one that this client has left
/// a moment ago. `AnswerWriter` has it written.
@LoopActor
final class Completions {
    private let writer: AnswerWriter
    private let catalog: ModelCatalog
    private let work: RunningWork
    private let kept: KeptRuns
    private let serverKey: HordeKey

    init(writer: AnswerWriter, catalog: ModelCatalog, work: RunningWork, kept: KeptRuns, serverKey: HordeKey) {
        self.writer = writer
        self.catalog = catalog
        self.work = work
        self.kept = kept
        self.serverKey = serverKey
    }

    /// Answers; `origin` are the fields that every answer to this client carries.
    func create(
        _ form: CompletionForm,
        _ request: consuming Request,
        _ response: consuming ResponseWriter,
        _ origin: HTTPFields
    ) async {
        let key = ClientKey.of(request.fields, else: serverKey)
        let fingerprint = RequestFingerprint(form, copy request, key)
        let run: CompletionRun
        do throws(APIError) {
            if work.isStopping { throw .stopping }
            // Used up here: its body is not kept while the answer is waited for.
            run = try self.run(form, consume request, key, fingerprint)
        } catch {
            return JSONResponse(error).with(origin).send(response)
        }
        let parameters = run.assignment.parameters
        if parameters.isStreaming {
            let stream = CompletionStream(response, run.assignment.identity, origin)
            let client = CompletionRun.Client(onProgress: { stream.progressed($0) }, onPieces: { stream.write($0) })
            switch await serve(client, run, fingerprint) {
            case .success(let completion):
                stream.finish(completion, after: run.sent, includesUsage: parameters.includesUsage)
            case .failure(let error): stream.fail(error)
            }
        } else {
            switch await serve(CompletionRun.Client(onProgress: { _ in }, onPieces: nil), run, fingerprint) {
            case .success(let completion): JSONResponse(.ok, completion.json).with(origin).send(response)
            case .failure(let error): JSONResponse(error).with(origin).send(response)
            }
        }
    }

    /// The run that this client has left, or a new one.
    private func run(
        _ form: CompletionForm,
        _ request: Request,
        _ key: HordeKey,
        _ fingerprint: RequestFingerprint
    ) throws(APIError) -> CompletionRun {
        if let run = kept.take(fingerprint) { return run }
        return CompletionRun(try Assignment(form, request.body, key: key, catalog: catalog), in: work)
    }

    /// Waits for the answer; one that its client does not get is kept for it.
    private func serve(
        _ client: CompletionRun.Client,
        _ run: CompletionRun,
        _ fingerprint: RequestFingerprint
    ) async -> Result<Completion, APIError> {
        let outcome = await run.serve(client, by: writer)
        if Task.isCancelled {
            kept.keep(run, for: fingerprint)
        } else if case .failure = outcome, run.isWorthKeeping {
            kept.keep(run, for: fingerprint)
        }
        return outcome
    }
}
