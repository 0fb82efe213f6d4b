// The samplers that Horde carries and OpenAI does not have, on both endpoints.

import Testing

@testable import OpenAI

struct SamplerDecodingTests {
    /// What both endpoints make of the same members.
    static func samplers(_ more: String) throws -> Samplers {
        let chat = try decode(requestBody(more)).parameters
        #expect(try decodeText(textBody(more)).parameters.samplers == chat.samplers)
        return chat.samplers
    }

    @Test func `every sampler has a place`() throws {
        let samplers = try Self.samplers(
            #"""
            "top_k":40,"min_p":0.1,"top_a":0.2,"typical":0.3,"tfs":0.4,"rep_pen":1.5,"rep_pen_range":1024,
            "rep_pen_slope":0.6,"dynatemp_range":0.7,"dynatemp_exponent":0.8,"smoothing_factor":0.9,
            "sampler_order":[6,0,1,3,4,2,5]
            """#
        )
        var expected = Samplers()
        expected.topK = 40
        expected.minP = 0.1
        expected.topA = 0.2
        expected.typical = 0.3
        expected.tfs = 0.4
        expected.repetitionPenalty = 1.5
        expected.repetitionPenaltyRange = 1024
        expected.repetitionPenaltySlope = 0.6
        expected.dynatempRange = 0.7
        expected.dynatempExponent = 0.8
        expected.smoothingFactor = 0.9
        expected.samplerOrder = [6, 0, 1, 3, 4, 2, 5]
        #expect(samplers == expected)
    }

    static let names = [
        "top_k", "min_p", "top_a", "typical", "typical_p", "tfs", "rep_pen", "repetition_penalty", "rep_pen_range",
        "rep_pen_slope", "dynatemp_range", "dynatemp_exponent", "smoothing_factor", "sampler_order",
    ]

    @Test(arguments: names)
    func `a sampler that is null is left to the worker`(name: String) throws {
        #expect(try Self.samplers("\"\(name)\":null") == Samplers())
    }

    @Test(
        arguments: [
            (#""typical_p":0.5"#, 0.5, nil), (#""typical_p":0.5,"typical":0.4"#, 0.4, nil),
            (#""typical_p":0.5,"typical":null"#, 0.5, nil), (#""typical_p":"x","typical":1"#, 1, nil),
            (#""repetition_penalty":1.1"#, nil, 1.1), (#""rep_pen":1.2,"repetition_penalty":0.1"#, nil, 1.2),
        ] as [(String, Double?, Double?)]
    )
    func `of two names the one of Horde's wins`(more: String, typical: Double?, penalty: Double?) throws {
        let samplers = try Self.samplers(more)
        #expect(samplers.typical == typical && samplers.repetitionPenalty == penalty)
    }

    @Test(arguments: [(-1, 0), (0, 0), (1, 1), (200, 200), (201, 200), (Int.max, 200)])
    func `top_k is turned off and cut as others mean it`(sent: Int, expected: Int) throws {
        #expect(try Self.samplers("\"top_k\":\(sent)").topK == expected)
    }

    @Test(arguments: [(0, 0), (4096, 4096), (4097, 4096), (131072, 4096)])
    func `a range of repetition ends where Horde's ends`(sent: Int, expected: Int) throws {
        #expect(try Self.samplers("\"rep_pen_range\":\(sent)").repetitionPenaltyRange == expected)
    }

    @Test func `an order of no samplers is none`() throws {
        #expect(try Self.samplers(#""sampler_order":[]"#) == Samplers())
    }

    @Test(arguments: ["0", "1", "0.0", "1e0"])
    func `the ends of a range are in it`(number: String) throws {
        _ = try Self.samplers(
            ["min_p", "top_a", "typical", "tfs"].map { "\"\($0)\":\(number)" }.joined(separator: ",")
        )
        _ = try Self.samplers(#""rep_pen":1,"rep_pen_slope":0,"dynatemp_range":0,"dynatemp_exponent":0"#)
        _ = try Self.samplers(#""rep_pen":3,"rep_pen_slope":10,"dynatemp_range":5,"dynatemp_exponent":5"#)
    }

    static let wrong: [(name: String, values: [String], expected: String)] = [
        ("min_p", ["-0.1", "1.1", "1e400"], "a number from 0 to 1"), ("top_a", ["-1", "2"], "a number from 0 to 1"),
        ("typical", ["-1", "1.01"], "a number from 0 to 1"), ("typical_p", ["-1", "1.01"], "a number from 0 to 1"),
        ("tfs", ["-1", "1.5"], "a number from 0 to 1"), ("rep_pen", ["0.99", "3.1", "0"], "a number from 1 to 3"),
        ("repetition_penalty", ["0.99", "3.1", "-1"], "a number from 1 to 3"),
        ("rep_pen_slope", ["-0.5", "11"], "a number from 0 to 10"),
        ("dynatemp_range", ["-0.5", "5.1"], "a number from 0 to 5"),
        ("dynatemp_exponent", ["-0.5", "6"], "a number from 0 to 5"),
        ("smoothing_factor", ["-0.5", "10.5"], "a number from 0 to 10"),
        ("top_k", ["-2", "1e30"], "an integer of at least -1"),
        ("rep_pen_range", ["-1", "1e30"], "an integer of at least 0"),
        (
            "sampler_order", ["[6]", "[0,1,2,3,4,5]", "[0,1,2,3,4,5,5]", "[0,1,2,3,4,5,6,6]"],
            "each of the integers 0 to 6 once"
        ),
    ]

    @Test func `a value out of range is refused by the name that was sent`() {
        for (name, values, expected) in Self.wrong {
            for value in values { bothRefuse { .value($0("\"\(name)\":\(value)"), name, expected) } }
        }
        bothRefuse { .value($0(#""sampler_order":[0,7]"#), "sampler_order[1]", "an integer from 0 to 6") }
        bothRefuse { .value($0(#""sampler_order":[-1]"#), "sampler_order[0]", "an integer from 0 to 6") }
    }

    @Test func `a value of another type is refused by the name that was sent`() {
        for name in Self.names {
            let expected =
                switch name {
                case "top_k", "rep_pen_range": "an integer"
                case "sampler_order": "an array"
                default: "a number"
                }
            bothRefuse { .type($0("\"\(name)\":\"1\""), name, expected, "a string") }
            bothRefuse { .type($0("\"\(name)\":true"), name, expected, "a boolean") }
        }
        bothRefuse { .type($0(#""top_k":1.5"#), "top_k", "an integer", "a decimal number") }
        bothRefuse { .type($0(#""sampler_order":[0,"1"]"#), "sampler_order[1]", "an integer", "a string") }
        bothRefuse { .type($0(#""sampler_order":[0.5]"#), "sampler_order[0]", "an integer", "a decimal number") }
        bothRefuse { .type($0(#""sampler_order":[null]"#), "sampler_order[0]", "an integer", "null") }
    }
}

/// A request for a plain completion as JSON text, with more members after the required ones.
func textBody(_ more: String = "", prompt: String = #""hi""#) -> String {
    #"{"model":"m","prompt":\#(prompt)\#(more.isEmpty ? "" : "," + more)}"#
}

func decodeText(_ body: String) throws -> CompletionRequest {
    try CompletionRequest(decoding: Array(body.utf8))
}

/// Expects the same refusal of both endpoints; the argument makes a body from its further members.
func bothRefuse(_ refusal: ((String) -> String) -> Refusal) {
    refusal { requestBody($0) }.check()
    refusal { textBody($0) }.check { _ = try decodeText($0) }
}
