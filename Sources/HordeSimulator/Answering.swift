import HTTPTypes
import JSONText

extension HordeState {
    /// Answers one call: route, method, limits, then what the route does.
    func answer(_ call: Call, now: Double) -> Answer {
        advance(to: now)
        guard let route = Route(path: call.path) else { return .unknownPath }
        if call.method == .options { return .options(allow: route.allow) }
        guard route.methods.contains(call.method) else { return .wrongMethod(allow: route.allow) }
        ledger.counters.count(call.method, route, now: now)
        let verdict = hasLimits ? windows.hit(limits(route, call, now: now), now: now) : nil
        var answer: Answer
        do throws(Refusal) {
            if let verdict, verdict.isRefused {
                ledger.counters.tooManyByLimit[verdict.limit.text, default: 0] += 1
                throw Refusal(status: 429, message: verdict.limit.text)
            }
            answer = try reply(route, call, now: now)
        } catch {
            answer = Answer(error)
            if error.code == "KudosUpfront" { ledger.counters.kudosRefusals += 1 }
            if error.code == "TooManyPrompts" { ledger.counters.tooManyPrompts += 1 }
        }
        if answer.status.code == 429 { ledger.counters.tooMany += 1 }
        verdict?.write(to: &answer.fields, now: now, clock)
        return answer
    }

    private func reply(_ route: Route, _ call: Call, now: Double) throws(Refusal) -> Answer {
        switch route {
        case .submit: try submit(call, now: now)
        case .status(let id): try call.method == .delete ? delete(id, now: now) : status(id, call, now: now)
        case .models: try models(call.query, now: now)
        case .model(let name): Answer(.ok, .array(modelRows(now: now).filter { $0.name == name }.map(\.json)))
        case .workers: Answer(.ok, workerList(call.query, now: now))
        case .worker(let id): try worker(now: now, id) { $0.role.id == id }
        case .workerNamed(let name): try worker(now: now, name) { $0.role.name.lowercased() == name.lowercased() }
        case .performance: Answer(.ok, performance(now: now))
        case .heartbeat: Answer(.ok, heartbeat)
        case .modes: Answer(.ok, ["maintenance_mode": .bool(script.isInMaintenance), "invite_only_mode": false])
        case .findUser: try findUser(call)
        case .user(let id): try user(id: id)
        case .textTotals: Answer(.ok, statistics.totals(now: now))
        case .textModels: Answer(.ok, ["day": [:], "month": [:], "total": [:]])
        }
    }

    /// The limits of one call, tightest first (API.md section 2).
    private func limits(_ route: Route, _ call: Call, now: Double) -> [RateWindows.Rule] {
        let address = call.clientAddress
        if let (limit, isPerPath) = route.limit {
            let place = isPerPath ? call.path : route.name
            return [.init(limit: limit, key: "\(address) \(call.method.rawValue) \(place)")]
        }
        guard route == .submit else { return [] }
        let isLifted = liftedAddresses[address].map { $0 > now } ?? false
        let key = call.apiKey ?? ""
        let isShared = key == Account.anonymousKey
        // Each amount has windows of its own, so that an address which has just been lifted starts afresh.
        let perSecond = isLifted ? 10 : 2
        let perMinute = isLifted ? 300 : 90
        let perKey = isShared || isLifted ? 60 : 2
        return [
            .init(limit: RateLimit(amount: perSecond, seconds: 1), key: "\(address) submit \(perSecond)/s"),
            .init(limit: RateLimit(amount: perKey, seconds: 1), key: "key \(key) \(perKey)/s"),
            .init(limit: RateLimit(amount: perMinute, seconds: 60), key: "\(address) submit \(perMinute)/min"),
        ]
    }
}
