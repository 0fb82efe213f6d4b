import EventLoop
import HTTPServer
import HTTPTypes
import Horde
import OpenAI

/// A client that waits for its answer, as the run of that answer sees it.
@LoopActor
protocol AnswerClient: AnyObject {
    /// When its texts were sent; nil where it gets them all at once.
    var chunkTimes: ChunkTimes? { get }
    /// Hears where the work stands.
    func progressed(_ progress: GenerationProgress)
    /// Gets text that is certain; only for a client that asked for a stream.
    func write(_ pieces: [CompletionChunk.Piece])
    /// Gets what has come of it, of which it was sent so much of each choice: the last call.
    func end(_ outcome: Result<Completion, APIError>, after sent: [Int: SentText])
}

/// One that waits for the whole answer, and hears nothing before.
@LoopActor
final class WholeAnswer: AnswerClient {
    let chunkTimes: ChunkTimes? = nil
    private var writer: ResponseWriter?
    private let origin: HTTPFields

    init(_ writer: consuming ResponseWriter, _ origin: HTTPFields) {
        self.writer = consume writer
        self.origin = origin
    }

    func progressed(_ progress: GenerationProgress) {}

    func write(_ pieces: [CompletionChunk.Piece]) {}

    func end(_ outcome: Result<Completion, APIError>, after sent: [Int: SentText]) {
        guard let writer = writer.take() else { return }
        let reply =
            switch outcome {
            case .success(let completion): JSONResponse(.ok, completion.json)
            case .failure(let error): JSONResponse(error)
            }
        reply.with(origin).send(writer)
    }
}
