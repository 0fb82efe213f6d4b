import EventLoop
import HTTPServer
import HTTPTypes
import Horde
import OpenAI

/// A streamed answer as it is sent: the head as late as honesty allows, signs of life while the job runs, the text, the end.
///
/// The head is held back until Horde has accepted the job, so that a refusal can still be an HTTP status; but not longer
/// than three seconds of waiting for our own turn. After the head a failure can only be an event.
@LoopActor
final class CompletionStream: AnswerClient {
    private enum Phase: ~Copyable {
        case unopened(ResponseWriter)
        case open(BodyWriter)
        case closed
    }

    private(set) var chunkTimes: ChunkTimes?
    private var phase: Phase
    private let identity: AnswerIdentity
    private let origin: HTTPFields
    private let includesUsage: Bool
    private var heartbeats = Heartbeats()
    private var patience: TimerID?
    private var heartbeat: TimerID?

    /// For a request that was there at `begun`.
    init(
        _ writer: consuming ResponseWriter,
        _ assignment: Assignment,
        _ origin: HTTPFields,
        since begun: ContinuousClock.Instant
    ) {
        chunkTimes = ChunkTimes(from: begun)
        phase = .unopened(writer)
        identity = assignment.identity
        includesUsage = assignment.parameters.includesUsage
        self.origin = origin
    }

    func progressed(_ progress: GenerationProgress) {
        let isNews = heartbeats.heard(progress)
        switch progress {
        case .inLine:
            if patience == nil {
                patience = EventLoop.schedule(after: Limits.headlessInLineMax) { [weak self] in
                    guard let self else { return }
                    open()
                    write(heartbeats.comment)
                }
            }
        case .submitting: endPatience()
        case .accepted, .pending:
            endPatience()
            open()
            if isNews { write(heartbeats.comment) }
        }
    }

    /// Sends text that is certain.
    func write(_ pieces: [CompletionChunk.Piece]) {
        open()
        chunkTimes?.sent(at: .now)
        write(pieces.flatMap { CompletionChunk(identity: identity, $0).event })
    }

    func end(_ outcome: Result<Completion, APIError>, after sent: [Int: SentText]) {
        switch outcome {
        case .success(let completion): finish(completion, after: sent)
        case .failure(let error): fail(error)
        }
    }

    /// Sends what is missing behind what was sent, and ends the stream.
    private func finish(_ completion: Completion, after sent: [Int: SentText]) {
        open()
        let pieces = completion.pieces(includesUsage: includesUsage, after: sent)
        if pieces.contains(where: \.hasText) { chunkTimes?.sent(at: .now) }
        // In one piece: what a reader has not taken is counted between two writes, and a long answer is no stalled reader.
        write(pieces.flatMap { CompletionChunk(identity: identity, $0).event } + ServerSentEvent.done)
        close()
    }

    /// Ends with an error: a status while there is no head, an event after it.
    private func fail(_ error: APIError) {
        endTimers()
        switch take() {
        case .unopened(let writer): JSONResponse(error).with(origin).send(writer)
        case .open(let body):
            if let code = error.code { body.describe { $0.add("error", code) } }
            body.write(ServerSentEvent.error(error) + ServerSentEvent.done)
            body.finish()
        case .closed: break
        }
    }

    private func open() {
        switch take() {
        case .unopened(let writer):
            phase = .open(writer.start(.ok, fields: Self.fields.merged(with: origin)))
            write(.opening(choice: 0))
            beatLater()
        case .open(let body): phase = .open(body)
        case .closed: break
        }
    }

    private func close() {
        endTimers()
        if case .open(let body) = take() { body.finish() }
    }

    private func beatLater() {
        heartbeat = EventLoop.schedule(after: Limits.heartbeatInterval) { [weak self] in
            guard let self else { return }
            write(heartbeats.comment)
            if heartbeats.isTimeForChunk() { write(.heartbeat(choice: 0)) }
            beatLater()
        }
    }

    private func write(_ piece: CompletionChunk.Piece) {
        write(CompletionChunk(identity: identity, piece).event)
    }

    private func write(_ bytes: [UInt8]) {
        switch phase {
        case .open(let body): body.write(bytes)
        default: break
        }
    }

    private func endPatience() {
        if let patience { EventLoop.cancel(patience) }
        patience = nil
    }

    private func endTimers() {
        endPatience()
        if let heartbeat { EventLoop.cancel(heartbeat) }
        heartbeat = nil
    }

    /// Takes the writer out, leaving `.closed` behind.
    private func take() -> Phase {
        var taken = Phase.closed
        swap(&taken, &phase)
        return taken
    }

    private static let fields: HTTPFields = [
        .contentType: "text/event-stream; charset=utf-8",
        .cacheControl: "no-cache",
        // Proxies on the way must not collect the stream before they pass it on (nginx).
        .named("X-Accel-Buffering"): "no",
    ]
}

/// What the signs of life say, and how often one is a chunk.
struct Heartbeats {
    private var state = "submitting"
    private var part = 0
    private let started = ContinuousClock.now
    private var beats = 0

    /// True when something changed that is worth telling at once.
    mutating func heard(_ progress: GenerationProgress) -> Bool {
        let before = state
        if progress == .accepted { part += 1 }
        state = progress.words
        return state != before
    }

    /// Begins with a word that no client takes for something else ("ping" ends Continue's reader).
    var comment: [UInt8] {
        let elapsed = (ContinuousClock.now - started).components.seconds
        let place = part > 1 ? "part \(part), " : ""
        return ServerSentEvent.comment("keepalive \(elapsed) s, \(place)\(state)")
    }

    mutating func isTimeForChunk() -> Bool {
        beats += 1
        return beats.isMultiple(of: Limits.heartbeatsPerChunk)
    }
}

extension GenerationProgress {
    /// Where it stands, for a person who waits.
    var words: String {
        switch self {
        case .inLine(let ahead, let wait): "in line, \(ahead) ahead, about \(wait.components.seconds + 1) s"
        case .submitting: "submitting"
        case .accepted: "accepted by AI Horde"
        case .pending(let job) where job.isRunning: "being written"
        case .pending(let job) where job.queuePosition > 0: "position \(job.queuePosition) in AI Horde's queue"
        case .pending: "in AI Horde's queue"
        }
    }
}

extension HTTPFields {
    fileprivate func merged(with more: HTTPFields) -> HTTPFields {
        var fields = self
        fields.append(contentsOf: more)
        return fields
    }
}
