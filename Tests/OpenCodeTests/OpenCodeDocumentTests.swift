import JSONText
import OpenAI
import OpenCode
import Testing

@Suite struct OpenCodeDocumentTests {
    @Test func `the whole document`() {
        let document = OpenCodeDocument(
            models: [model("koboldcpp/Lake-24B", hasReasoning: true)],
            baseURL: "http://127.0.0.1:9000/v1"
        )
        #expect(
            document.json == [
                "$schema": "https://opencode.ai/config.json",
                "model": "horde/koboldcpp/Lake-24B",
                "small_model": "horde/koboldcpp/Lake-24B",
                "provider": [
                    "horde": [
                        "npm": "@ai-sdk/openai-compatible",
                        "name": "AI Horde",
                        "options": [
                            "baseURL": "http://127.0.0.1:9000/v1", "apiKey": "{env:AI_HORDE_API_KEY}", "timeout": false,
                            "headerTimeout": false, "chunkTimeout": 900_000,
                        ],
                        "models": [
                            "koboldcpp/Lake-24B": [
                                "name": "Lake-24B", "tool_call": true, "reasoning": true, "temperature": true,
                                "limit": ["context": 32_768, "output": 512],
                                "modalities": ["input": ["text"], "output": ["text"]],
                            ]
                        ],
                    ]
                ],
            ]
        )
    }

    @Test func `models are sorted, and those that look the same are told apart`() {
        let models = OpenCodeDocument(models: ["b/X", "a/X", "c/Y", "Z"].map { model($0) }).provider["models"]
        #expect(models?.object?.members.map(\.key) == ["Z", "a/X", "b/X", "c/Y"])
        #expect(models?.object?.members.map { $0.value["name"]?.string } == ["Z", "a/X", "b/X", "Y"])
    }

    @Test(arguments: [
        (32_768, 512, 512), (16_000, 4096, 4096), (800, 512, 400), (512, 512, 256), (512, 100_000, 256), (2, 9, 1),
    ])
    func `an answer never fills the context`(context: Int, output: Int, limit: Int) {
        let document = OpenCodeDocument(models: [model("m", context: context, output: output)], contextTokensMin: 0)
        #expect(document.provider["models"]?["m"]?["limit"] == ["context": JSON(context), "output": JSON(limit)])
    }

    @Test(arguments: [
        model("m", context: 15_999), model("m", context: 0), model("m", output: 0), model(""), model("a{env:HOME}"),
        model("{file:/etc/passwd}"), model("a\u{0}b"), model("a\nb"), model("__proto__"),
    ])
    func `what opencode cannot or must not have is left out`(left: OpenCodeModel) {
        let document = OpenCodeDocument(models: [left])
        #expect(document.isEmpty && document.model == nil && document.smallModel == nil)
        #expect(document.json["model"] == nil && document.json["small_model"] == nil)
    }

    @Test func `the smallest context is taken`() {
        #expect(!OpenCodeDocument(models: [model("m", context: 16_000)]).isEmpty)
        #expect(!OpenCodeDocument(models: [model("m", context: 1000)], contextTokensMin: 1000).isEmpty)
    }

    /// Each case: what makes the first of two models the choice.
    @Test(arguments: [
        (model("z", threads: 1), model("a", hasTools: false, threads: 9)),
        (model("z", threads: 3, eta: 99), model("a", threads: 2, eta: 0)),
        (model("z", speed: 1, eta: 5, jobs: 9), model("a", speed: 9, eta: 6, jobs: 0)),
        (model("z", eta: 5000), model("a", eta: nil)),
        (model("z", speed: 1, jobs: 1), model("a", speed: 9, jobs: 2)),
        (model("z", speed: 9), model("a", speed: 8)),
        (model("a"), model("z")),
        (model("z", speed: 1), model("a", speed: .nan)),
    ])
    func `the default is the most available capable model`(better: OpenCodeModel, worse: OpenCodeModel) {
        for models in [[better, worse], [worse, better]] {
            #expect(OpenCodeDocument(models: models).model == "horde/" + better.name)
        }
    }

    @Test func `without a capable model the most available one is better than none`() {
        #expect(OpenCodeDocument(models: [model("m", hasTools: false)]).model == "horde/m")
    }

    @Test(arguments: [
        (model("z", hasTools: false, threads: 1, speed: 9), model("a", threads: 9, speed: 8)),
        (model("z", threads: 1, eta: 1), model("a", threads: 9, eta: 2)),
        (model("z", threads: 2), model("a", threads: 1)),
        (model("a"), model("z")),
        (model("z", speed: 1), model("a", speed: .infinity)),
    ])
    func `the small model is the fastest`(faster: OpenCodeModel, slower: OpenCodeModel) {
        for models in [[faster, slower], [slower, faster]] {
            #expect(OpenCodeDocument(models: models).smallModel == "horde/" + faster.name)
        }
    }

    @Test func `opencode's schema takes every document`() {
        var random = SplitMix(seed: 1)
        let names = ["a/b", "a", "", "q\"\\", "ä/ö", "x:y.z-1", "a/b/c d", "{env:A}", "__proto__", "horde/a"]
        for _ in 0..<500 {
            let models = names.filter { _ in Bool.random(using: &random) }.map { name in
                model(
                    name,
                    context: Int.random(in: -1...40_000, using: &random),
                    output: Int.random(in: -1...50_000, using: &random),
                    hasTools: Bool.random(using: &random),
                    hasReasoning: Bool.random(using: &random),
                    threads: Int.random(in: 0...9, using: &random),
                    speed: [0, 1.5, .nan, .infinity].randomElement(using: &random) ?? 0,
                    eta: [nil, 0, 9].randomElement(using: &random) ?? nil
                )
            }
            let document = OpenCodeDocument(models: models, contextTokensMin: 0)
            guard !document.isEmpty else { continue }
            #expect(SchemaRules.problems(in: document.json) == [])
        }
    }

    @Test(arguments: [
        (#"{"$schema":"","model":null,"provider":{}}"#, 3),
        (#"{"$schema":"s","extra":1,"model":"m","provider":{"horde":{"npm":"n","name":"n"}}}"#, 3),
    ])
    func `the rules find what is wrong`(text: String, count: Int) throws {
        #expect(SchemaRules.problems(in: try JSON(parsing: text)).count == count)
    }
}
