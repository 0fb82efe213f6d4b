import JSONText
import Testing

@testable import HordeSimulator

/// What workers make of a prompt.
struct AttemptPlanTests {
    @Test func `made-up text is the same for the same seed and as long as it may be`() {
        #expect(PlausibleText.make(seed: 3, tokensMax: 200) == PlausibleText.make(seed: 3, tokensMax: 200))
        #expect(PlausibleText.make(seed: 3, tokensMax: 200) != PlausibleText.make(seed: 4, tokensMax: 200))
        #expect(PlausibleText.make(seed: 3, tokensMax: 16).utf8.count == 64)
        #expect(PlausibleText.make(seed: 3, tokensMax: 80, wish: 10).utf8.count == 40)
        let long = PlausibleText.make(seed: 3, tokensMax: 4096)
        #expect(long.utf8.count < 800 && Self.isPlausible(long))
    }

    @Test(arguments: [
        ("a\n###b", ["\n###"], true, "a\n###"),
        ("a\n###b", ["\n###"], false, "a"),
        ("abcabc", ["c", "b"], true, "ab"),
        ("abc", ["", "x"], true, "abc"),
        ("{\"_model\"", ["", "m", "_m"], true, "{\"_m"),
    ])
    func `text ends with the stop string that comes first`(
        text: String,
        stops: [String],
        keepsStop: Bool,
        expected: String
    ) {
        #expect(AttemptPlan.cut(text, at: stops, keepsStop: keepsStop) == expected)
    }

    @Test func `directives are read anywhere in a prompt, and the last of a kind counts`() {
        let directives = PromptDirectives(
            parsing: "é [[reply:old]] [[latency:1.5]] text [x] [[fail:2]] [[reply:new [1] text]] [[echo] [[hang]]"
        )
        #expect(directives.reply == "new [1] text")
        #expect(directives.latencySeconds == 1.5)
        #expect(directives.failures == 2)
        #expect(PromptDirectives(parsing: "[[hang]]").hangs)
        #expect(PromptDirectives(parsing: "no [ directive ]] [[ here") == PromptDirectives(parsing: ""))
    }

    @Test func `an echo is the payload that a worker gets, with Horde's defaults and without unknown keys`() throws {
        let bench = Bench()
        let answer = bench.submit("[[echo]]", more: ["params": ["temperature": 1, "seed": 5]])
        let id = try #require(answer.json["id"]?.string)
        bench.now = 30
        let text = try #require(bench.status(id)["generations"]?[0]?["text"]?.string)
        #expect(
            try JSON(parsing: text) == [
                "_model": "m/7B", "dynatemp_exponent": 1.0, "dynatemp_range": 0.0, "max_context_length": 2048,
                "max_length": 80, "min_p": 0.0, "n": 1, "prompt": "[[echo]]", "smoothing_factor": 0.0,
                "temperature": 1.0,
            ]
        )
    }

    /// Whether text is of the simulator's own making.
    static func isPlausible(_ text: String) -> Bool {
        ["By morning", "Later that", "Without a", "As the rain", "In the end", "For a whi", "Somewhere", "Long before"]
            .contains { text.hasPrefix($0) }
    }
}
