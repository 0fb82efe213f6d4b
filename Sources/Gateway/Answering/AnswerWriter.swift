import EventLoop
import Horde
import OpenAI
import Prompting

/// Has the answers of a request written at Horde: job after job, by whichever models may.
///
/// For each prompt the first part of all its choices is one order; from then on each choice is a chain of its own, with
/// the model that began it. `Voice` decides what comes next, `Answer` what is asked for once more.
@LoopActor
final class AnswerWriter {
    let horde: Horde
    let catalog: ModelCatalog
    private let failoverAfter: Duration?
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
    func write(_ run: CompletionRun) async -> Result<Completion, APIError> {
        do throws(APIError) {
            try await sideBySide(
                run.manuscripts.indices.map { place in
                    { @Sendable @LoopActor () async -> APIError? in
                        do throws(APIError) { try await self.write(place, of: run) } catch { return error }
                        return nil
                    }
                }
            )
            return .success(run.assignment.completion(run.manuscripts.compactMap(\.answer)))
        } catch {
            return .failure(error)
        }
    }

    private func write(_ place: Int, of run: CompletionRun) async throws(APIError) {
        if run.manuscripts[place].answer != nil { return }
        if run.manuscripts[place].voices.isEmpty { try await begin(place, of: run) }
        let chains = run.manuscripts[place].voices.indices.map { index in
            { @Sendable @LoopActor () async -> APIError? in
                do throws(APIError) {
                    let candidates = run.candidates(of: place)
                    _ = try await self.finish(run.manuscripts[place].voices[index], candidates, of: run) { voice in
                        run.heard(voice, at: index, of: place)
                    }
                } catch {
                    return error
                }
                return nil
            }
        }
        try await sideBySide(chains)
        var answer = Answer(run.manuscripts[place].voices)
        while let (spot, again) = answer.nextCorrection() {
            do throws(APIError) {
                answer.took(try await finish(Voice(again), run.candidates(of: place), of: run) { _ in }, at: spot)
            } catch {
                // What is there is worth more than the error, unless nobody waits for it any more.
                if Task.isCancelled { throw error }
                answer.gaveUp(at: spot)
            }
        }
        if answer.isEmpty { throw APIError(.emptyText) }
        run.manuscripts[place].answer = answer
    }

    // MARK: Parts

    /// The first part of every choice, by the first group of models that begins in time.
    private func begin(_ place: Int, of run: CompletionRun) async throws(APIError) {
        let groups = run.assignment.choice.groups
        var withdrawn: PartFailure?
        while true {
            let index = run.manuscripts[place].group
            let isLast = index == groups.count - 1
            var failure: PartFailure
            do throws(PartFailure) {
                let translation: Translation
                do throws(APIError) {
                    translation = try run.assignment.translation(place, for: index)
                } catch {
                    throw .refused(error)
                }
                var terms = GenerationTerms(takesEmpty: translation.takesEmpty)
                if !isLast {
                    terms.startLimit = failoverAfter ?? StartLimit.of(groups[index])
                    terms.impossibleReadsMax = Limits.impossibleReadsMax
                }
                var voice = Voice(translation)
                let names = groups[index].names
                let part = try await part(of: &voice, by: names, run, terms) { translation.order($0, models: names) }
                guard let part else { throw .refused(APIError(.emptyText)) }
                run.began(
                    part.generations.prefix(translation.choices).map { generation in
                        var voice = Voice(translation)
                        voice.take(generation, askedTokens: part.size.answerTokens)
                        return voice
                    },
                    of: place
                )
                return
            } catch {
                failure = error
            }
            guard !isLast, failure.letsOthersTry else {
                // That the last ones have no room is no answer for a prompt that others had room for.
                if case .noRoom = failure, let withdrawn { throw withdrawn.error }
                throw failure.error
            }
            if case .horde = failure { withdrawn = failure }
            run.manuscripts[place].group = index + 1
        }
    }

    /// Goes on with a text until it is over; `onPart` hears of each part.
    ///
    /// Any of the candidates may begin it; from then on it is those that are the same model.
    private func finish(
        _ voice: Voice,
        _ candidates: [String],
        of run: CompletionRun,
        onPart: (Voice) -> Void
    ) async throws(APIError) -> Voice {
        var voice = voice
        while voice.end == nil {
            guard voice.authorship.jobs < Limits.partsMax else {
                voice.cutShort()
                onPart(voice)
                break
            }
            let names = voice.model.map { catalog.current.spellings(of: $0, among: candidates) } ?? candidates
            let said = voice.said
            let translation = voice.translation
            do throws(PartFailure) {
                let terms = GenerationTerms(takesEmpty: translation.takesEmpty || !said.isEmpty)
                let part = try await part(of: &voice, by: names, run, terms) {
                    translation.order($0, models: names, after: said)
                }
                if let part, let generation = part.generations.first {
                    voice.take(generation, askedTokens: part.size.answerTokens)
                }
            } catch {
                // What is there is given, where nothing of it is out yet and no time is left for more.
                let isLate = error.isLate && !said.isEmpty && !run.assignment.parameters.isStreaming
                guard isLate else { throw error.error }
                voice.cutShort()
            }
            onPart(voice)
        }
        return voice
    }

    private typealias Part = (generations: [Generation], size: JobSize)

    /// One job, and another where the first was refused for its length, had become impossible, or was given up because the
    /// client had left; nil when the text has no room to go on.
    private func part(
        of voice: inout Voice,
        by names: [String],
        _ run: CompletionRun,
        _ terms: GenerationTerms,
        _ order: (JobSize) -> GenerationOrder
    ) async throws(PartFailure) -> Part? {
        let assignment = run.assignment
        var terms = terms
        terms.isQuick = assignment.isQuick
        terms.isContinued = !voice.said.isEmpty
        var refusals = 0
        while true {
            let supply = catalog.current
            terms.forecast = supply.forecast(of: names)
            let size: JobSize?
            do throws(APIError) {
                size = try voice.nextSize(
                    offers: supply.offers(of: names, for: assignment.parameters.horde),
                    freeTokens: freeTokens(assignment, supply)
                )
            } catch {
                throw .noRoom(error)
            }
            guard let size else { return nil }
            do throws(HordeError) {
                var order = order(size)
                order.avoid(run.avoided)
                let generations = try await horde.generate(
                    order,
                    key: assignment.key,
                    for: run.audience,
                    terms: terms,
                    onProgress: { run.progressed($0) },
                    onLoss: { error, texts in
                        let culprits = await self.culprits(error, texts, names, since: supply, run.audience)
                        run.avoided.formUnion(culprits)
                        return culprits
                    }
                )
                run.partCame()
                return (generations, size)
            } catch .kudosUpfront(let freeTokens) {
                // A request for fast workers alone always needs kudos: that says nothing about lengths.
                guard refusals < Limits.kudosRefusalsMax, assignment.parameters.horde.slowWorkers != false else {
                    throw .refused(APIError(.kudosUpfront(freeTokens: freeTokens ?? AccountLimits.alwaysFreeTokens)))
                }
                refusals += 1
                // What was refused although it was said to be free tells that less is.
                let learned = min(freeTokens ?? AccountLimits.alwaysFreeTokens, size.answerTokens - 1)
                accounts.learn(assignment.key, freeTokens: learned)
            } catch .left {
                try await pause(run.audience, nil)
            } catch  where error.pause.map({ !voice.said.isEmpty && .now + $0 < run.audience.deadline }) ?? false {
                // A text that has begun waits until Horde takes the next job.
                try await pause(run.audience, error.pause)
            } catch .impossible where terms.impossibleReadsMax == nil {
                // Whoever could take it has gone; what is left may take a smaller one. Of a new job Horde knows at once.
                terms.impossibleReadsMax = Limits.impossibleReadsMax
                await catalog.refreshIfOld()
            } catch {
                throw .horde(error)
            }
        }
    }

    /// Waits, and for the client if it is away.
    private func pause(_ audience: Audience, _ length: Duration?) async throws(PartFailure) {
        do throws(HordeError) {
            if let length { try await audience.sleep(for: length) }
            try await audience.presence()
        } catch {
            throw .horde(error)
        }
    }
}
