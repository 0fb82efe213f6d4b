import Testing

@testable import Horde

struct OrderFieldTests {
    @Test func `samplers stand in params and choices of workers beside them, under Horde's names`() throws {
        var order = GenerationOrder(
            prompt: "hi",
            models: ["a/b"],
            params: .init(n: 1, maxLength: 80, maxContextLength: 2048)
        )
        order.trustedWorkers = true
        order.slowWorkers = false
        order.validatedBackends = true
        order.allowDowngrade = false
        order.workers = ["w1", "w2"]
        order.workerBlacklist = true
        order.params.topK = 40
        order.params.minP = 0.1
        order.params.topA = 0.2
        order.params.typical = 0.3
        order.params.tfs = 0.4
        order.params.repetitionPenalty = 1.5
        order.params.repetitionPenaltyRange = 1024
        order.params.repetitionPenaltySlope = 0.6
        order.params.dynatempRange = 0.7
        order.params.dynatempExponent = 0.8
        order.params.smoothingFactor = 0.9
        order.params.samplerOrder = [6, 0, 1, 3, 4, 2, 5]
        let expected =
            #"{"allow_downgrade":false,"models":["a/b"],"params":{"dynatemp_exponent":0.8,"dynatemp_range":0.7,"#
            + #""frmtadsnsp":false,"frmtrmblln":false,"frmtrmspch":false,"frmttriminc":false,"#
            + #""max_context_length":2048,"max_length":80,"min_p":0.1,"n":1,"rep_pen":1.5,"rep_pen_range":1024,"#
            + #""rep_pen_slope":0.6,"sampler_order":[6,0,1,3,4,2,5],"singleline":false,"smoothing_factor":0.9,"#
            + #""stop_sequence":[],"tfs":0.4,"top_a":0.2,"top_k":40,"typical":0.3,"use_default_badwordsids":false},"#
            + #""prompt":"hi","slow_workers":false,"trusted_workers":true,"validated_backends":true,"#
            + #""worker_blacklist":true,"workers":["w1","w2"]}"#
        #expect(try ForeignJSON(reading: order.body) == ForeignJSON(expected))
    }
}
