package import EventLoop
import FoundationEssentials
package import HTTPClient
import HTTPTypes
import Secrets

/// AI Horde: a network of volunteers' GPUs behind an asynchronous API.
///
/// This target knows nothing of OpenAI or of prompts. It speaks Horde's wire and carries a job through its life: submit
/// within Horde's limits, ask when it is time to, and never leave a job behind that nobody wants any more. This file is
/// the endpoints; `Horde+Generate.swift` is the life of a job, for a `PendingOrder`; `AdmissionQueue`, `JobWatch`,
/// `PollSchedule` and `GenerationStatus` decide, and do nothing.
@LoopActor
package final class Horde {
    /// Where Horde is and how it is to be treated.
    package struct Configuration: Sendable {
        package let url: HordeURL
        /// Submissions a minute from this address; 0 is no limit, nil is Horde's own.
        package let submitsPerMinute: Int?
        /// The value of `Client-Agent`: `name:version:contact`, by which Horde's operators know who calls.
        package let clientAgent: String
        /// Where Horde can call this server; nil leaves it at polling.
        package let publicURL: PublicURL?

        package init(url: HordeURL, submitsPerMinute: Int?, clientAgent: String, publicURL: PublicURL? = nil) {
            self.url = url
            self.submitsPerMinute = submitsPerMinute
            self.clientAgent = clientAgent
            self.publicURL = publicURL
        }
    }

    private(set) var dispatcher: Dispatcher
    /// Where Horde's calls are expected; nil where it makes none.
    package let webhooks: Webhooks?
    let abandonments = Abandonments()
    /// Jobs of a process that was killed.
    let inherited = InheritedJobs()
    /// What makes this process' jobs known to the next; nil keeps them in memory alone.
    let records: JobRecords?
    var breaker = CircuitBreaker()
    var counts = HordeCounts()
    private let configuration: Configuration
    private let client: HTTPClient

    /// - Parameters:
    ///   - configuration: where Horde is and how it is to be treated.
    ///   - client: carries the calls.
    ///   - records: where jobs are noted; nil for who submits none.
    package init(_ configuration: Configuration, client: HTTPClient, records: JobRecords? = nil) {
        self.records = records
        self.configuration = configuration
        self.client = client
        webhooks = configuration.publicURL.map { Webhooks(publicURL: $0) }
        let accounts = Accounts()
        dispatcher = Dispatcher(submitsPerMinute: configuration.submitsPerMinute) {
            await accounts.horde?.concurrency($0)
        }
        accounts.horde = self
    }

    // MARK: Jobs

    func submit(_ order: GenerationOrder, key: HordeKey) async throws(HordeError) -> Ticket {
        var call = call(.submit, "generate/text/async", timeout: Limits.submitSecondsMax)
        call.request.fields[.apikey] = key.secret.revealed
        call.request.fields[.contentType] = "application/json"
        call.request.content = .made { order.body }
        call.request.mayTakeLong = true
        let response = try await sendOrder(call)
        guard response.status == 202,
            let accepted = Accepted.read(response.body, Accepted.init),
            let ticket = Ticket(accepted.id)
        else {
            let error = HordeError(response)
            dispatcher.refused(key, error)
            throw error
        }
        dispatcher.accepted(key, limitPerSecond: Self.limitPerSecond(response))
        return ticket
    }

    /// Sends a submission; an answer that cannot be read may be that it was taken.
    private func sendOrder(_ call: Call) async throws(HordeError) -> HTTPClient.Response {
        do throws(HordeError) {
            return try await send(call)
        } catch {
            throw error == .malformedAnswer(status: 0) ? .malformedAnswer(status: 202) : error
        }
    }

    /// Horde tells the tightest of its limits, which on a submission is that of the second, unless it was another that
    /// refused; no limit of a minute is as low as 60.
    private static func limitPerSecond(_ response: HTTPClient.Response) -> Int? {
        response[.rateLimit].flatMap { Int($0) }.flatMap { (1..<60).contains($0) ? $0 : nil }
    }

    func reading(of ticket: Ticket, timeout: Duration) -> Call {
        call(.status, "generate/text/status/\(ticket.id)", timeout: timeout)
    }

    /// Cancels the job's waiting parts, and reads how it stood before.
    func deletion(of ticket: Ticket) -> Call {
        call(.delete, "generate/text/status/\(ticket.id)", timeout: Limits.readSecondsMax)
    }

    /// How many jobs of the account may wait for a worker; nil when Horde does not say.
    func concurrency(_ key: HordeKey) async -> Int? {
        var call = call(.user, "find_user", timeout: Limits.readSecondsMax)
        call.request.fields[.apikey] = key.secret.revealed
        // What it says to an unknown key repeats the key: nothing but the number is taken from it.
        guard let response = try? await send(call), response.status == 200 else { return nil }
        return (try? JSONDecoder().decode(User.self, from: Data(response.body)))?.concurrency
    }

    private struct User: Decodable { let concurrency: Int }

    /// Whose key it is, for a person.
    package func account(of key: HordeKey) async throws(HordeError) -> Account {
        var call = call(.user, "find_user", timeout: Limits.readSecondsMax)
        call.request.fields[.apikey] = key.secret.revealed
        let response = try await send(call)
        guard response.status == 200, var account = try? JSONDecoder().decode(Account.self, from: Data(response.body))
        else { throw HordeError(response) }
        account.date = response[.date].flatMap(HTTPDate.seconds)
        return account
    }

    // MARK: Supply

    /// The text workers that are online.
    package func workers() async throws(HordeError) -> [Worker] {
        let list: Lenient<Worker> = try await get(.workers, "workers?type=text")
        return list.elements
    }

    /// The text models that some worker serves, and what waits for each.
    package func models() async throws(HordeError) -> [ModelDemand] {
        let list: Lenient<ModelDemand> = try await get(.models, "status/models?type=text")
        return list.elements
    }

    /// How busy Horde is.
    package func load() async throws(HordeError) -> Load {
        try await get(.performance, "status/performance")
    }

    // MARK: The wire

    private func get<Value: Decodable & Sendable>(
        _ endpoint: Endpoint,
        _ path: String
    ) async throws(HordeError) -> Value {
        let response = try await send(call(endpoint, path, timeout: Limits.readSecondsMax))
        guard response.status == 200, let value = try? JSONDecoder().decode(Value.self, from: Data(response.body))
        else {
            throw HordeError(response)
        }
        return value
    }

    private func call(_ endpoint: Endpoint, _ path: String, timeout: Duration) -> Call {
        let request = HTTPClient.Request(
            endpoint.method,
            "\(configuration.url)/api/v2/\(path)",
            fields: [.clientAgent: configuration.clientAgent, .accept: "application/json"],
            timeout: timeout
        )
        return Call(endpoint: endpoint, request: request)
    }

    func send(_ call: Call) async throws(HordeError) -> HTTPClient.Response {
        let begun = ContinuousClock.now
        do throws(TransferError) {
            let response = try await client.send(call.request)
            counts.answered(call.endpoint, response.status, after: .now - begun)
            if response.status >= 500 { breaker.failed(at: .now) } else { breaker.succeeded(at: .now) }
            return response
        } catch {
            let error = HordeError(error)
            // A call that was not wanted any more tells nothing of Horde.
            if error != .cancelled { counts.answered(call.endpoint, nil, after: .now - begun) }
            if error.isOutage { breaker.failed(at: .now) }
            throw error
        }
    }
}

extension GenerationStatus {
    /// What a `reading` or a `deletion` was answered with.
    init(_ response: HTTPClient.Response) throws(HordeError) {
        guard response.status == 200, let status = GenerationStatus.read(response.body, GenerationStatus.init) else {
            // Only of a submission 202 tells that there is a job.
            throw response.status == 202 ? .malformedAnswer(status: 0) : HordeError(response)
        }
        self = status
    }
}

extension HTTPField.Name {
    fileprivate static let apikey = named("apikey")
    fileprivate static let clientAgent = named("Client-Agent")
    fileprivate static let rateLimit = named("X-RateLimit-Limit")

    private static func named(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("not a field name: \(name)") }
        return name
    }
}

/// The dispatcher asks Horde about accounts, and Horde's submissions pass the dispatcher.
@LoopActor
private final class Accounts {
    weak var horde: Horde?
}
