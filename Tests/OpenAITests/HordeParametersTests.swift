// The object `horde` of a request, on both endpoints.

import Testing

@testable import OpenAI

struct HordeParametersTests {
    static func horde(_ object: String) throws -> HordeParameters {
        let more = "\"horde\":" + object
        let chat = try decode(requestBody(more)).parameters.horde
        #expect(try decodeText(textBody(more)).parameters.horde == chat)
        return chat
    }

    @Test func `every choice has a place`() throws {
        let horde = try Self.horde(
            #"""
            {"trusted_workers":true,"slow_workers":false,"validated_backends":true,"allow_downgrade":false,
             "workers":["a","b","c","d","e"],"worker_blacklist":true}
            """#
        )
        var expected = HordeParameters()
        expected.trustedWorkers = true
        expected.slowWorkers = false
        expected.validatedBackends = true
        expected.allowDowngrade = false
        expected.workers = ["a", "b", "c", "d", "e"]
        expected.workerBlacklist = true
        #expect(horde == expected)
    }

    @Test(arguments: [
        "{}", "null", #"{"unknown":1,"style":"x"}"#, #"{"workers":[]}"#,
        #"{"trusted_workers":null,"slow_workers":null,"validated_backends":null,"allow_downgrade":null,"workers":null,"worker_blacklist":null}"#,
    ])
    func `what is not said is left to Horde`(object: String) throws {
        #expect(try Self.horde(object) == HordeParameters())
    }

    @Test func `a wrong choice is refused by its path`() {
        bothRefuse { .type($0(#""horde":true"#), "horde", "an object", "a boolean") }
        bothRefuse { .type($0(#""horde":[]"#), "horde", "an object", "an array") }
        let names = [
            "trusted_workers", "slow_workers", "validated_backends", "allow_downgrade", "worker_blacklist",
        ]
        for name in names {
            bothRefuse { .type($0("\"horde\":{\"\(name)\":1}"), "horde.\(name)", "a boolean", "a number") }
            bothRefuse { .type($0("\"horde\":{\"\(name)\":\"true\"}"), "horde.\(name)", "a boolean", "a string") }
        }
        bothRefuse { .type($0(#""horde":{"workers":"a"}"#), "horde.workers", "an array", "a string") }
        bothRefuse { .type($0(#""horde":{"workers":[1]}"#), "horde.workers[0]", "a string", "a number") }
        bothRefuse { .type($0(#""horde":{"workers":["a",null]}"#), "horde.workers[1]", "a string", "null") }
        bothRefuse { .value($0(#""horde":{"workers":[""]}"#), "horde.workers[0]", "a string that is not empty") }
        bothRefuse {
            let body = $0(#""horde":{"workers":["a","b","c","d","e","f"]}"#)
            return .value(body, "horde.workers", "at most 5 ids, as Horde takes no more")
        }
    }
}
