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
    private let gate: Gate
    private var times: AnswerTimes

    init(
        writer: AnswerWriter,
        catalog: ModelCatalog,
        work: RunningWork,
        kept: KeptRuns,
        gate: Gate,
        times: AnswerTimes
    ) {
        self.writer = writer
        self.catalog = catalog
        self.work = work
        self.kept = kept
        self.gate = gate
        self.times = times
    }

    /// Takes other settings, for the requests that come from now on.
    func change(_ configuration: Gateway.Configuration) {
        times = configuration.answerTimes
        writer.failoverAfter = configuration.failoverAfter
    }

    /// A client that waits, the run that answers it, and what it is known by when it comes back.
    final class Visit {
        fileprivate let run: CompletionRun
        fileprivate let client: any AnswerClient
        fileprivate let fingerprint: RequestFingerprint
        /// The local key that pays for it.
        fileprivate let localKey: LocalKey?

        fileprivate init(
            _ run: CompletionRun,
            _ client: any AnswerClient,
            _ fingerprint: RequestFingerprint,
            _ localKey: LocalKey?
        ) {
            self.run = run
            self.client = client
            self.fingerprint = fingerprint
            self.localKey = localKey
        }
    }

    /// Finds what has to be waited for; nil when the request is refused, which is answered here.
    ///
    /// The request is used up: its body is not kept while the answer is waited for. `origin` are the fields that every
    /// answer to this client carries.
    func create(
        _ form: CompletionForm,
        _ request: consuming Request,
        _ response: consuming ResponseWriter,
        _ origin: HTTPFields,
        _ grant: AccessPolicy.Grant
    ) -> Visit? {
        let fingerprint = RequestFingerprint(form, copy request, grant.hordeKey)
        let run: CompletionRun
        do throws(APIError) {
            if work.phase == .draining { throw .stopping }
            run = try self.run(form, consume request, grant.hordeKey, fingerprint)
            if let key = grant.localKey { try gate.begin(key, model: run.assignment.parameters.model) }
        } catch {
            JSONResponse(error).with(origin).send(response)
            return nil
        }
        guard run.assignment.parameters.isStreaming else {
            return Visit(run, WholeAnswer(response, origin), fingerprint, grant.localKey)
        }
        return Visit(run, CompletionStream(response, run.assignment, origin), fingerprint, grant.localKey)
    }

    /// Waits for the answer and gives it; one that its client does not get is kept for it.
    @inline(__always)
    func serve(_ visit: Visit) async {
        await visit.run.serve(visit.client, by: writer)
        end(visit)
    }

    @inline(never)
    private func end(_ visit: Visit) {
        // Cancelled, it has left: nobody reads what is sent then.
        let outcome = visit.run.outcome ?? .failure(.stopping)
        if let key = visit.localKey { gate.end(key, tokens: (try? outcome.get())?.usage.totalTokens ?? 0) }
        if case .success = outcome, !Task.isCancelled {} else { kept.keep(visit.run, for: visit.fingerprint) }
        visit.client.end(outcome, after: visit.run.sent)
    }

    /// The run that this client has left, or a new one.
    private func run(
        _ form: CompletionForm,
        _ request: Request,
        _ key: HordeKey,
        _ fingerprint: RequestFingerprint
    ) throws(APIError) -> CompletionRun {
        if let run = kept.take(fingerprint) { return run }
        return CompletionRun(try Assignment(form, request.body, key: key, catalog: catalog, times: times), in: work)
    }
}
