import HTTPTypes
import JSONText

extension HordeState {
    /// `POST generate/text/async`: Horde's checks in Horde's order (API.md 1.3), then the queue.
    func submit(_ call: Call, now: Double) throws(Refusal) -> Answer {
        var order = try Submission(call)
        ledger.counters.longest = max(ledger.counters.longest, order.maxLength)
        if let style = order.style { throw .submitNotFound("StyleNotFound", "Style with ID '\(style)'") }
        if script.isInMaintenance { throw .maintenance }
        if let webhook = order.webhook, !webhook.hasPrefix("https://") {
            throw .badRequest("BadRequest", "webhooks need to point to an https endpoint.")
        }
        guard let account = accounts.account(for: call.apiKey ?? "") else { throw .invalidKey }
        try checkAccount(account, order)
        if account.role.isTrusted || account.role.isService {
            liftedAddresses[call.clientAddress] = now + 86_400
        }
        try checkOrder(order, account)
        try order.checkParams()
        let held = try payUpfront(&order, account, now: now)
        if order.isDryRun { return try dryRun(order) }
        account.heldKudos += held
        return accept(order, account, call, heldKudos: held, now: now)
    }

    private func checkAccount(_ account: Account, _ order: Submission) throws(Refusal) {
        if order.proxiedAccount != nil, !account.role.isService {
            throw .badRequest(
                "OnlyServiceAccountProxy",
                "Only service accounts can provide a proxied_account value."
            )
        }
        if account.role.isDeleted { throw .deletedUser }
    }

    private func checkOrder(_ order: Submission, _ account: Account) throws(Refusal) {
        if order.hasExtraImages {
            throw .badRequest("InvalidExtraSourceImages.", "This request type does not accept extra source images.")
        }
        if order.prompt.isEmpty { throw .badRequest("MissingPrompt", "You cannot specify an empty prompt.") }
        for id in order.workers where !workers.contains(where: { $0.role.id == id }) {
            throw .submitNotFound("WorkerNotFound", "Worker with ID '\(id)'")
        }
        if order.count > 1, order.disablesBatching, !account.role.isTrusted {
            throw .badRequest("RequiresTrust", "Only trusted users and patreon supporters can disable batching.")
        }
        let count = account.waitingJobs(besides: order.models) + order.count
        if count > account.concurrency {
            throw .tooManyPrompts(count, limit: account.concurrency, isAnonymous: account.isAnonymous)
        }
    }

    /// The kudos that have to be in hand, as an amount to hold; or a shorter job, where the client allows that; or 403
    /// (API.md 1.6, TWP:97-127).
    private func payUpfront(_ order: inout Submission, _ account: Account, now: Double) throws(Refusal) -> Double {
        let serving = workers.filter { $0.isOnline(now: now) && !$0.role.isInMaintenance }
        let threads = serving.reduce(0) { $0 + $1.role.threads }
        var free = KudosPrices.freeTokens(threads: threads, queue: upfrontQueue)
        if order.allowsSlow {
            free = min(512, max(256, free))
            guard order.maxLength > free else { return 0 }
        }
        let needed = KudosPrices.upfront(order, parameters: order.models.map(parameters(of:)))
        if account.spendableKudos >= needed.kudos { return needed.kudos }
        guard order.allowsDowngrade else { throw .kudosUpfront(tokens: free, kudos: needed.text) }
        order.allowsSlow = true
        // Without slow workers `free` is not clamped and may be far below what the schema allows.
        order.maxLength = min(order.maxLength, max(16, free))
        return 0
    }

    /// A dry run whose first model is not in Horde's reference is an exception there (TWP:148).
    private func dryRun(_ order: Submission) throws(Refusal) -> Answer {
        let parameters = order.models.map(parameters(of:))
        if let first = parameters.first, first == nil { throw .serverError }
        return Answer(.ok, ["kudos": JSON(KudosPrices.dryRun(order, parameters: parameters.compactMap { $0 }))])
    }

    private func accept(
        _ order: Submission,
        _ account: Account,
        _ call: Call,
        heldKudos: Double,
        now: Double
    ) -> Answer {
        let isPossible = workers.contains { $0.fits(order, now: now) }
        sequence += 1
        let request = GenerationRequest(
            id: random.uuid(),
            account: account,
            clientAgent: call.fields[FieldNames.clientAgent],
            submission: order,
            rule: rules.rule(for: order),
            isPossible: isPossible,
            sequence: sequence,
            now: now
        )
        request.heldKudos = heldKudos
        requests.add(request)
        account.requests += 1
        // One kudos for the request itself, whatever comes of it (WP:266-276).
        account.charge(1)
        account.countWaiting(order.count, models: order.models)
        ledger.add(request)
        enqueue(request, now: now)
        var answer: JSONObject = ["id": .string(request.id), "kudos": 0.0]
        if !isPossible {
            answer["message"] = .string(
                "Warning: No available workers can fulfill this request. It will expire in 20 minutes. "
                    + "Consider reducing the amount of tokens to generate."
            )
        }
        return Answer(.accepted, .object(answer))
    }
}
