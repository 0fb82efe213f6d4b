import HTTPClient
import HTTPTypes
import Testing

@testable import Horde

struct HordeErrorTests {
    /// What the recorded refusals are; all others are faults of the submission that the schema finds, without a code.
    private static let recorded: [String: HordeError] = [
        "delete_404/0": .expired,
        "err_500_lone_surrogate/0": .serverFailed(status: 500),
        "err_bad_apikey/0": .invalidKey,
        "err_empty_prompt/0": .refused(code: "MissingPrompt"),
        "err_kudos_upfront/0": .kudosUpfront(freeTokens: 512),
        "err_kudos_upfront_slow_workers_false/0": .kudosUpfront(freeTokens: 525),
        "err_max_length_gt_context/0": .refused(code: "TokenOverflow"),
        "err_nul_byte/0": .refused(code: "NulByteInPayload"),
        "err_sampler_order_short/0": .refused(code: "MissingFullSamplerOrder"),
        "err_stop_129/0": .refused(code: "TooManyStopSequences"),
        "err_stop_2001_chars/0": .refused(code: "ExcessiveStopSequence"),
        "err_style_unknown/0": .refused(code: "StyleNotFound"),
        "err_too_many_prompts/1": .tooManyPrompts,
        "err_too_many_prompts/3": .tooManyPrompts,
        "err_too_many_prompts_anon/0": .tooManyPrompts,
        "err_unknown_worker_id/0": .refused(code: "WorkerNotFound"),
        "err_webhook_http/0": .refused(code: "BadRequest"),
        "err_worker_id_not_uuid/0": .refused(code: "WorkerNotFound"),
        "find_user_bad_key/0": .refused(code: "UserNotFound"),
        "models_single/0": .malformedAnswer(status: 404),
        "ratelimit_find_user/1": .rateLimited(retryAfterSeconds: 60),
        "ratelimit_status_60_per_minute/2": .rateLimited(retryAfterSeconds: 59),
        "ratelimit_status_60_per_minute/4": .expired,
        "ratelimit_submit_2_per_second/2": .rateLimited(retryAfterSeconds: 1),
        "ratelimit_trusted_whitelists_ip/11": .rateLimited(retryAfterSeconds: 1),
        "status_404_not_uuid/0": .expired,
        "worker_404/0": .refused(code: "WorkerNotFound"),
    ]

    private static func error(_ status: Int, _ body: String, retryAfter: String? = nil) -> HordeError {
        var fields = HTTPFields()
        fields[.retryAfter] = retryAfter
        return HordeError(HTTPClient.Response(status: status, fields: fields, body: Array(body.utf8)))
    }

    @Test func `the recordings are there`() {
        #expect(Recording.refusals.count > 50)
        #expect(Set(Self.recorded.keys).isSubset(of: Recording.refusals.map(\.name)))
    }

    @Test(arguments: Recording.refusals)
    func `a recorded refusal is sorted by what can be done about it`(recording: Recording) throws {
        let error = Self.error(try #require(recording.status), recording.body, retryAfter: recording.retryAfter)
        #expect(error == Self.recorded[recording.name, default: .refused(code: nil)])
        #expect(!"\(error)".contains("nope-nope-nope"), "the message that repeats the key stays inside")
    }

    @Test(
        arguments: [
            (400, "MissingPrompt", .refused(code: "MissingPrompt")),
            (400, "CorruptPrompt", .refused(code: "CorruptPrompt")),
            (400, "BadRequest", .refused(code: "BadRequest")),
            (400, "RequiresTrust", .refused(code: "RequiresTrust")),
            (400, "InvalidExtraSourceImages.", .refused(code: "InvalidExtraSourceImages.")),
            (400, "MaintenanceMode", .maintenance),
            (401, "InvalidAPIKey", .invalidKey),
            (401, nil, .invalidKey),
            (403, "DeletedUser", .forbidden(code: "DeletedUser")),
            (403, "SharedKeyEmpty", .forbidden(code: "SharedKeyEmpty")),
            (403, "SharedKeyExpired", .forbidden(code: "SharedKeyExpired")),
            (403, "SharedKeyInsufficientKudos", .forbidden(code: "SharedKeyInsufficientKudos")),
            (403, "TimeoutIP", .forbidden(code: "TimeoutIP")),
            (403, "KudosUpfront", .kudosUpfront(freeTokens: nil)),
            (403, nil, .refused(code: nil)),
            (404, "WorkerNotFound", .refused(code: "WorkerNotFound")),
            (404, "RequestNotFound", .expired),
            (405, nil, .refused(code: nil)),
            (429, "TooManyPrompts", .tooManyPrompts),
            (429, nil, .rateLimited(retryAfterSeconds: 1)),
            (500, nil, .serverFailed(status: 500)),
            (503, "MaintenanceMode", .maintenance),
        ] as [(Int, String?, HordeError)]
    )
    func `status and code decide`(status: Int, code: String?, expected: HordeError) {
        let rc = code.map { #", "rc": "\#($0)""# } ?? ""
        #expect(Self.error(status, #"{"message": "whatever"\#(rc)}"#) == expected)
    }

    @Test(
        arguments: [
            (502, "<html>bad gateway</html>", .serverFailed(status: 502)),
            (403, "<html>blocked</html>", .malformedAnswer(status: 403)),
            (404, "<!doctype html>", .malformedAnswer(status: 404)),
            (302, "", .malformedAnswer(status: 302)),
            (202, #"{"kudos": 0.0}"#, .malformedAnswer(status: 202)),
            (202, #"{"id": "../x"}"#, .malformedAnswer(status: 202)),
            (200, "<html>welcome</html>", .malformedAnswer(status: 200)),
            (400, #"{"message": 7}"#, .malformedAnswer(status: 400)),
            (403, #"{"message": "m", "rc": "<b>not a code</b>"}"#, .refused(code: nil)),
            (429, "<html>slow down</html>", .rateLimited(retryAfterSeconds: 1)),
        ] as [(Int, String, HordeError)]
    )
    func `what is not Horde's own comes from somewhere in between`(status: Int, body: String, expected: HordeError) {
        #expect(Self.error(status, body) == expected)
    }

    @Test(arguments: [(nil, 1), ("0", 1), ("7", 7), ("60", 60), ("3600", 60), ("-5", 1), ("Wed, 21 Oct", 1)])
    func `a wait is between one second and a minute`(field: String?, seconds: Int) {
        let error = Self.error(429, #"{"message": "2 per 1 second"}"#, retryAfter: field)
        #expect(error == .rateLimited(retryAfterSeconds: seconds))
    }

    @Test(arguments: [
        ("for requests over 262 tokens, the client", 262), ("over and over", nil), ("over", nil), ("over 5 words", nil),
        ("over many tokens, the", nil), ("", nil),
    ])
    func `the free tokens are read where Horde names them`(message: String, tokens: Int?) {
        let error = Self.error(403, #"{"message": "\#(message)", "rc": "KudosUpfront"}"#)
        #expect(error == .kudosUpfront(freeTokens: tokens))
    }

    @Test(
        arguments: [
            (.unreachable(reason: "r"), .unreachable(reason: "r")),
            (.timedOut, .unreachable(reason: "no answer in time")),
            (.cancelled, .cancelled),
            (.malformed(reason: "r"), .malformedAnswer(status: 0)),
            (.tooLarge(bytesMax: 5), .malformedAnswer(status: 0)),
            (.overloaded, .unreachable(reason: "too many requests are waiting")),
        ] as [(TransferError, HordeError)]
    )
    func `a transfer that failed is an error of its kind`(transfer: TransferError, expected: HordeError) {
        #expect(HordeError(transfer) == expected)
    }

    @Test func `patience is for what may pass, another job for what was lost`() {
        let passing: [HordeError] = [
            .unreachable(reason: ""), .malformedAnswer(status: 302), .serverFailed(status: 502), .maintenance,
            .rateLimited(retryAfterSeconds: 1), .tooManyPrompts,
        ]
        let lost: [HordeError] = [.faulted, .expired, .emptyText]
        let final: [HordeError] = [
            .kudosUpfront(freeTokens: 1), .invalidKey, .forbidden(code: "x"), .refused(code: nil), .impossible,
            .queueFull(retryAfter: .seconds(1)), .deadlinePassed, .cancelled, .left, .notStarted,
            .malformedAnswer(status: 202),
        ]
        #expect(passing.allSatisfy { $0.isPassing && !$0.deservesAnotherJob })
        #expect(lost.allSatisfy { !$0.isPassing && $0.deservesAnotherJob })
        #expect(final.allSatisfy { !$0.isPassing && !$0.deservesAnotherJob })
    }
}
