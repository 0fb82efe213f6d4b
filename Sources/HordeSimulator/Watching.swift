import HTTPTypes
import JSONText

extension HordeState {
    /// `GET generate/text/status/{id}`: no key is asked for, the id is the capability.
    func status(_ id: String, _ call: Call, now: Double) throws(Refusal) -> Answer {
        guard let request = requests[id] else { throw .requestNotFound(id, action: "Status") }
        if call.method == .get {
            request.polls.record(now)
            ledger.counters.notePolls(request.polls.mostPerMinute)
            noteTold(request, now: now)
        }
        return Answer(.ok, statusBody(request, now: now))
    }

    /// Measures how long the last text of a request had to wait for this read.
    private func noteTold(_ request: GenerationRequest, now: Double) {
        guard !request.isTold, let endedAt = request.endedAt,
            request.generations.count >= request.submission.count
        else { return }
        request.isTold = true
        ledger.lags.record(
            milliseconds: clock.realSeconds(now - endedAt) * 1000,
            waitedSeconds: clock.realSeconds(now - request.submittedAt)
        )
    }

    /// `DELETE generate/text/status/{id}`: answers the state before, then takes away the jobs that wait.
    ///
    /// What a worker has in hand goes on (K:292-311).
    func delete(_ id: String, now: Double) throws(Refusal) -> Answer {
        guard let request = requests[id] else { throw .requestNotFound(id, action: "Delete") }
        let answer = Answer(.ok, statusBody(request, now: now))
        request.deletes.append(now)
        setSlots(request, 0)
        closeIfOver(request, now: now)
        return answer
    }

    private func statusBody(_ request: GenerationRequest, now: Double) -> JSON {
        [
            "generations": .array(request.generations.map(\.json)),
            "finished": JSON(request.generations.count),
            "processing": JSON(request.attempts.count),
            "restarted": JSON(request.faultedAttempts),
            "waiting": JSON(request.waiting),
            "done": .bool(request.isDone),
            "faulted": .bool(request.isFaulted),
            "wait_time": JSON(waitSeconds(request, now: now)),
            "queue_position": JSON(position(of: request, now: now)),
            "kudos": JSON(request.kudos.rounded(.toNearestOrEven)),
            "is_possible": .bool(isPossible(request, now: now)),
        ]
    }

    /// Horde's estimate: of what a worker has in hand only, since a unit error makes all that waits count as nothing
    /// (API.md 3.3; PG:357-369).
    private func waitSeconds(_ request: GenerationRequest, now: Double) -> Int {
        let longest = request.attempts.map {
            Double(request.submission.maxLength) / $0.worker.speed - (now - $0.startedAt)
        }
        return Int(max(0, longest.max() ?? 0).rounded(.toNearestOrEven))
    }

    /// The place among all that wait, as of the last whole second: 0 for what came after it, and for what does not wait
    /// (WP:538-542).
    ///
    /// The numbering is made at most once a second, and only where somebody asks.
    private func position(of request: GenerationRequest, now: Double) -> Int {
        guard request.waiting > 0, request.lane != nil else { return 0 }
        let second = now.rounded(.down)
        if positionsSecond != second {
            positionsSecond = second
            lanes.number(second: second)
        }
        return request.positionSecond == second ? request.position : 0
    }

    /// Whether a worker could take it or has it; each verdict stands for 60 s (WP:564-569).
    private func isPossible(_ request: GenerationRequest, now: Double) -> Bool {
        if now >= request.possibleUntil {
            request.possibleUntil = now + 60
            request.isPossible = !request.attempts.isEmpty || workers.contains { $0.fits(request.submission, now: now) }
        }
        return request.isPossible
    }
}

extension GenerationRequest.Generation {
    /// A generation as the status tells it: with neither an id nor a price (M:516-541, KM:86-102).
    var json: JSON {
        [
            "text": .string(text),
            "seed": 0,
            "gen_metadata": metadata,
            "worker_id": .string(worker.role.id),
            "worker_name": .string(worker.role.name),
            "model": .string(model),
            "state": .string(state),
        ]
    }

    var metadata: JSON {
        state == "csam" ? [["type": "censorship", "value": "csam"]] : []
    }
}
