import EventLoop
import Glibc
import HTTPServer
import HTTPTypes
import Horde
import OpenAI
import Secrets

/// Lets requests in, and keeps account of what the holders of local keys use.
@LoopActor
final class Gate {
    var policy: AccessPolicy
    private var ledger = KeyLedger()
    private var failures = FailedAttempts()

    init(_ policy: AccessPolicy) {
        self.policy = policy
    }

    /// What this request may use.
    func admit(_ request: borrowing Request) throws(APIError) -> AccessPolicy.Grant {
        let key = BearerKey.of(request.fields)
        if let grant = policy.grant(key) { return grant }
        let address = ClientAddress.of(request, behind: policy.trustedProxies)
        if let pause = failures.pause(for: address, at: .now) {
            throw .rateLimited(
                "Too many requests with incorrect API keys came from your address.",
                code: "too_many_failed_attempts",
                retryAfter: pause
            )
        }
        // Who has sent none has tried none.
        if key != nil { failures.failed(address, at: .now) }
        throw policy.refusal(key)
    }

    /// Whether the one who asks needs no key to see how the server is: with an open server, or on its own machine.
    ///
    /// What a proxy on this machine forwards comes from here as well: it is told by the fields that proxies add, and by the name
    /// that the server is called by.
    func isAtHome(_ request: borrowing Request) -> Bool {
        if policy.mode == .open { return true }
        let host = request.fields[.named("Host")].flatMap { try? ListenAddress(parsing: $0) }
        return ListenAddress(host: request.remoteAddress, port: 0).isLoopback && host?.isLoopback ?? false
            && !policy.trustedProxies.contains { $0.contains(request.remoteAddress) }
            && !Self.foreignFields.contains { request.fields[.named($0)] != nil }
    }

    private static let foreignFields = [
        "X-Forwarded-For", "Forwarded", "Via", "X-Real-IP", "X-Forwarded-Host", "X-Forwarded-Proto", "Origin",
    ]

    /// An answer begins that this key pays for.
    ///
    /// A client that comes back for what was written meanwhile has paid for it.
    ///
    /// - Throws: the refusal of a model that its holder may not ask for, or of more than the holder's share.
    func begin(_ key: LocalKey, for assignment: Assignment, isReturning: Bool) throws(APIError) {
        let model = assignment.parameters.model
        let candidates = (0..<assignment.groupCount).flatMap { assignment.names(ofGroup: $0) }
        guard key.terms.allows(model, candidates: candidates) else {
            let name = model.prefix(Limits.nameScalarsMax)
            throw .permissionDenied("Your API key may not use the model '\(name)'.", code: "model_not_allowed")
        }
        switch ledger.begin(key, isReturning: isReturning, at: Int(time(nil))) {
        case nil: return
        case .concurrency(let max):
            throw .rateLimited(
                "Your API key has \(max) answers under way, which is as many as it may have.",
                code: "concurrency_limit_exceeded",
                retryAfter: Limits.concurrencyPause
            )
        case .dailyTokens(let max, let secondsLeft): throw Self.overBudget("\(max) tokens", secondsLeft)
        case .dailyKudos(let max, let secondsLeft): throw Self.overBudget("\(max) kudos", secondsLeft)
        }
    }

    private static func overBudget(_ budget: String, _ secondsLeft: Int) -> APIError {
        var error = APIError.rateLimited(
            "Your API key has used its \(budget) of today; the next day begins at 00:00 UTC.",
            code: "daily_budget_exceeded",
            retryAfter: .seconds(secondsLeft)
        )
        // A client that waits as told would seem to hang for hours.
        error.shouldRetry = false
        return error
    }

    /// An answer is not written any more for this key.
    func end(_ key: LocalKey) { ledger.end(key) }

    func used(_ key: LocalKey, tokens: Int) { ledger.used(key, tokens: tokens, at: Int(time(nil))) }

    func spent(_ key: LocalKey, kudos: Double) { ledger.spent(key, kudos: kudos, at: Int(time(nil))) }

    /// The local keys, each with what was used of it.
    var accounts: [(key: LocalKey, account: KeyLedger.Account)] {
        policy.mode == .keys ? policy.localKeys.map { ($0, ledger.account(of: $0.name, at: Int(time(nil)))) } : []
    }
}
