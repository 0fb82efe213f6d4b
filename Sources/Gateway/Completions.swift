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
    private let board: StatusBoard
    private let figures: ServerFigures
    private var times: AnswerTimes

    init(
        writer: AnswerWriter,
        catalog: ModelCatalog,
        work: RunningWork,
        kept: KeptRuns,
        gate: Gate,
        board: StatusBoard,
        figures: ServerFigures,
        times: AnswerTimes
    ) {
        self.writer = writer
        self.catalog = catalog
        self.work = work
        self.kept = kept
        self.gate = gate
        self.board = board
        self.figures = figures
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
        fileprivate let begun: ContinuousClock.Instant
        /// How long the run had waited for Horde before.
        fileprivate let waitedBefore: Duration
        /// The local key that pays for it.
        fileprivate let localKey: LocalKey?

        @LoopActor fileprivate init(
            _ run: CompletionRun,
            _ client: any AnswerClient,
            _ fingerprint: RequestFingerprint,
            since begun: ContinuousClock.Instant,
            _ localKey: LocalKey?
        ) {
            self.run = run
            self.client = client
            self.fingerprint = fingerprint
            self.begun = begun
            waitedBefore = run.hordeTime.total(at: begun)
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
        let begun = ContinuousClock.now
        let requestID = request.id
        let fingerprint = RequestFingerprint(form, copy request, grant.hordeKey)
        let run: CompletionRun
        // The run that this client has left, if it has.
        let returned = kept.take(fingerprint)
        do throws(APIError) {
            if work.phase == .draining { throw .stopping }
            if let returned { run = returned } else { run = try self.run(form, consume request, grant.hordeKey) }
            if let key = grant.localKey {
                try gate.begin(key, for: run.assignment, isReturning: returned != nil)
                run.cost.payer = Payer(key: key, gate: gate)
            }
        } catch {
            if let returned { kept.keep(returned, for: fingerprint) }
            board.failed(error)
            figures.refused(error)
            JSONResponse(error).with(origin).send(response)
            return nil
        }
        run.requestID = requestID
        let before = run.effort
        response.describe { run.describe(&$0, since: before) }
        board.began(run)
        guard run.assignment.parameters.isStreaming else {
            return Visit(run, WholeAnswer(response, origin), fingerprint, since: begun, grant.localKey)
        }
        let stream = CompletionStream(response, run.assignment, origin, since: begun)
        return Visit(run, stream, fingerprint, since: begun, grant.localKey)
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
        if case .failure(let error)? = visit.run.outcome {
            board.ended(visit.run, error)
        } else {
            board.ended(visit.run, nil)
        }
        visit.run.charge()
        if let key = visit.localKey { gate.end(key) }
        if case .success = outcome, !Task.isCancelled {} else { kept.keep(visit.run, for: visit.fingerprint) }
        visit.client.end(outcome, after: visit.run.sent)
        count(visit, outcome)
    }

    private func count(_ visit: Visit, _ outcome: Result<Completion, APIError>) {
        let now = ContinuousClock.now
        let (run, form) = (visit.run, visit.run.assignment.identity.form)
        var labels = ServerFigures.AnswerLabels(form: form, model: run.modelLabel)
        var usage: Usage?
        switch outcome {
        case _ where Task.isCancelled: labels.error = "client_left"
        case .success(let completion): usage = completion.usage
        case .failure(let error):
            labels.error = error.code ?? "error"
            // What never had a turn was refused, however long it has waited.
            if Rejection(error) == .overload { figures.refused(error) }
        }
        figures.ended(
            labels,
            usage,
            after: now - visit.begun,
            waiting: run.hordeTime.total(at: now) - visit.waitedBefore,
            visit.client.chunkTimes
        )
    }

    private func run(
        _ form: CompletionForm,
        _ request: Request,
        _ key: HordeKey
    ) throws(APIError) -> CompletionRun {
        CompletionRun(try Assignment(form, request.body, key: key, catalog: catalog, times: times), in: work)
    }
}
