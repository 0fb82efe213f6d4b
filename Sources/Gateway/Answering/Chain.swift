import EventLoop
import Horde
import OpenAI
import Prompting

/// A text on its way, from part to part: its voice, and what its next part is asked of.
///
/// One more chain asks for the first part of all choices of a prompt; it is none of them.
@LoopActor
final class Chain {
    let run: CompletionRun
    private(set) var voice: Voice
    /// The models that may write the next part.
    private(set) var names: [String]
    /// What workers offered when the last job was ordered.
    private(set) var supply = Catalog.empty
    private var terms: GenerationTerms
    private let candidates: [String]
    private let role: Role
    /// The length of the last job.
    private var size: JobSize?
    private var refusals = 0

    enum Role {
        /// The first part of every choice of a prompt.
        case opening
        /// One of the choices of a prompt, by its place among them.
        case choice(Int, ofPrompt: Int)
        /// What is asked for once more.
        case correction
    }

    /// What follows on a job that brought nothing.
    enum Step {
        /// One of less: so many tokens are free for the account, at most.
        case asksForLess(freeTokens: Int)
        case waitsForAudience(Duration?)
        case refreshesCatalog
    }

    /// - Parameters:
    ///   - voice: what is there of the text.
    ///   - candidates: the models of which any may begin it; from then on it is those that are the same model.
    ///   - role: what it is for.
    ///   - run: the work that it belongs to.
    ///   - terms: on what terms its first part is waited for.
    init(
        _ voice: Voice,
        by candidates: [String],
        as role: Role,
        of run: CompletionRun,
        terms: GenerationTerms = GenerationTerms()
    ) {
        self.run = run
        self.voice = voice
        self.candidates = candidates
        self.role = role
        names = candidates
        self.terms = terms
    }

    // MARK: A part

    /// Makes ready for another part; false when the text is over.
    @inline(never)
    func goesOn(_ catalog: ModelCatalog) -> Bool {
        guard voice.end == nil else { return false }
        guard voice.authorship.jobs < Limits.partsMax else {
            voice.cutShort()
            tell()
            return false
        }
        names = voice.model.map { catalog.current.spellings(of: $0, among: candidates) } ?? candidates
        terms = GenerationTerms(takesEmpty: voice.translation.takesEmpty || !voice.said.isEmpty)
        refusals = 0
        return true
    }

    /// Takes the part that has come; nil when the text had no room for one.
    @inline(never)
    func take(_ part: [Generation]?) {
        if let generation = part?.first { voice.take(generation, askedTokens: size?.answerTokens ?? 0) }
        tell()
    }

    /// The voices of all choices, which begin with what has come.
    @inline(never)
    func voices(_ part: [Generation]) -> [Voice] {
        part.prefix(voice.translation.choices).map { generation in
            var voice = voice
            voice.take(generation, askedTokens: size?.answerTokens ?? 0)
            return voice
        }
    }

    /// Takes that the part will not come.
    ///
    /// - Throws: the same, unless what is there is given: where nothing of it is out yet, and no time is left for more.
    @inline(never)
    func failed(_ failure: PartFailure) throws(PartFailure) {
        let isGiven = failure.isLate && !voice.said.isEmpty && !run.assignment.parameters.isStreaming
        guard isGiven else { throw failure }
        voice.cutShort()
        tell()
    }

    private func tell() {
        if case .choice(let index, let place) = role { run.heard(voice, at: index, of: place) }
    }

    // MARK: A job

    /// The next job, among what workers offer now; nil when the text has no room to go on.
    @inline(never)
    func order(_ supply: Catalog, _ freeTokens: Int?) throws(PartFailure) -> PendingOrder? {
        let assignment = run.assignment
        self.supply = supply
        do throws(APIError) {
            let offers = supply.offers(of: names, for: assignment.parameters.horde)
            size = try voice.nextSize(offers: offers, freeTokens: freeTokens)
        } catch {
            throw .noRoom(error)
        }
        guard let size else { return nil }
        var order =
            switch role {
            case .opening: voice.translation.order(size, models: names)
            case .choice, .correction: voice.translation.order(size, models: names, after: voice.said)
            }
        order.avoid(run.avoided)
        terms.isQuick = assignment.isQuick
        terms.isContinued = !voice.said.isEmpty
        terms.forecast = supply.forecast(of: names)
        return PendingOrder(
            order,
            key: assignment.key,
            for: run.audience,
            terms: terms,
            onSpent: { [cost = run.cost] in cost.spent(kudos: $0) },
            onProgress: { [run] in run.progressed($0) }
        )
    }

    /// What follows on a job that ended in this way: another where it was refused for its length, had become impossible,
    /// or was given up because the client had left.
    ///
    /// - Throws: why there is no other.
    @inline(never)
    func step(after error: HordeError, at now: ContinuousClock.Instant) throws(PartFailure) -> Step {
        switch error {
        case .kudosUpfront(let freeTokens):
            let freeTokens = freeTokens ?? AccountLimits.alwaysFreeTokens
            // A request for fast workers alone always needs kudos: that says nothing about lengths.
            guard let size, refusals < Limits.kudosRefusalsMax, run.assignment.parameters.horde.slowWorkers != false
            else {
                throw .refused(APIError(.kudosUpfront(freeTokens: freeTokens)))
            }
            refusals += 1
            // What was refused although it was said to be free tells that less is.
            return .asksForLess(freeTokens: min(freeTokens, size.answerTokens - 1))
        case .left: return .waitsForAudience(nil)
        case .impossible where terms.impossibleReadsMax == nil:
            // Whoever could take it has gone; what is left may take a smaller one. Of a new job Horde knows at once.
            terms.impossibleReadsMax = Limits.impossibleReadsMax
            return .refreshesCatalog
        default:
            // A text that has begun waits until Horde takes the next job.
            guard !voice.said.isEmpty, let pause = error.pause, now + pause < run.audience.deadline else {
                throw .horde(error)
            }
            return .waitsForAudience(pause)
        }
    }
}
