import EventLoop
import Horde
import Metrics
import OpenAI
import Prompting

/// The work of one answer, from its first job to its last, for a client that may leave it and find it again.
///
/// ## When it goes away
/// With its client, unless that left before the answer was whole: then `KeptRuns` holds it for two minutes.
@LoopActor
final class CompletionRun {
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
    /// When it was asked for, and where it stands.
    let begun = ContinuousClock.now
    private(set) var progress: GenerationProgress?
    let cost = RunCost()
    /// Of the request that waits for it.
    var requestID = ""
    private(set) var hordeTime = HordeTime()
    /// Those that Horde has taken.
    private(set) var jobCount = 0
    /// What the client has been told of each choice.
    private(set) var sent: [Int: SentText] = [:]
    private var client: (any AnswerClient)?
    private let work: RunningWork
    /// The number of the work that goes on.
    private var task: Int?
    /// What has come of it; nil while it is written.
    private(set) var outcome: Result<Completion, APIError>?
    private var waiter: UnsafeContinuation<Void, Never>?

    init(_ assignment: Assignment, in work: RunningWork) {
        self.work = work
        self.assignment = assignment
        audience = Audience(until: assignment.deadline(from: .now))
        manuscripts = (0..<assignment.promptCount).map { _ in Manuscript(group: assignment.firstGroup) }
    }

    // MARK: For the client

    /// Answers a client: from the beginning, or with what there is and from there on.
    ///
    /// Returns when `outcome` is there, or the client has left.
    @inline(__always)
    func serve(_ client: any AnswerClient, by writer: AnswerWriter) async {
        greet(client, writer)
        await withTaskCancellationHandler {
            await withUnsafeContinuation { waits($0) }
        } onCancel: {
            EventLoop.perform { self.leave() }
        }
    }

    @inline(never)
    private func greet(_ client: any AnswerClient, _ writer: AnswerWriter) {
        self.client = client
        sent = [:]
        audience.comeBack(until: assignment.deadline(from: .now))
        if case .failure? = outcome { outcome = nil }
        // What is whole goes out in one piece.
        if outcome == nil { tell(Array(manuscripts.indices)) }
        if outcome == nil, task == nil { start(writer) }
    }

    @inline(never)
    private func waits(_ continuation: UnsafeContinuation<Void, Never>) {
        // It may have left before it could wait.
        if outcome != nil || audience.isAway { continuation.resume() } else { waiter = continuation }
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

    /// Has the tokens paid that it has used by now: those of the usage, or, while there is none, what the bytes of prompts
    /// and texts come to.
    func charge() {
        if case .success(let completion)? = outcome {
            cost.used(tokens: completion.usage.totalTokens)
        } else if manuscripts.contains(where: { !$0.voices.isEmpty }) {
            let said = manuscripts.reduce(0) { $0 + $1.voices.reduce(0) { $0 + $1.said.utf8.count } }
            cost.used(tokens: (assignment.promptBytes + said) / Self.bytesPerToken)
        }
    }

    private static let bytesPerToken = 4

    /// Ends the work; its jobs are deleted.
    func discard() {
        if let task { work.cancel(task) }
    }

    private func start(_ writer: AnswerWriter) {
        task = work.start { [self] in
            do throws(PartFailure) {
                try await writer.write(self)
                ended(nil)
            } catch {
                ended(error)
            }
        }
    }

    @inline(never)
    private func ended(_ failure: PartFailure?) {
        task = nil
        if let failure {
            outcome = .failure(failure.error)
        } else {
            outcome = .success(assignment.completion(manuscripts.compactMap(\.answer), kudos: cost.kudos))
        }
        // Also what was written while nobody waited.
        charge()
        client = nil
        resume()
    }

    private func leave() {
        guard client != nil else { return }
        client = nil
        audience.leave()
        resume()
    }

    private func resume() {
        let waiter = waiter
        self.waiter = nil
        waiter?.resume()
    }

    // MARK: For the writer

    /// From now on Horde is waited for, or a turn to ask it.
    func waitBegan() { hordeTime.began(at: .now) }
    func waitEnded() { hordeTime.ended(at: .now) }

    func progressed(_ progress: GenerationProgress) {
        self.progress = progress
        if progress == .accepted { jobCount += 1 }
        client?.progressed(progress)
    }

    /// A stream lives as long as parts of it come.
    @inline(never)
    func partCame() {
        guard assignment.parameters.isStreaming else { return }
        audience.deadline = assignment.deadline(from: .now)
    }

    @inline(never)
    func began(_ voices: [Voice], of place: Int) {
        manuscripts[place].voices = voices
        tell([place])
    }

    func heard(_ voice: Voice, at index: Int, of place: Int) {
        manuscripts[place].voices[index] = voice
        tell([place])
    }

    /// One of a prompt's choices, to be gone on with.
    @inline(never)
    func chain(_ index: Int, of place: Int) -> Chain {
        let voice = manuscripts[place].voices[index]
        return Chain(voice, by: candidates(of: place), as: .choice(index, ofPrompt: place), of: self)
    }

    /// Whether other models may be asked for a prompt, should those whose turn it is not begin.
    func hasMoreGroups(for place: Int) -> Bool { manuscripts[place].group < assignment.groupCount - 1 }

    /// Lets other models try a prompt in place of those that did not begin; `withdrawn` is why earlier ones did not.
    ///
    /// - Throws: the failure when there are no others, or when it would be the same with them.
    @inline(never)
    func moveOn(_ place: Int, after failure: PartFailure, _ withdrawn: inout PartFailure?) throws(PartFailure) {
        guard hasMoreGroups(for: place), failure.letsOthersTry else {
            // That the last ones have no room is no answer for a prompt that others had room for.
            if case .noRoom = failure, let withdrawn { throw withdrawn }
            throw failure
        }
        if case .horde = failure { withdrawn = failure }
        manuscripts[place].group += 1
    }

    /// The model that has answered, or the only one that may; "several" where there is more than one.
    var modelLabel: String {
        if let model = manuscripts.first?.voices.first?.model { return ModelLabel.of(model) }
        let candidates = candidates(of: 0)
        return candidates.count == 1 ? ModelLabel.of(candidates[0]) : "several"
    }

    /// The models that may write for a prompt.
    func candidates(of place: Int) -> [String] { assignment.names(ofGroup: manuscripts[place].group) }

    /// Sends what has become certain for some prompts, in one piece.
    private func tell(_ places: [Int]) {
        guard let client, assignment.parameters.isStreaming else { return }
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
        if !pieces.isEmpty { client.write(pieces) }
    }
}
