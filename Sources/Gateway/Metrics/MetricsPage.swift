import EventLoop
import HTTPServer
import HTTPTypes
import Horde
import Metrics
import OpenAI

/// `GET /metrics`: what docs/METRICS.md lists, collected from where it is counted.
@LoopActor
final class MetricsPage {
    private let figures: ServerFigures
    private let horde: Horde
    let catalog: ModelCatalog
    private let work: RunningWork
    private let gate: Gate
    let board: StatusBoard
    let heir: Heir
    /// The one whose connections are counted.
    weak var server: HTTPServer?
    private var kept: (page: JSONResponse, end: ContinuousClock.Instant)?

    init(
        figures: ServerFigures,
        horde: Horde,
        catalog: ModelCatalog,
        work: RunningWork,
        gate: Gate,
        board: StatusBoard,
        heir: Heir
    ) {
        self.figures = figures
        self.horde = horde
        self.catalog = catalog
        self.work = work
        self.gate = gate
        self.board = board
        self.heir = heir
    }

    /// The page, which is kept for twenty times as long as it took to write: whoever asks again and again gets no more than a
    /// twentieth of the loop's time.
    func response() -> JSONResponse {
        let now = ContinuousClock.now
        if let kept, kept.end > now { return kept.page }
        let page = written()
        kept = (page, ContinuousClock.now + (ContinuousClock.now - now) * 20)
        return page
    }

    private func written() -> JSONResponse {
        var page = Exposition()
        writeHTTP(to: &page)
        writeAnswers(to: &page)
        writeKeys(to: &page)
        let figures = horde.figures
        writeLine(figures, to: &page)
        writeHorde(figures, to: &page)
        writeModels(to: &page)
        writeProcess(figures, to: &page)
        return JSONResponse(.ok, fields: [.contentType: Exposition.contentType], bytes: Array(page.text.utf8))
    }

    private func writeHTTP(to page: inout Exposition) {
        let requests = figures.requests.all.map { entry -> (Exposition.Labels, Distribution) in
            let (labels, duration) = entry
            let code = labels.status.map { "\($0)" } ?? "none"
            return (["method": labels.method, "route": labels.route, "code": code], duration)
        }
        page.counter(
            "interposer_http_requests_total",
            "Requests that have ended.",
            samples: requests.map { ($0.0, Double($0.1.count)) }
        )
        page.histogram(
            "interposer_http_request_duration_seconds",
            "From a request's first byte to the last one of its answer.",
            requests
        )
        page.gauge(
            "interposer_http_in_flight",
            "Requests that are being received or answered.",
            server?.openExchanges ?? 0
        )
        page.gauge("interposer_http_connections", "Connections of clients.", server?.connectionCount ?? 0)
        page.counter(
            "interposer_http_rejected_total",
            "Requests that were refused before anything was done for them.",
            samples: figures.rejections.all.map { (["reason": $0.labels.rawValue], Double($0.value)) }
        )
        page.histogram(
            "interposer_overhead_seconds",
            "What the server itself added to an answer.",
            figures.overheads.all.map { (["route": Router.route(of: $0.labels)], $0.value) }
        )
    }

    private func writeAnswers(to page: inout Exposition) {
        func labels(_ labels: ServerFigures.AnswerLabels) -> Exposition.Labels {
            let operation = labels.form.operation
            guard let error = labels.error else {
                return [
                    "gen_ai_operation_name": operation, "gen_ai_provider_name": "ai_horde",
                    "gen_ai_request_model": labels.model,
                ]
            }
            return [
                "gen_ai_operation_name": operation, "gen_ai_provider_name": "ai_horde",
                "gen_ai_request_model": labels.model, "error_type": error,
            ]
        }
        page.histogram(
            "gen_ai_client_operation_duration_seconds",
            "An answer, from the whole request to its end.",
            figures.answers.all.map { (labels($0.labels), $0.value) }
        )
        page.histogram(
            "gen_ai_client_operation_time_to_first_chunk_seconds",
            "Until the first text of a streamed answer is sent.",
            figures.firstChunks.all.map { (labels($0.labels), $0.value) }
        )
        page.histogram(
            "gen_ai_client_operation_time_per_output_chunk_seconds",
            "Between two texts of a streamed answer.",
            figures.furtherChunks.all.map { (labels($0.labels), $0.value) }
        )
        page.gauge(
            "interposer_answers_running",
            "Answers that are being written, with those whose client has left a moment ago.",
            work.count
        )
        page.counter(
            "interposer_answer_tokens_total",
            "Tokens of prompts and answers, estimated.",
            samples: [
                (["type": "input"], Double(figures.promptTokens)),
                (["type": "output"], Double(figures.completionTokens)),
            ]
        )
    }

    private func writeKeys(to page: inout Exposition) {
        let accounts = gate.accounts
        func samples(_ value: (KeyLedger.Use) -> Double) -> [(Exposition.Labels, Double)] {
            accounts.map { (Exposition.Labels(dictionaryLiteral: ("key", $0.key.name)), value($0.account.sinceStart)) }
        }
        page.counter(
            "interposer_key_answers_total",
            "Answers that a local key has had.",
            samples: samples { Double($0.answers) }
        )
        page.counter(
            "interposer_key_tokens_total",
            "Tokens read and written for it.",
            samples: samples { Double($0.tokens) }
        )
        page.counter("interposer_key_kudos_total", "Kudos spent for it.", samples: samples { $0.kudos })
    }

    private func writeLine(_ figures: Horde.Figures, to page: inout Exposition) {
        let waiting = SubmitFigures.Lane.allCases.map { lane -> (Exposition.Labels, Double) in
            (["lane": lane.rawValue], Double(figures.waitingSubmissions[lane] ?? 0))
        }
        page.gauge(
            "interposer_queue_length",
            "Submissions that wait for their turn.",
            samples: waiting
        )
        page.histogram(
            "interposer_queue_wait_seconds",
            "How long submissions waited for their turn.",
            figures.submits.waits.all.map { (["lane": $0.labels.rawValue], $0.value) }
        )
        page.counter("interposer_queue_refused_total", "Requests that the full line refused.", figures.submits.refusals)
    }
}

extension CompletionForm {
    /// OpenTelemetry's name of it.
    fileprivate var operation: String {
        switch self {
        case .chat: "chat"
        case .text: "text_completion"
        }
    }
}
