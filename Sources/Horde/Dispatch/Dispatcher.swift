import EventLoop

/// The one line in which submissions wait for their turn.
///
/// `AdmissionQueue` decides; this wakes whose turn it is. One that leaves the line has cost nothing.
@LoopActor
final class Dispatcher {
    private var queue: AdmissionQueue<Waiter>
    private var timer: TimerID?
    private var news: TimerID?
    private var asking: Set<HordeKey> = []
    private let concurrency: @LoopActor (HordeKey) async -> Int?
    private(set) var figures = SubmitFigures()

    /// A submission that waits.
    private final class Waiter {
        let pass: @LoopActor (Result<WaitingJobs, HordeError>) -> Void
        let tell: @LoopActor (Int, Duration) -> Void
        let turn: SubmitTurn
        let since: ContinuousClock.Instant

        init(
            _ turn: SubmitTurn,
            since: ContinuousClock.Instant,
            tell: @escaping @LoopActor (Int, Duration) -> Void,
            pass: @escaping @LoopActor (Result<WaitingJobs, HordeError>) -> Void
        ) {
            self.turn = turn
            self.since = since
            self.tell = tell
            self.pass = pass
        }
    }

    /// - Parameters:
    ///   - submitsPerMinute: 0 is no limit, nil Horde's own.
    ///   - concurrency: asks Horde how many jobs of an account may wait.
    init(submitsPerMinute: Int?, concurrency: @escaping @LoopActor (HordeKey) async -> Int?) {
        queue = AdmissionQueue(submitsPerMinute: submitsPerMinute)
        self.concurrency = concurrency
    }

    /// Returns when the caller may submit: now, and with jobs that count as waiting until it says otherwise.
    ///
    /// `onWait` is told how many are before it and how long that takes, when there is a wait, and again as it changes. An
    /// audience that leaves loses its place.
    @inline(never)
    func pass(
        _ turn: SubmitTurn,
        for audience: Audience,
        onWait: @escaping @LoopActor (Int, Duration) -> Void
    ) async throws(HordeError) -> WaitingJobs {
        let place = try enter(turn, audience, onWait)
        await place.settled()
        return try exit(place, audience)
    }

    @inline(never)
    private func enter(
        _ turn: SubmitTurn,
        _ audience: Audience,
        _ onWait: @escaping @LoopActor (Int, Duration) -> Void
    ) throws(HordeError) -> PlaceInLine {
        guard !Task.isCancelled else { throw .cancelled }
        let patience = audience.deadline - .now
        guard audience.isAway || patience > .zero else { throw .deadlinePassed }
        let place = PlaceInLine()
        place.watch = audience.onLeave { place.leave?() }
        join(turn, patience: patience, place, onWait)
        return place
    }

    @inline(never)
    private func exit(_ place: PlaceInLine, _ audience: Audience) throws(HordeError) -> WaitingJobs {
        if let watch = place.watch { audience.forget(watch) }
        if let timer = place.timer { EventLoop.cancel(timer) }
        let outcome = place.outcome
        if audience.isAway {
            if case .success(let jobs) = outcome { jobs.ended() }
            throw .left
        }
        return try outcome.get()
    }

    private func join(
        _ turn: SubmitTurn,
        patience: Duration,
        _ place: PlaceInLine,
        _ onWait: @escaping @LoopActor (Int, Duration) -> Void
    ) {
        let expectation = queue.expectation(for: turn.key, at: .now)
        // What has waited, or goes on, is not sent away now.
        if !turn.isContinued, expectation.isFull || expectation.wait >= patience {
            figures.refusals += 1
            return place.settle(
                .failure(.queueFull(retryAfter: queue.untilShortEnough(expectation, patience: patience)))
            )
        }
        let waiter = Waiter(turn, since: .now, tell: onWait) { place.settle($0) }
        let spot = queue.add(waiter, turn)
        place.leave = { [weak self] in self?.queue.remove(spot)?.pass(.failure(.cancelled)) }
        admit()
        guard !place.isSettled else { return }
        place.timer = EventLoop.schedule(after: patience) { [weak self] in
            guard let self else { return }
            let isFull = queue.isAccountFull(turn, at: .now)
            let error = isFull ? HordeError.tooManyPrompts : .queueFull(retryAfter: Limits.accountPauseMax)
            queue.remove(spot)?.pass(.failure(error))
        }
        onWait(expectation.ahead, expectation.wait)
        tellLater()
    }

    private func admit() {
        if let timer { EventLoop.cancel(timer) }
        timer = nil
        while true {
            switch queue.next(at: .now) {
            case .submits(let waiter):
                let lane: SubmitFigures.Lane = waiter.turn.isQuick ? .quick : .slow
                figures.admitted(lane, after: .now - waiter.since, at: Self.second)
                waiter.pass(.success(WaitingJobs(waiter.turn, self)))
            case .waits(let pause):
                guard let pause else { return }
                timer = EventLoop.schedule(after: pause) { [weak self] in self?.admit() }
                return
            }
        }
    }

    /// Tells those that wait how the line has moved, every few seconds as long as there is one.
    private func tellLater() {
        guard news == nil else { return }
        news = EventLoop.schedule(after: Limits.lineNewsInterval) { [weak self] in
            guard let self else { return }
            news = nil
            queue.forEach(at: .now) { waiter, ahead, wait in waiter.tell(ahead, wait) }
            if queue.count > 0 { tellLater() }
        }
    }

    // MARK: What is heard of submissions and jobs

    func accepted(_ key: HordeKey, limitPerSecond: Int?) {
        figures.accepted += 1
        queue.accepted(key, limitPerSecond: limitPerSecond, at: .now)
        if queue.deservesAsking(key) { ask(key) }
    }

    func refused(_ key: HordeKey, _ error: HordeError) {
        if case .rateLimited = error { figures.rateLimited += 1 }
        queue.refused(key, error, at: .now)
        admit()
    }

    func began(_ jobs: Int, of key: HordeKey) {
        queue.began(jobs, of: key)
        admit()
    }

    /// How many submissions wait for their turn.
    var waitingCounts: [SubmitFigures.Lane: Int] { queue.counts }
    /// How many had it within the last minute, and how many may; nil where there is no limit.
    var submitsOfMinute: Int { figures.lastMinute(at: Self.second) }
    var submitsPerMinute: Int? { queue.submitsPerMinute }
    /// On a clock that does not go back.
    private static var second: Int { Int((ContinuousClock.now - start).components.seconds) }
    private static let start = ContinuousClock.now
    /// How many jobs at Horde wait for a worker, as far as is known.
    var waitingJobs: Int { queue.waitingJobs }

    private func ask(_ key: HordeKey) {
        guard !key.isAnonymous, asking.insert(key).inserted else { return }
        EventLoop.task { [weak self, concurrency] in
            let limit = await concurrency(key)
            guard let self else { return }
            asking.remove(key)
            guard let limit else { return }
            queue.learned(limit, of: key)
            admit()
        }
    }
}

/// The jobs of one submission, as long as they wait for a worker: they count against the account.
@LoopActor
final class WaitingJobs {
    private let key: HordeKey
    private var count: Int
    private let dispatcher: Dispatcher

    fileprivate init(_ turn: SubmitTurn, _ dispatcher: Dispatcher) {
        key = turn.key
        count = turn.jobs
        self.dispatcher = dispatcher
    }

    private init(_ dispatcher: Dispatcher) {
        (key, count) = (.anonymous, 0)
        self.dispatcher = dispatcher
    }

    /// Jobs that count against nobody here.
    static func none(of dispatcher: Dispatcher) -> WaitingJobs { WaitingJobs(dispatcher) }

    isolated deinit { left(0) }

    /// So many are left that no worker has.
    func left(_ waiting: Int) {
        guard waiting < count else { return }
        let begun = count - max(waiting, 0)
        count -= begun
        dispatcher.began(begun, of: key)
    }

    /// None waits any longer.
    func ended() { left(0) }
}
