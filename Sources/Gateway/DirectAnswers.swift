package import EventLoop
import HTTPClient
package import Horde
package import JSONText
package import Logging
package import OpenAI
package import Prompting

/// Answers without a server, for a program that asks in its own process: `interposer chat`.
///
/// A question passes the same stops as a request: `Assignment`, `CompletionRun`, `AnswerWriter`.
@LoopActor
package final class DirectAnswers {
    /// What is heard of an answer on its way.
    package enum News: Equatable, Sendable {
        /// Where it stands, in words: "position 3 in AI Horde's queue".
        case stands(String)
        /// What the model thinks before it answers.
        case thought(String)
        case text(String)
    }

    private let horde: Horde
    private let key: HordeKey
    private let catalog: ModelCatalog
    private let writer: AnswerWriter
    private let work = RunningWork()

    /// - Parameters:
    ///   - configuration: where Horde is and how it is to be treated.
    ///   - key: whose kudos are spent.
    ///   - formats: how models are spoken to.
    ///   - aliases: the user's own names for models.
    ///   - logger: for what happens on the way.
    package init(
        _ configuration: Horde.Configuration,
        key: HordeKey,
        formats: FormatTable,
        aliases: ModelAliases,
        logger: Logger
    ) {
        horde = Horde(configuration, client: HTTPClient())
        self.key = key
        catalog = ModelCatalog(horde: horde, cache: nil, formats: formats, aliases: aliases, logger: logger)
        writer = AnswerWriter(horde: horde, catalog: catalog, failoverAfter: nil)
    }

    /// Has a chat request answered; the end of the task ends it, and its jobs.
    ///
    /// - Parameters:
    ///   - request: as a client would send it, streamed.
    ///   - onNews: told as it comes.
    /// - Returns: the whole answer.
    /// - Throws: what a client would be told.
    package func answer(
        _ request: JSON,
        onNews: @escaping @LoopActor (News) -> Void
    ) async throws(APIError) -> Completion {
        await catalog.refreshIfOld()
        if case .none(let why?) = catalog.state {
            throw .unavailable("\(why).", code: "not_ready", retryAfterSeconds: 5)
        }
        var body: [UInt8] = []
        request.write(into: &body)
        let assignment = try Assignment(.chat, body, key: key, catalog: catalog, times: AnswerTimes())
        let run = CompletionRun(assignment, in: work)
        let listener = DirectListener(onNews)
        await run.serve(listener, by: writer)
        guard let outcome = run.outcome, !Task.isCancelled else {
            run.discard()
            throw .stopping
        }
        listener.end(outcome, after: run.sent)
        return try outcome.get()
    }

    /// Ends what is left of it at Horde.
    package func close() async {
        work.cancelAll()
        await work.drain(within: .zero)
        await horde.settle(within: Limits.settleSecondsMax)
    }
}

/// Who waits for a direct answer.
@LoopActor
private final class DirectListener: AnswerClient {
    let chunkTimes: ChunkTimes? = nil
    private let onNews: @LoopActor (DirectAnswers.News) -> Void
    private var lastWords = ""

    init(_ onNews: @escaping @LoopActor (DirectAnswers.News) -> Void) {
        self.onNews = onNews
    }

    func progressed(_ progress: GenerationProgress) {
        let words = progress.words
        if words != lastWords { onNews(.stands(words)) }
        lastWords = words
    }

    func write(_ pieces: [CompletionChunk.Piece]) {
        for piece in pieces {
            switch piece {
            case .reasoning(let text, _): onNews(.thought(text))
            case .content(let text, _): onNews(.text(text))
            case .opening, .toolCall, .heartbeat, .finish, .usage: break
            }
        }
    }

    func end(_ outcome: Result<Completion, APIError>, after sent: [Int: SentText]) {
        if case .success(let completion) = outcome { write(completion.pieces(includesUsage: false, after: sent)) }
    }
}
