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
    private let horde: Horde
    private let catalog: ModelCatalog
    private let failoverAfter: Duration?
    private let accounts = AccountLimits()

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
                    _ = try await self.finish(run.manuscripts[place].voices[index], of: run) { voice in
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
                answer.took(try await finish(Voice(again), of: run) { _ in }, at: spot)
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
        while true {
            let index = run.manuscripts[place].group
            let isLast = index == groups.count - 1
            var failure: PartFailure
            do throws(PartFailure) {
                let translation: Translation
                do throws(APIError) {
                    translation = try run.assignment.translation(place, for: index)
                } catch {
                    throw .ours(error)
                }
                var terms = GenerationTerms(takesEmpty: translation.takesEmpty)
                if !isLast {
                    terms.startLimit = failoverAfter ?? StartLimit.of(groups[index])
                    terms.impossibleReadsMax = 2
                }
                var voice = Voice(translation)
                let names = groups[index].entries.map(\.name)
                let part = try await part(of: &voice, by: names, run, terms) { translation.order($0, models: names) }
                guard let part else { throw .ours(APIError(.emptyText)) }
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
            guard !isLast, failure.letsOthersTry else { throw failure.error }
            run.manuscripts[place].group = index + 1
        }
    }

    /// Goes on with a text until it is over; `onPart` hears of each part.
    private func finish(
        _ voice: Voice,
        of run: CompletionRun,
        onPart: (Voice) -> Void
    ) async throws(APIError) -> Voice {
        var voice = voice
        while voice.end == nil {
            if voice.authorship.jobs >= Limits.partsMax { voice.cutShort() }
            // A correction has no model of its own before its first part.
            let names = voice.model.map { [$0] } ?? run.models(of: voice)
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
            } catch .horde(.deadlinePassed) where !said.isEmpty && !run.assignment.parameters.isStreaming {
                voice.cutShort()
            } catch {
                throw error.error
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
        var refusals = 0
        var isRefreshed = false
        while true {
            let supply = catalog.current
            let size: JobSize?
            do throws(APIError) {
                size = try voice.nextSize(
                    offers: supply.offers(of: names, for: assignment.parameters.horde),
                    freeTokens: freeTokens(assignment, supply)
                )
            } catch {
                throw .ours(error)
            }
            guard let size else { return nil }
            run.partBegins()
            do throws(HordeError) {
                let generations = try await horde.generate(
                    order(size),
                    key: assignment.key,
                    for: run.audience,
                    terms: terms,
                    onProgress: { run.progressed($0) },
                    onLoss: { error, texts in await self.culprits(error, texts, names, since: supply) }
                )
                return (generations, size)
            } catch .kudosUpfront(let freeTokens) {
                // A request for fast workers alone always needs kudos: that says nothing about lengths.
                guard refusals < Limits.kudosRefusalsMax, assignment.parameters.horde.slowWorkers != false else {
                    throw .ours(APIError(.kudosUpfront(freeTokens: freeTokens ?? AccountLimits.alwaysFreeTokens)))
                }
                refusals += 1
                // What was refused although it was said to be free tells that less is.
                let learned = min(freeTokens ?? AccountLimits.alwaysFreeTokens, size.answerTokens - 1)
                accounts.learn(assignment.key, freeTokens: learned)
            } catch .left {
                do throws(HordeError) { try await run.audience.presence() } catch { throw .horde(error) }
            } catch .impossible where terms.impossibleReadsMax == nil && !isRefreshed {
                // Whoever could take it has gone; what is left may take a smaller one.
                isRefreshed = true
                await catalog.refresh()
            } catch {
                throw .horde(error)
            }
        }
    }

    /// What the account gets without kudos in hand; a client that lets Horde shorten its answers is held to what Horde
    /// would not shorten, since Horde does not tell that it did.
    private func freeTokens(_ assignment: Assignment, _ catalog: Catalog) -> Int? {
        let free = accounts.freeTokens(assignment.key, catalog)
        guard assignment.parameters.horde.allowDowngrade == true else { return free }
        return min(free ?? .max, catalog.upfrontFreeTokens)
    }

    /// The workers that gave nothing, as far as can be told: an empty text names its own, and of a job that was given up
    /// Horde only counts.
    private func culprits(
        _ error: HordeError,
        _ texts: [Generation],
        _ names: [String],
        since supply: Catalog
    ) async -> Set<String> {
        let silent = Set(texts.filter { $0.text.allSatisfy(\.isWhitespace) }.compactMap { $0.worker?.id })
        guard silent.isEmpty, error == .faulted else { return catalog.current.sparing(silent, of: names) }
        await catalog.refresh()
        return catalog.current.sparing(catalog.current.unreliable(since: supply, of: names), of: names)
    }
}

/// Why a part was not written.
private enum PartFailure: Error {
    case horde(HordeError)
    /// It could not even be asked for.
    case ours(APIError)

    var error: APIError {
        switch self {
        case .horde(let error): APIError(error)
        case .ours(let error): error
        }
    }

    /// Whether other models may be asked in place of these.
    var letsOthersTry: Bool {
        switch self {
        case .horde(.notStarted), .horde(.impossible), .ours: true
        case .horde: false
        }
    }
}
