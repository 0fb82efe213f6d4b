import HTTPTypes
import JSONText
import Testing

@testable import HordeSimulator

/// What Horde checks before it takes a request, and in which order.
struct SubmitTests {
    @Test func `all violations of the schema are told at once, by path, as Python writes values`() {
        let answer = Bench().submit(
            "x",
            more: [
                "models": ["a", 1], "trusted_workers": "true", "style": "a",
                "params": [
                    "n": 1.5, "max_length": 80.0, "top_k": nil, "rep_pen": ["it's": true], "stop_sequence": ["a", nil],
                ],
            ]
        )
        #expect(answer.status == .badRequest)
        #expect(answer.json["rc"] == nil)
        #expect(
            Canonical.text(HordeText.bytes(answer.json["errors"] ?? nil))
                == Canonical.text(
                    HordeText.bytes([
                        "models.1": "1 is not of type 'string'",
                        "trusted_workers": "'true' is not of type 'boolean'",
                        "style": "'a' is too short",
                        "params.n": "1.5 is not of type 'integer'",
                        "params.top_k": "None is not of type 'integer'",
                        "params.rep_pen": #"{"it's": True} is not of type 'number'"#,
                        "params.stop_sequence.1": "None is not of type 'string'",
                    ])
                )
        )
    }

    @Test func `the schema comes before the key, the key before the prompt, the prompt before its parameters`() {
        let bench = Bench()
        let path = "/api/v2/generate/text/async"
        #expect(bench.call(.post, path, ["params": ["n": 0]]).json["errors"]?["params.n"] != nil)
        #expect(bench.call(.post, path, [:]).json["errors"]?["apikey"] != nil)
        #expect(bench.call(.post, path, [:], key: "nobody").json["errors"]?["prompt"] != nil)
        #expect(bench.call(.post, path, ["prompt": ""], key: "nobody").json["rc"] == "InvalidAPIKey")
        let short: JSON = ["max_length": 512, "max_context_length": 256]
        #expect(bench.submit("", more: ["params": short]).json["rc"] == "MissingPrompt")
        #expect(bench.submit("x", more: ["params": short]).json["rc"] == "TokenOverflow")
    }

    @Test func `accounts may do what their roles say`() throws {
        let bench = Bench(
            try Bench.script(
                #"""
                {"keys": [{"key": "gone-22-characters-key", "deleted": true}, {"key": "svc", "service": true},
                          {"key": "trusted", "trusted": true}]}
                """#
            )
        )
        #expect(bench.submit("x", key: "gone-22-characters-key").json["rc"] == "DeletedUser")
        let proxied: JSONObject = ["proxied_account": "someone"]
        #expect(bench.submit("x", more: proxied).json["rc"] == "OnlyServiceAccountProxy")
        #expect(bench.submit("x", key: "svc", more: proxied).status == .accepted)
        let unbatched: JSONObject = ["disable_batching": true]
        #expect(bench.submit("x", n: 2, more: unbatched).json["rc"] == "RequiresTrust")
        #expect(bench.submit("x", n: 2, key: "trusted", more: unbatched).status == .accepted)
        #expect(bench.submit("x", more: ["extra_source_images": [[:]]]).json["rc"] == "InvalidExtraSourceImages.")
    }

    @Test(arguments: [
        (512, 8192, true), (513, 8192, false), (512, 8193, false),
    ])
    func `a worker takes what fits both of its lengths`(length: Int, context: Int, fits: Bool) throws {
        var script = Bench.script()
        var role = AccountRole(key: Bench.key)
        role.kudos = 100_000
        script.keys = [role]
        let bench = Bench(script)
        let params: JSON = ["max_length": JSON(length), "max_context_length": JSON(context)]
        let answer = bench.submit("[[latency:5]]", more: ["params": params])
        #expect((answer.json["message"] == nil) == fits)
        let id = try #require(answer.json["id"]?.string)
        bench.now = 1
        let status = bench.status(id)
        #expect(status["is_possible"] == .bool(fits))
        #expect(status["processing"] == (fits ? 1 : 0))
    }

    @Test func `without a script there are five models with room for load`() {
        let bench = Bench(SimulatorScript())
        let rows = bench.state.modelRows(now: 0)
        #expect(rows.count == 5 && rows.allSatisfy { $0.threads == 8 && $0.speed == 40 })
        #expect(Set(WorkerRole.standard.map(\.maxContextLength)).count > 2)
    }

    @Test func `escapes are ASCII, as Python's json writes them`() {
        let bytes = HordeText.bytes(["a": "é\u{1F600}\u{1}\"\\\n/\u{7F}", "b": [1, 2.0, nil, true]])
        let expected = #"{"a": "\u00e9\ud83d\ude00\u0001\"\\\n/\u007f", "b": [1, 2.0, null, true]}"# + "\n"
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
    }
}
