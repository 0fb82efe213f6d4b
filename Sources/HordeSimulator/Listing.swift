import HTTPTypes
import JSONText

/// One line of `/status/models` (M:509-515, DF:337-446).
struct ModelRow {
    let name: String
    /// Threads, not workers; maintenance does not count.
    var threads = 0
    var speed = 0.0
    var queuedTokens = 0
    var jobs = 0

    init(name: String) {
        self.name = name
    }

    var json: JSON {
        let supply = Double(threads) * speed
        return [
            "performance": JSON((speed * 10).rounded() / 10),
            "queued": JSON(Double(queuedTokens)),
            "jobs": JSON(Double(jobs)),
            "eta": JSON(queuedTokens == 0 ? 0 : supply > 0 ? Int(Double(queuedTokens) / supply) : 10_000),
            "type": "text",
            "name": .string(name),
            "count": JSON(threads),
        ]
    }
}

extension HordeState {
    /// `GET status/models`; without a type it is the image models, of which there are none (B:1971-1979).
    func models(_ query: [String: String], now: Double) throws(Refusal) -> Answer {
        let state = query["model_state"] ?? "all"
        guard ["known", "custom", "all"].contains(state) else {
            throw .badRequest("BadRequest", "'model_state' needs to be one of ['known', 'custom', 'all']")
        }
        // What is "known" to the real Horde's reference is not known here: all models are.
        guard query["type"] == "text", state != "custom" else { return Answer(.ok, []) }
        let least = query["min_count"].flatMap { Int($0) } ?? 0
        let most = query["max_count"].flatMap { Int($0) } ?? .max
        let rows = modelRows(now: now).filter { $0.threads >= least && $0.threads <= most }
        return Answer(.ok, .array(rows.map(\.json)))
    }

    /// The rows, made anew at most each 2 s: the time that Horde's endpoint keeps an answer (B:2009).
    func modelRows(now: Double) -> [ModelRow] {
        if let modelList, modelList.madeAt + 2 > now { return modelList.rows }
        var rows: [ModelRow] = []
        var index: [String: Int] = [:]
        for worker in workers where worker.isOnline(now: now) {
            for model in worker.role.models {
                let row = index[model] ?? rows.count
                if row == rows.count { rows.append(ModelRow(name: model)) }
                index[model] = row
                guard !worker.role.isInMaintenance else { continue }
                let total = rows[row].speed * Double(rows[row].threads) + worker.speed * Double(worker.role.threads)
                rows[row].threads += worker.role.threads
                rows[row].speed = total / Double(max(1, rows[row].threads))
            }
        }
        for request in requests.open {
            for row in request.submission.models.compactMap({ index[$0] }) {
                rows[row].queuedTokens += request.submission.maxLength
                rows[row].jobs += request.waiting + request.attempts.count
            }
        }
        modelList = (now, rows)
        return rows
    }

    /// `GET workers`; `name` wins over `type`, and there are no image workers (B:1104-1109).
    func workerList(_ query: [String: String], now: Double) -> JSON {
        let online = workers.filter { $0.isOnline(now: now) }
        if let name = query["name"]?.lowercased() {
            return .array(online.filter { $0.role.name.lowercased() == name }.map { json($0, now: now) })
        }
        guard query["type"] ?? "text" == "text" else { return [] }
        return .array(online.map { json($0, now: now) })
    }

    /// `GET workers/{id}` and `GET workers/name/{name}`, which know every worker that has ever been there.
    func worker(
        now: Double,
        _ name: String,
        where isWanted: (SimulatedWorker) -> Bool
    ) throws(Refusal) -> Answer {
        guard let worker = workers.first(where: { $0.arrivedAt != nil && isWanted($0) }) else {
            throw .notFound("WorkerNotFound", "Worker with ID '\(name)' not found.")
        }
        return Answer(.ok, json(worker, now: now))
    }

    private func json(_ worker: SimulatedWorker, now: Double) -> JSON {
        let role = worker.role
        return [
            "requests_fulfilled": JSON(worker.fulfilled),
            "kudos_rewards": JSON(worker.kudos.rounded()),
            "kudos_details": ["generated": JSON(worker.kudos.rounded()), "uptime": nil],
            "performance": .string("\((worker.speed * 10).rounded() / 10) tokens per second"),
            "threads": JSON(role.threads),
            "uptime": JSON(Int(now - (worker.arrivedAt ?? now))),
            "maintenance_mode": .bool(role.isInMaintenance),
            "nsfw": true,
            "trusted": .bool(role.isTrusted),
            "flagged": false,
            "uncompleted_jobs": JSON(worker.uncompleted),
            "models": .array(role.models.map(JSON.string)),
            "team": ["name": nil, "id": nil],
            "bridge_agent": .string(role.bridgeAgent),
            "max_length": JSON(role.maxLength),
            "max_context_length": JSON(role.maxContextLength),
            "type": "text",
            "name": .string(role.name),
            "id": .string(role.id),
            "online": .bool(worker.isOnline(now: now)),
        ]
    }

    /// `GET status/performance` (M:1479-1525).
    func performance(now: Double) -> JSON {
        let online = workers.filter { $0.isOnline(now: now) }
        let jobs = requests.open.reduce(0) { $0 + $1.waiting + $1.attempts.count }
        let tokens = requests.open.reduce(0) { $0 + ($1.waiting + $1.attempts.count) * $1.submission.maxLength }
        return [
            "queued_requests": 0,
            "queued_text_requests": JSON(jobs),
            "worker_count": 0,
            "text_worker_count": JSON(online.count),
            "thread_count": 0,
            "text_thread_count": JSON(online.reduce(0) { $0 + $1.role.threads }),
            "queued_megapixelsteps": 0.0,
            "past_minute_megapixelsteps": 0.0,
            "queued_forms": 0.0,
            "interrogator_count": 0,
            "interrogator_thread_count": 0,
            "queued_tokens": JSON(Double(tokens)),
            "past_minute_tokens": JSON(Double(statistics.tokens(seconds: 60, now: now))),
        ]
    }

    /// `GET status/heartbeat`, which is never limited (B:3054-3093).
    var heartbeat: JSON {
        [
            "message": "OK",
            "version": "5.1.5",
            "queue": 0,
            "threads": 20,
            "active_count": 1,
            "db_connection": true,
        ]
    }
}
