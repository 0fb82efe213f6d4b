import HTTPServer
import HTTPTypes
import Horde
import OpenAI
import Prompting
import Testing

@testable import Gateway

@Suite struct FailureMapTests {
    /// What a client is told: status, code, `Retry-After` in seconds and whether to try again.
    struct Told: Equatable, Sendable {
        let status: Int
        let code: String?
        var after: Int?
        var shouldRetry: Bool?

        init(_ status: Int, _ code: String?, after: Int? = nil, shouldRetry: Bool? = nil) {
            (self.status, self.code, self.after, self.shouldRetry) = (status, code, after, shouldRetry)
        }

        init(_ error: APIError) {
            self.init(
                error.status,
                error.code,
                after: error.retryAfter.map { Int($0.components.seconds) },
                shouldRetry: error.shouldRetry
            )
        }
    }

    static let hordeErrors: [(HordeError, Told)] = [
        (.unreachable(reason: "no route"), Told(503, "upstream_unreachable", after: 10)),
        (.malformedAnswer(status: 200), Told(503, "upstream_error", after: 10)),
        (.serverFailed(status: 500), Told(503, "upstream_error", after: 10)),
        (.maintenance, Told(503, "upstream_maintenance", after: 60)),
        (.rateLimited(retryAfterSeconds: 7), Told(429, "rate_limit_exceeded", after: 7)),
        (.tooManyPrompts, Told(429, "too_many_prompts", after: 10)),
        (.queueFull(retryAfter: .seconds(600)), Told(429, "queue_full", after: 60)),
        (.kudosUpfront(freeTokens: 512), Told(403, "kudos_upfront")),
        (.kudosUpfront(freeTokens: nil), Told(403, "kudos_upfront")),
        (.invalidKey, Told(401, "invalid_api_key")),
        (.forbidden(code: "TimeoutIP"), Told(403, "account_refused")),
        (.refused(code: "TooLong"), Told(400, "upstream_refused")),
        (.refused(code: nil), Told(400, "upstream_refused")),
        (.faulted, Told(503, "generation_failed", after: 5)),
        (.expired, Told(503, "generation_failed", after: 5)),
        (.emptyText, Told(503, "generation_failed", after: 5)),
        (.impossible, Told(503, "no_worker", after: 60)),
        (.deadlinePassed, Told(504, "timeout", shouldRetry: false)),
        (.cancelled, Told(503, "stopping", after: 5)),
    ]

    @Test(arguments: hordeErrors)
    func `each failure of Horde has one status, code and advice`(error: HordeError, told: Told) {
        #expect(Told(APIError(error)) == told)
    }

    @Test(arguments: [
        (JobSizeError.noOffers, Told(503, "no_worker", after: 60)),
        (.promptTooLong(neededTokens: 9000, contextTokens: 8192), Told(400, "context_length_exceeded")),
    ])
    func `a job that has no size is told apart from one that nobody serves`(error: JobSizeError, told: Told) {
        #expect(Told(APIError(error)) == told)
    }

    @Test(arguments: [
        (Refusal.bodyTooLarge(bytesMax: 10), Told(413, "payload_too_large")),
        (.headTooLarge(bytesMax: 10), Told(431, "header_fields_too_large")),
        (.tooManyFields(countMax: 10), Told(431, "header_fields_too_large")),
        (.malformed("No Host."), Told(400, "malformed_request")),
        (.abandoned, Told(500, "internal_error", shouldRetry: false)),
    ])
    func `each refusal of the HTTP server has one status and code`(refusal: Refusal, told: Told) {
        #expect(Told(APIError(refusal)) == told)
    }

    @Test(arguments: hordeErrors.map(\.0))
    func `what may pass says when, within a minute, and a timeout is not tried again`(error: HordeError) {
        let error = APIError(error)
        if [429, 503].contains(error.status) {
            #expect((1...60).contains(error.retryAfter?.components.seconds ?? 0))
        } else {
            #expect(error.retryAfter == nil)
        }
        if error.status == 504 { #expect(error.shouldRetry == false) }
    }

    @Test(arguments: [
        APIError(HordeError.kudosUpfront(freeTokens: 512)), APIError(HordeError.invalidKey),
        APIError(HordeError.forbidden(code: "DeletedUser")), APIError(HordeError.refused(code: nil)),
        APIError(JobSizeError.promptTooLong(neededTokens: 2, contextTokens: 1)),
        APIError(Refusal.bodyTooLarge(bytesMax: 1)), APIError(Refusal.headTooLarge(bytesMax: 1)),
        APIError(Refusal.malformed("")), Catalog.empty.unknownModel("nothing"),
    ])
    func `nothing permanent has a status that clients try again`(error: APIError) {
        #expect((400..<500).contains(error.status))
        #expect(![408, 409, 429].contains(error.status))
    }

    @Test func `advice is sent in fields`() throws {
        let shouldRetry = try #require(HTTPField.Name("x-should-retry"))
        let limited = JSONResponse(APIError(HordeError.rateLimited(retryAfterSeconds: 7)))
        #expect(limited.status.code == 429)
        #expect(limited.fields[.retryAfter] == "7")
        #expect(limited.fields[shouldRetry] == nil)
        let late = JSONResponse(APIError(HordeError.deadlinePassed))
        #expect(late.fields[shouldRetry] == "false")
        #expect(late.fields[.retryAfter] == nil)
    }

    @Test func `what a failing connection said is not passed on`() {
        let error = APIError(HordeError.unreachable(reason: "10.0.0.7 refused"))
        #expect(!error.message.contains("10.0.0.7"))
    }
}
