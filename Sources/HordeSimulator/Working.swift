extension HordeState {
    /// Lets a request wait for a worker, which will see it at its next poll.
    func enqueue(_ request: GenerationRequest, now: Double) {
        // A worker that is not there yet counts: the lane is its own as well, should it come.
        let suited = workers.indices.filter { workers[$0].suits(request.submission) }
        request.queuedAt = now
        lanes.insert(request, into: lanes.lane(for: suited))
        for seconds in Set(suited.map { pickupSeconds(of: workers[$0]) }) {
            due.add(.takeable(request), at: now + seconds)
        }
    }

    private func pickupSeconds(of worker: SimulatedWorker) -> Double {
        worker.role.pickupSeconds ?? script.pickupSeconds
    }

    /// What a worker takes next, if it has a thread for it.
    private func nextRequest(for index: Int, now: Double) -> GenerationRequest? {
        guard workers[index].freeThreads > 0 else { return nil }
        return lanes.next(for: index, now: now, pickupSeconds: pickupSeconds(of: workers[index]))
    }

    /// Lets a worker that was not there at first take what waits for it.
    func arrive(_ worker: SimulatedWorker, now: Double) {
        worker.arrivedAt = now
        fill(worker, now: now)
    }

    /// Offers a request that may be taken by now to its workers, the one with most free threads first.
    func offer(_ request: GenerationRequest, now: Double) {
        guard let lane = request.lane else { return }
        let candidates = lanes.workers(of: lane)
        while let (worker, next) = freest(candidates, now: now) { start(next, on: worker, now: now) }
    }

    /// The worker with most free threads of those that have something to take, and what that is.
    ///
    /// Workers that poll more slowly may have nothing to take yet where others have.
    private func freest(_ candidates: [Int], now: Double) -> (worker: Int, next: GenerationRequest)? {
        var found: (worker: Int, next: GenerationRequest)?
        for worker in candidates where workers[worker].freeThreads > found.map({ workers[$0.worker].freeThreads }) ?? 0
        {
            if let next = nextRequest(for: worker, now: now) { found = (worker, next) }
        }
        return found
    }

    /// Gives a worker jobs until its threads are busy.
    func fill(_ worker: SimulatedWorker, now: Double) {
        guard let index = workers.firstIndex(where: { $0 === worker }) else { return }
        while let request = nextRequest(for: index, now: now) {
            start(request, on: index, now: now)
        }
    }

    /// A worker takes one job of a request; with `n` above 1 the rest goes on waiting.
    private func start(_ request: GenerationRequest, on index: Int, now: Double) {
        let worker = workers[index]
        setSlots(request, request.slotsLeft - 1)
        request.attemptsMade += 1
        let number = request.attemptsMade
        worker.take(now: now)
        request.noteTaken(by: worker)
        request.startedAt = request.startedAt ?? now
        request.expiresAt = now + GenerationRequest.lifeSeconds
        request.attempts.append(.init(number: number, id: random.uuid(), worker: worker, startedAt: now))
        ledger.counters.pops += 1
        if worker.isDead { return }
        let material = AttemptPlan.Material(
            nextReply: { [self] in request.rule.flatMap { rules.nextReply($0) } },
            // The same prompt gets the same texts in every run, and each of its `n` another one.
            seed: { [self] in
                script.seed ^ SplitMix.seed(fromLong: request.submission.prompt) &+ UInt64(request.generations.count)
                    &+ UInt64(request.attempts.count)
            }
        )
        let plan = AttemptPlan(request, number: number, worker: worker, material)
        if case .never = plan.outcome { return }
        due.add(.attemptEnds(request, number: number, outcome: plan.outcome), at: now + plan.seconds)
    }

    /// A worker comes back; too late for an attempt that has been given up (400 AbortedGen, B:865-892).
    func end(_ request: GenerationRequest, _ number: Int, _ outcome: AttemptPlan.Outcome, now: Double) {
        // Where a worker has died, only the sweep ends what it had in hand.
        guard let attempt = request.attempts.first(where: { $0.number == number }), !attempt.worker.isDead else {
            return
        }
        switch outcome {
        case .text(let text, let state): finish(request, attempt, text, state, now: now)
        case .fault: fault(request, attempt, now: now)
        case .never: break
        }
        fill(attempt.worker, now: now)
    }

    /// An attempt failed: its slot goes back to the queue, even where the client has cancelled meanwhile (TH:263-264).
    func fault(_ request: GenerationRequest, _ attempt: GenerationRequest.Attempt, now: Double) {
        release(request, attempt)
        attempt.worker.uncompleted += 1
        ledger.counters.faults += 1
        request.faultedAttempts += 1
        let wasWaiting = request.lane != nil
        setSlots(request, request.slotsLeft + 1)
        if !wasWaiting, !request.isFaulted, !request.isRemoved { enqueue(request, now: now) }
        closeIfOver(request, now: now)
    }

    private func finish(
        _ request: GenerationRequest,
        _ attempt: GenerationRequest.Attempt,
        _ text: String,
        _ state: String,
        now: Double
    ) {
        release(request, attempt)
        let order = request.submission
        let model = attempt.worker.model(for: order)
        request.generations.append(.init(text: text, state: state, worker: attempt.worker, model: model))
        request.expiresAt = now + GenerationRequest.lifeSeconds
        let reward = KudosPrices.job(order, text: text, worker: attempt.worker, parameters: parameters(of: model))
        // A censored text costs nothing but the tax; its worker is paid all the same (webhook_censored.json).
        let cost = (state == "ok" ? reward : 0) + 1
        let tokens = KudosPrices.jobTokens(text, maxLength: order.maxLength)
        request.kudos += cost
        request.account.charge(cost)
        request.account.tokens += tokens
        releaseHold(request, cost)
        attempt.worker.fulfilled += 1
        attempt.worker.kudos += reward
        ledger.counters.texts += 1
        statistics.record(tokens: tokens, now: now)
        closeIfOver(request, now: now)
        if let url = order.webhook { call(url, for: request, attempt, reward: reward, now: now) }
    }

    private func release(_ request: GenerationRequest, _ attempt: GenerationRequest.Attempt) {
        request.attempts.removeAll { $0.number == attempt.number }
        attempt.worker.busyThreads -= 1
    }

    /// Gives back held kudos as jobs are paid, or all of them (K:141-146, PG:252-256).
    func releaseHold(_ request: GenerationRequest, _ amount: Double) {
        let released = min(request.heldKudos, amount)
        request.heldKudos -= released
        request.account.heldKudos -= released
        if request.generations.count >= request.submission.count, request.heldKudos > 0 {
            request.account.heldKudos -= request.heldKudos
            request.heldKudos = 0
        }
    }

    /// Sets how many jobs of a request wait, and keeps its user's count and the queue in step.
    func setSlots(_ request: GenerationRequest, _ slots: Int) {
        if !request.isFaulted {
            request.account.countWaiting(slots - request.slotsLeft, models: request.submission.models)
        }
        request.slotsLeft = slots
        if slots == 0 { lanes.remove(request) }
    }

    /// Notes when a request was over; what is over stays so.
    func closeIfOver(_ request: GenerationRequest, now: Double) {
        guard !request.isOpen, request.endedAt == nil else { return }
        request.endedAt = now
        requests.close(request)
    }
}
