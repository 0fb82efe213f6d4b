import EventLoop
import Horde
import OpenAI
import Prompting

/// Has the answers of a request written at Horde: job after job, by whichever models may.
///
/// For each prompt the first part of all its choices is one order; from then on each choice is a chain of its own, with
/// the model that began it. `Voice` decides what comes next, `Chain` of whom it is asked, `Answer` what is asked for
/// once more. What comes of it is left in the run: the functions here wait for minutes, and what they hold
/// meanwhile, they hold for each of thousands of streams.
@LoopActor
final class AnswerWriter {
    let horde: Horde
    let catalog: ModelCatalog
    var failoverAfter: Duration?
    let accounts = AccountLimits()

    /// - Parameters:
    ///   - horde: where it is written.
    ///   - catalog: what workers offer now.
    ///   - failoverAfter: how long a worker may take to begin before other models are tried; nil goes by the queue.
    init(horde: Horde, catalog: ModelCatalog, failoverAfter: Duration?) {
        self.horde = horde
        self.catalog = catalog
        self.failoverAfter = failoverAfter
    }

    /// Everything that was asked for, the prompts side by side; what the run holds already is not written again.
    func write(_ run: CompletionRun) async throws(PartFailure) {
        try await sideBySide(run.manuscripts.count) { place async throws(PartFailure) in
            try await self.write(place, of: run)
        }
    }

    private func write(_ place: Int, of run: CompletionRun) async throws(PartFailure) {
        if run.manuscripts[place].answer != nil { return }
        if run.manuscripts[place].voices.isEmpty { try await begin(place, of: run) }
        try await goOn(place, of: run)
        try await correct(place, of: run)
    }

    /// All choices to their ends.
    @inline(never)
    private func goOn(_ place: Int, of run: CompletionRun) async throws(PartFailure) {
        try await sideBySide(run.manuscripts[place].voices.count) { index async throws(PartFailure) in
            try await self.finish(run.chain(index, of: place))
        }
    }

    /// The answer of a prompt whose texts are written, with those asked for once more that do not stand.
    private func correct(_ place: Int, of run: CompletionRun) async throws(PartFailure) {
        var answer = Answer(run.manuscripts[place].voices)
        while let (spot, again) = answer.nextCorrection() {
            let chain = Chain(Voice(again), by: run.candidates(of: place), as: .correction, of: run)
            do throws(PartFailure) {
                try await finish(chain)
                answer.took(chain.voice, at: spot)
            } catch {
                // What is there is worth more than the error, unless nobody waits for it any more.
                if Task.isCancelled { throw error }
                answer.gaveUp(at: spot)
            }
        }
        if answer.isEmpty { throw .refused(APIError(.emptyText)) }
        run.manuscripts[place].answer = answer
    }

    // MARK: Parts

    /// The first part of every choice, by the first group of models that begins in time.
    private func begin(_ place: Int, of run: CompletionRun) async throws(PartFailure) {
        var withdrawn: PartFailure?
        while true {
            let chain = try opening(place, of: run)
            do throws(PartFailure) {
                guard let part = try await part(of: chain) else { throw .refused(APIError(.emptyText)) }
                return run.began(chain.voices(part), of: place)
            } catch {
                try run.moveOn(place, after: error, &withdrawn)
            }
        }
    }

    /// The first part of a prompt's choices, as the group of models writes it whose turn it is.
    @inline(never)
    private func opening(_ place: Int, of run: CompletionRun) throws(PartFailure) -> Chain {
        let index = run.manuscripts[place].group
        let translation: Translation
        do throws(APIError) {
            translation = try run.assignment.translation(place, for: index)
        } catch {
            throw .refused(error)
        }
        var terms = GenerationTerms(takesEmpty: translation.takesEmpty)
        if run.hasMoreGroups(for: place) {
            terms.startLimit = failoverAfter ?? run.assignment.startLimit(ofGroup: index)
            terms.impossibleReadsMax = Limits.impossibleReadsMax
        }
        return Chain(Voice(translation), by: run.candidates(of: place), as: .opening, of: run, terms: terms)
    }

    /// Goes on with a text until it is over.
    private func finish(_ chain: Chain) async throws(PartFailure) {
        while chain.goesOn(catalog) {
            do throws(PartFailure) {
                chain.take(try await part(of: chain))
            } catch {
                try chain.failed(error)
            }
        }
    }

    /// One job, and others in its place as long as `Chain` has it so; nil when the text has no room to go on.
    private func part(of chain: Chain) async throws(PartFailure) -> [Generation]? {
        while true {
            guard let order = try order(for: chain) else { return nil }
            chain.run.waitBegan()
            defer { chain.run.waitEnded() }
            do throws(HordeError) {
                let part = try await horde.generate(order) { await self.culprits($0, $1, chain) }
                chain.run.partCame()
                return part
            } catch {
                try await recover(chain, from: error)
            }
        }
    }

    /// Waits for what another job needs.
    /// - Throws: why there is no other.
    @inline(never)
    private func recover(_ chain: Chain, from error: HordeError) async throws(PartFailure) {
        switch try chain.step(after: error, at: .now) {
        case .asksForLess(let freeTokens): accounts.learn(chain.run.assignment.key, freeTokens: freeTokens)
        case .waitsForAudience(let pause): try await wait(for: chain.run.audience, after: pause)
        case .refreshesCatalog: await catalog.refreshIfOld()
        }
    }

    /// Waits so long, and for the client if it is away.
    private func wait(for audience: Audience, after pause: Duration?) async throws(PartFailure) {
        do throws(HordeError) {
            if let pause { try await audience.sleep(for: pause) }
            try await audience.presence()
        } catch {
            throw .horde(error)
        }
    }
}
