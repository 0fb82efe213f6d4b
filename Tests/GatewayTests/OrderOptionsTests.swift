import FoundationEssentials
import Horde
import JSONText
import OpenAI
import Testing

@testable import Gateway

@Suite struct OrderOptionsTests {
    private static let plain = GenerationOrder(
        prompt: "hi",
        models: ["m"],
        params: .init(n: 1, maxLength: 80, maxContextLength: 2048)
    )

    private static func order(_ more: String) throws -> JSON {
        let body = #"{"model":"m","prompt":"hi",\#(more)}"#
        var order = plain
        order.take(try CompletionRequest(decoding: Array(body.utf8)).parameters)
        return order.json
    }

    @Test(arguments: [
        #""top_k":40"#, #""min_p":0.5"#, #""top_a":0.5"#, #""typical":0.5"#, #""tfs":0.5"#, #""rep_pen":1.5"#,
        #""rep_pen_range":64"#, #""rep_pen_slope":0.5"#, #""dynatemp_range":0.5"#, #""dynatemp_exponent":0.5"#,
        #""smoothing_factor":0.5"#, #""sampler_order":[6,0,1,3,4,2,5]"#,
    ])
    func `each sampler reaches Horde under its own name and nothing else changes`(member: String) throws {
        let sent = try #require(try JSON(parsing: Array("{\(member)}".utf8)).object?.members.first)
        let before = try #require(Self.order(#""x":0"#)["params"]?.object)
        let after = try #require(Self.order(member)["params"]?.object)
        #expect(before[sent.key] == nil)
        #expect(after[sent.key] == sent.value)
        #expect(after.members.count == before.members.count + 1)
    }

    @Test(arguments: [
        #""trusted_workers":true"#, #""slow_workers":false"#, #""validated_backends":true"#, #""allow_downgrade":true"#,
        #""workers":["a","b"]"#, #""worker_blacklist":true"#,
    ])
    func `each choice of workers reaches Horde under its own name and nothing else changes`(member: String) throws {
        let sent = try #require(try JSON(parsing: Array("{\(member)}".utf8)).object?.members.first)
        let before = try #require(Self.order(#""horde":{}"#).object)
        let after = try #require(Self.order("\"horde\":{\(member)}").object)
        #expect(before[sent.key] == nil)
        #expect(after[sent.key] == sent.value)
        #expect(after.members.count == before.members.count + 1)
    }
}
