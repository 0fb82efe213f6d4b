import EventLoop
import HTTPServer
import Horde
import Metrics
import OpenAI

/// What the server has counted since its start: of requests, and of answers.
@LoopActor
final class ServerFigures {
    struct RequestLabels: Hashable {
        let method: String
        let route: String
        /// nil where the client had left before an answer began.
        let status: Int?
    }

    struct AnswerLabels: Hashable {
        let form: CompletionForm
        let model: String
        /// The code of the error that ended it.
        var error: String?
    }

    private(set) var requests = Series<RequestLabels, Distribution>(
        of: Distribution(requestBounds),
        countMax: Limits.requestSeriesMax
    ) { RequestLabels(method: $0.method, route: $0.route, status: nil) }
    private(set) var rejections = Series<Rejection, Int>(of: 0)
    private(set) var overheads = Series<CompletionForm, Distribution>(of: Distribution(overheadBounds))
    private(set) var answers = Series<AnswerLabels, Distribution>(
        of: Distribution(answerBounds),
        countMax: Limits.answerSeriesMax
    ) { AnswerLabels(form: $0.form, model: ModelLabel.rest, error: $0.error) }
    private(set) var firstChunks = Series<AnswerLabels, Distribution>(
        of: Distribution(answerBounds),
        countMax: Limits.answerSeriesMax
    ) { AnswerLabels(form: $0.form, model: ModelLabel.rest, error: $0.error) }
    private(set) var furtherChunks = Series<AnswerLabels, Distribution>(
        of: Distribution(answerBounds),
        countMax: Limits.answerSeriesMax
    ) { AnswerLabels(form: $0.form, model: ModelLabel.rest, error: $0.error) }
    private(set) var promptTokens = 0
    private(set) var completionTokens = 0

    private static let requestBounds = [0.005, 0.025, 0.1, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600]
    private static let overheadBounds = [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1,
    ]
    /// OpenTelemetry's, and as many more as Horde needs.
    private static let answerBounds = (0...16).map { 0.01 * Double(1 << $0) }

    init() {
        // From nothing on, so that the first one is seen to come.
        for rejection in Rejection.allCases { rejections.count(rejection) { $0 += 0 } }
    }

    // MARK: Requests

    /// An exchange is over.
    func ended(_ summary: ExchangeSummary) {
        let labels = RequestLabels(
            method: Self.methods.contains(summary.method) ? summary.method : "other",
            route: Router.label(ofPath: summary.path),
            status: summary.status
        )
        requests.count(labels) { $0.add(summary.duration) }
    }

    private static let methods = ["GET", "POST", "HEAD", "OPTIONS"]

    /// A request was refused before anything was done for it, if this is such an error.
    func refused(_ error: APIError) {
        if let rejection = Rejection(error) { rejections.count(rejection) { $0 += 1 } }
    }

    func refused(_ refusal: Refusal) {
        if let rejection = Rejection(refusal) { rejections.count(rejection) { $0 += 1 } }
    }

    // MARK: Answers

    /// A client waits no longer for an answer.
    ///
    /// - Parameters:
    ///   - labels: what it was, and why it came to nothing.
    ///   - usage: of an answer that is whole.
    ///   - duration: since the request was there.
    ///   - waiting: how much of it was Horde's, or a turn's.
    ///   - chunks: when its text was sent, of a stream.
    func ended(
        _ labels: AnswerLabels,
        _ usage: Usage?,
        after duration: Duration,
        waiting: Duration,
        _ chunks: ChunkTimes?
    ) {
        answers.count(labels) { $0.add(duration) }
        if let usage {
            promptTokens += usage.promptTokens
            completionTokens += usage.completionTokens
            overheads.count(labels.form) { $0.add(max(duration - waiting, .zero)) }
        }
        guard let chunks, let first = chunks.first else { return }
        var labels = labels
        labels.error = nil
        firstChunks.count(labels) { $0.add(first) }
        guard !chunks.further.isEmpty else { return }
        furtherChunks.count(labels) { for gap in chunks.further { $0.add(gap) } }
    }
}

/// When the texts of a stream were sent.
struct ChunkTimes {
    /// From the beginning to the first one.
    private(set) var first: Duration?
    /// Between one and the next.
    private(set) var further: [Duration] = []
    private var last: ContinuousClock.Instant

    init(from begun: ContinuousClock.Instant) {
        last = begun
    }

    mutating func sent(at now: ContinuousClock.Instant) {
        if first == nil { first = now - last } else if further.count < Limits.partsMax { further.append(now - last) }
        last = now
    }
}

/// Why a request was refused before anything was done for it.
enum Rejection: String, CaseIterable {
    case parser, auth, limit, overload, drain

    init?(_ refusal: Refusal) {
        switch refusal {
        case .malformed, .bodyTooLarge, .headTooLarge, .tooManyFields: self = .parser
        case .tooManyConnections: self = .limit
        case .abandoned: return nil
        }
    }

    init?(_ error: APIError) {
        switch error.code {
        case "invalid_api_key", "too_many_failed_attempts", "model_not_allowed": self = .auth
        case "concurrency_limit_exceeded", "daily_budget_exceeded": self = .limit
        case "queue_full": self = .overload
        case "stopping": self = .drain
        default: return nil
        }
    }
}
