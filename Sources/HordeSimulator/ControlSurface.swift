import HTTPTypes
import JSONText

/// What Horde does not have: `/simulator/…`, through which tests look into it and change it.
extension HordeState {
    /// Whether a path is the simulator's own.
    static func isControl(_ path: String) -> Bool {
        path.hasPrefix("/simulator/")
    }

    /// Answers `GET jobs`, `GET counters`, `GET lags`, `GET webhooks`, `POST script` and `POST reset`.
    func control(_ call: Call, now: Double) -> Answer {
        advance(to: now)
        switch (call.method, call.path) {
        case (.get, "/simulator/jobs"): return Answer(.ok, jobs(call.query))
        case (.get, "/simulator/counters"): return Answer(.ok, countersJSON)
        case (.get, "/simulator/lags"): return Answer(.ok, .array(ledger.lags.lags.map(JSON.thousandths)))
        case (.get, "/simulator/webhooks"):
            return Answer(.ok, .array(webhooks.deliveries.map(\.json)))
        case (.post, "/simulator/script"):
            do throws(SimulatorScript.Invalid) {
                install(try SimulatorScript(parsing: call.body), now: now)
                return Answer(.ok, ["installed": true])
            } catch {
                return Answer(.badRequest, ["message": .string(error.description)])
            }
        case (.post, "/simulator/reset"):
            reset(now: now)
            return Answer(.ok, ["reset": true])
        default:
            return .unknownPath
        }
    }

    /// The remembered requests, oldest first; `id=` picks one, `limit=` the newest, `prompts=0` leaves the prompts out.
    private func jobs(_ query: [String: String]) -> JSON {
        var requests = ledger.remembered
        if let id = query["id"] { requests = requests.filter { $0.id == id }[...] }
        if let limit = query["limit"].flatMap({ Int($0) }) { requests = requests.suffix(max(0, limit)) }
        return ["jobs": .array(requests.map { json($0, hasPrompt: query["prompts"] != "0") })]
    }

    private func json(_ request: GenerationRequest, hasPrompt: Bool) -> JSON {
        let order = request.submission
        var job: JSONObject = ["id": .string(request.id)]
        if hasPrompt { job["prompt"] = .string(order.prompt) }
        job["models"] = .array(order.models.map(JSON.string))
        job["params"] = .object(order.params)
        job["max_length"] = JSON(order.maxLength)
        job["max_context_length"] = JSON(order.maxContextLength)
        job["n"] = JSON(order.count)
        job["webhook"] = order.webhook.map(JSON.string) ?? .null
        job["user"] = .string(request.account.username)
        job["client_agent"] = JSON(request.clientAgent)
        job["state"] = .string(request.stateName)
        job["finished"] = JSON(request.generations.count)
        job["processing"] = JSON(request.attempts.count)
        job["waiting"] = JSON(request.waiting)
        job["restarted"] = JSON(request.faultedAttempts)
        job["taken_by"] = .array(request.takers.map(JSON.string))
        job["part"] = request.rule?.part.map { JSON($0.number) } ?? .null
        job["part_from"] = request.rule?.part.map { JSON($0.progress) } ?? .null
        job["texts"] = .array(request.generations.map { .string($0.text) })
        job["submitted_at"] = JSON(request.submittedAt)
        job["started_at"] = request.startedAt.map { JSON($0) } ?? .null
        job["ended_at"] = request.endedAt.map { JSON($0) } ?? .null
        job["deleted_at"] = .array(request.deletes.map { JSON($0) })
        job["status_reads"] = JSON(request.polls.total)
        job["kudos"] = JSON(request.kudos)
        job["status_reads_in_60_s_max"] = JSON(request.polls.mostPerMinute)
        return .object(job)
    }
}

extension WebhookDelivery {
    fileprivate var json: JSON {
        ["url": .string(url), "body": .string(String(decoding: body, as: UTF8.self))]
    }
}
