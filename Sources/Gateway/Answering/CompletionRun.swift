import EventLoop
import Horde
import OpenAI
import Prompting

/// The work of one answer, from its first job to its last, for a client that may leave it and find it again.
///
/// ## When it goes away
/// With its client, unless that left before the answer was whole: then `KeptRuns` holds it for two minutes.
@LoopActor
final class CompletionRun {
    /// What a client hears of its answer while it is written.
    struct Client {
        let onProgress: @LoopActor (GenerationProgress) -> Void
        /// Text that is certain; nil for a client that waits for all of it.
        let onPieces: (@LoopActor ([CompletionChunk.Piece]) -> Void)?
    }

    /// What is written for one prompt.
    struct Manuscript {
        /// Which of the groups of models writes it; those before did not begin in time.
        var group: Int
        var voices: [Voice] = []
        var answer: Answer?
    }

    let assignment: Assignment
    let audience: Audience
    var manuscripts: [Manuscript]
    /// Workers that gave nothing, from which its further jobs are kept.
    var avoided: Set<String> = []
    /// What the client has been told of each choice.
    private(set) var sent: [Int: SentText] = [:]
    private var client: Client?
    private let work: RunningWork
    /// The number of the work that goes on.
    private var task: Int?
    private var outcome: Result<Completion, APIError>?
    private var waiter: UnsafeContinuation<Result<Completion, APIError>, Never>?

    init(_ assignment: Assignment, in work: RunningWork) {
        self.work = work
        self.assignment = assignment
        audience = Audience(until: assignment.deadline(from: .now))
        manuscripts = (0..<assignment.promptCount).map { _ in Manuscript(group: assignment.firstGroup) }
    }

    // MARK: For the client

    /// Answers a client: from the beginning, or with what there is and from there on.
    func serve(_ client: Client, by writer: AnswerWriter) async -> Result<Completion, APIError> {
        self.client = client
        sent = [:]
        audience.comeBack(until: assignment.deadline(from: .now))
        if case .failure? = outcome { outcome = nil }
        // What is whole goes out in one piece.
        if outcome == nil { tell(Array(manuscripts.indices)) }
        if outcome == nil, task == nil { start(writer) }
        return await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                if let outcome { return continuation.resume(returning: outcome) }
                // It may have left before it could wait.
                if audience.isAway { return continuation.resume(returning: .failure(.stopping)) }
                waiter = continuation
            }
        } onCancel: {
            EventLoop.perform { self.leave() }
        }
    }

    /// Whether a client that comes back finds more than it would by asking anew.
    var isWorthKeeping: Bool {
        switch outcome {
        case .success, nil: true
        case .failure(let error):
            // Those are the errors after which clients ask again.
            (error.status >= 500 || error.status == 429) && manuscripts.contains { !$0.voices.isEmpty }
        }
    }

    /// What it holds, in bytes: the prompts, the conversation that they were written from, and the texts with what was sent
    /// of them.
    var bytes: Int {
        3 * assignment.promptBytes + 2 * manuscripts.reduce(0) { $0 + $1.voices.reduce(0) { $0 + $1.said.utf8.count } }
    }

    /// Ends the work; its jobs are deleted.
    func discard() {
        if let task { work.cancel(task) }
    }

    private func start(_ writer: AnswerWriter) {
        task = work.start { [self] in
            let outcome = await writer.write(self)
            task = nil
            self.outcome = outcome
            client = nil
            resume(outcome)
        }
    }

    private func leave() {
        guard client != nil else { return }
        client = nil
        audience.leave()
        resume(.failure(.stopping))
    }

    private func resume(_ outcome: Result<Completion, APIError>) {
        let waiter = waiter
        self.waiter = nil
        waiter?.resume(returning: outcome)
    }

    // MARK: For the writer

    func progressed(_ progress: GenerationProgress) {
        client?.onProgress(progress)
    }

    /// A stream lives as long as parts of it come.
    func partCame() {
        guard assignment.parameters.isStreaming else { return }
        audience.deadline = .now + Limits.streamedPartSecondsMax
    }

    func began(_ voices: [Voice], of place: Int) {
        manuscripts[place].voices = voices
        tell([place])
    }

    func heard(_ voice: Voice, at index: Int, of place: Int) {
        manuscripts[place].voices[index] = voice
        tell([place])
    }

    /// The models that may write for a prompt.
    func candidates(of place: Int) -> [String] { assignment.choice.groups[manuscripts[place].group].names }

    /// Sends what has become certain for some prompts, in one piece.
    private func tell(_ places: [Int]) {
        guard let onPieces = client?.onPieces else { return }
        var pieces: [CompletionChunk.Piece] = []
        for place in places {
            for (index, voice) in manuscripts[place].voices.enumerated() {
                let choice = assignment.choiceIndex(index, ofPrompt: place)
                let settled = voice.settled
                pieces += sent[choice, default: SentText(choice: choice)].advance(
                    reasoning: settled.reasoning,
                    content: settled.content,
                    choice: choice
                )
            }
        }
        if !pieces.isEmpty { onPieces(pieces) }
    }
}
