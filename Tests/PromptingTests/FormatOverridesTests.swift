import FoundationEssentials
import Testing

@testable import Prompting

@Suite struct FormatOverridesTests {
    typealias Rule = FormatOverrides.Rule

    @Test func `a user's word on a name goes before everything else`() throws {
        let table = try FormatTable.builtIn.with(
            FormatOverrides(
                models: ["koboldcpp/NeonMaid-12B-v2": "gemma"],
                rules: [Rule(id: "maids", match: "maid", format: "vicuna")]
            )
        )
        let choice = table.format(forModel: "koboldcpp/NeonMaid-12B-v2")
        #expect(choice.format == table["gemma"])
        #expect(choice.source == .override)
        // The name counts as Horde gives it; any other is left to the rules.
        #expect(table.format(forModel: "koboldcpp/neonmaid-12b-v2").source == .rule("maids"))
    }

    @Test func `a user's rules go before the reference, in their order`() throws {
        let table = try FormatTable.builtIn.with(
            FormatOverrides(rules: [
                Rule(id: "first", match: "NeonMaid", unless: "V1", format: "llama3", reasoning: "think_open"),
                Rule(id: "second", match: "^yamatazen/", format: "alpaca"),
                Rule(id: "third", match: "neonmaid", format: "raw"),
            ])
        )
        #expect(table.format(forModel: "yamatazen/NeonMaid-12B-v2").source == .rule("first"))
        #expect(table.format(forModel: "yamatazen/NeonMaid-12B-v1").source == .rule("second"))
        #expect(table.format(forModel: "koboldcpp/NeonMaid-12B-v1").source == .rule("third"))
        let format = table.format(forModel: "NeonMaid-12B-v2").format
        #expect(format.name == "llama3" && format.reasoning.name == "think_open")
        #expect(table.format(forModel: "koboldcpp/Fimbulvetr-11B-v2").source == .reference)
    }

    @Test(arguments: [("chatml", nil, "qwen3"), ("alpaca", nil, "none"), ("chatml", "none", "none")])
    func `a user who names the same format keeps how the model thinks`(
        format: String,
        reasoning: String?,
        expected: String
    ) throws {
        let rule = Rule(id: "mine", match: "qwen3-8b", format: format, reasoning: reasoning)
        let byRule = try FormatTable.builtIn.with(FormatOverrides(rules: [rule])).format(forModel: "Qwen/Qwen3-8B")
        #expect(byRule.format.name == format && byRule.format.reasoning.name == expected)
        guard reasoning == nil else { return }
        let byName = try FormatTable.builtIn.with(FormatOverrides(models: ["Qwen/Qwen3-8B": format]))
            .format(forModel: "Qwen/Qwen3-8B")
        #expect(byName.format == byRule.format)
    }

    @Test func `a user's rule may say how the models call tools, and keeps what else is known`() throws {
        let rule = Rule(id: "mine", match: "qwen3-8b", format: "chatml", tools: "qwen-xml")
        let format = try FormatTable.builtIn.with(FormatOverrides(rules: [rule])).format(forModel: "Qwen3-8B").format
        #expect(format.tools == "qwen-xml" && format.reasoning.name == "qwen3")
    }

    @Test func `a user's formats are added, and replace built-in ones of their name`() throws {
        let formats = [try Self.format("mine", reasoning: "qwen3"), try Self.format("alpaca", reasoning: nil)]
        let overrides = FormatOverrides(models: ["a": "mine"], formats: formats)
        let table = try FormatTable.builtIn.with(overrides)
        #expect(table.names.count == FormatTable.builtIn.names.count + 1)
        #expect(table["alpaca"]?.user.open == "<mine>")
        #expect(table["mine"]?.reasoning == FormatTable.builtIn.styles["qwen3"])
        #expect(table.format(forModel: "a").format == table["mine"])
        #expect(table.format(forModel: "koboldcpp/Fimbulvetr-11B-v2").format.user.open == "<mine>")
        #expect(FormatTable.builtIn["alpaca"]?.user.open != "<mine>")
    }

    static let mistakes: [(FormatOverrides, String)] = [
        (FormatOverrides(models: ["a/b": "nope"]), "formats.models.a/b: there is no format nope"),
        (
            FormatOverrides(rules: [Rule(id: "my-rule", match: "x", format: "ChatML")]),
            "formats.rules.my-rule.format: there is no format ChatML"
        ),
        (
            FormatOverrides(rules: [Rule(id: "my-rule", match: "x", format: "chatml", reasoning: "hard")]),
            "formats.rules.my-rule.reasoning: there is no reasoning style hard"
        ),
        (
            FormatOverrides(rules: [Rule(id: "my-rule", match: "x", format: "chatml", tools: "xml")]),
            "formats.rules.my-rule.tools: there is no tool style xml"
        ),
        (
            FormatOverrides(rules: [
                Rule(id: "my-rule", match: "x", format: "chatml"), Rule(id: "my-rule", match: "y", format: "chatml"),
            ]),
            "formats.rules.my-rule: the name is taken"
        ),
        (
            FormatOverrides(rules: [Rule(id: "llama3", match: "x", format: "chatml")]),
            "formats.rules.llama3: the name is taken"
        ),
    ]

    @Test(arguments: mistakes)
    func `a mistake is told with its place`(overrides: FormatOverrides, message: String) {
        #expect { try FormatTable.builtIn.with(overrides) } throws: { "\($0)" == message }
    }

    @Test(arguments: ["(", "[a", "a{2,1}", "(?<=a)b", "*", "\\p{Nothing}", "(?(1)a|b)"])
    func `an expression that cannot be read is told with its place`(text: String) {
        let match = FormatOverrides(rules: [Rule(id: "my-rule", match: text, format: "chatml")])
        let unless = FormatOverrides(rules: [Rule(id: "my-rule", match: "a", unless: text, format: "chatml")])
        for (overrides, field) in [(match, "match"), (unless, "unless")] {
            #expect { try FormatTable.builtIn.with(overrides) } throws: {
                "\($0)".hasPrefix("formats.rules.my-rule.\(field): ")
            }
        }
    }

    @Test func `a mistake in a format is told with its place`() throws {
        let nameless = FormatOverrides(formats: [try Self.format("mine", reasoning: "hard")])
        #expect { try FormatTable.builtIn.with(nameless) } throws: {
            "\($0)" == "formats.formats.mine.reasoning: there is no reasoning style hard"
        }
        let twice = try Self.format("mine", reasoning: nil)
        #expect(throws: FormatTableError.duplicate(field: "formats.formats.mine")) {
            try FormatTable.builtIn.with(FormatOverrides(formats: [twice, twice]))
        }
    }

    @Test func `every key of the configuration may be left out`() throws {
        let text = #"{ "rules": [{ "id": "a", "match": "b", "format": "chatml" }] }"#
        let overrides = try JSONDecoder().decode(FormatOverrides.self, from: Data(text.utf8))
        #expect(overrides.rules == [Rule(id: "a", match: "b", format: "chatml")])
        #expect(overrides.models.isEmpty && overrides.formats.isEmpty)
    }

    @Test(arguments: [("mistral-v7-tekken", "think_maybe"), ("mistral-v3", "none")])
    func `a user who names another format than the model's has its style alone`(format: String, style: String) throws {
        let table = try FormatTable.builtIn.with(FormatOverrides(models: ["x/Cydonia-R1-24B-v4": format]))
        #expect(table.format(forModel: "x/Cydonia-R1-24B-v4").format.reasoning.name == style)
    }

    /// By what stands in the file for the thing that is replaced: the place, the key, and some that are known.
    static let misspelt: [(String, String, String)] = [
        (#"{ "rules": [{ "id": "a", "match": "b", "unles": "c", "format": "d" }] }"#, "rules.0", "'unles'"),
        (#"{ "rules": [{ "id": "a", "match": "b", "format": "d", "reasoningg": "e" }] }"#, "rules.0", "'reasoningg'"),
        (own(#""trim": ["user"]"#), "formats.0", "'trim'"), (own(#""alternate": true"#), "formats.0", "'alternate'"),
        (
            own(#""system": { "position": "turn", "open": "", "close": "", "later": "note", "isalways": true }"#),
            "formats.0.system", "'isalways'"
        ),
        (own(#""user": { "open": "", "close": "", "end": "" }"#), "formats.0.user", "'end'"),
        (own(#""assistant": { "open": "", "close": "", "Open": "" }"#), "formats.0.assistant", "'Open'"),
        (own(#""tool": { "result": { "open": "", "close": "" }, "joined": "" }"#), "formats.0.tool", "'joined'"),
        (own(#""tool": { "result": { "open": "", "close": "", "x": "" } }"#), "formats.0.tool.result", "'x'"),
        (own(#""call": { "turn": { "open": "", "close": "" }, "word": "" }"#), "formats.0.call", "'word'"),
        (#"{ "rule": [] }"#, "", "'rule'"),
    ]

    @Test(arguments: misspelt)
    func `a misspelt key is told with its place and the keys that are known`(text: String, place: String, key: String) {
        #expect {
            try JSONDecoder().decode(FormatOverrides.self, from: Data(text.utf8))
        } throws: { error in
            guard case DecodingError.dataCorrupted(let context) = error else { return false }
            let path = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
            return path == place && context.debugDescription.hasPrefix("\(key) is no key; known are '")
        }
    }

    @Test func `a format may have all keys that there are`() throws {
        #expect(try JSONDecoder().decode(FormatOverrides.self, from: Data(Self.own(nil).utf8)).formats.count == 1)
    }

    /// A file with one format, in which a field is replaced or added.
    private static func own(_ field: String?) -> String {
        let fields = [
            ("name", #""a""#), ("prefix", #""""#), ("toolNote", #""""#), ("generation", #""""#), ("prefill", #""""#),
            ("system", #"{ "position": "turn", "open": "", "close": "", "later": "note" }"#),
            ("user", #"{ "open": "", "close": "" }"#), ("assistant", #"{ "open": "", "close": "" }"#),
            ("call", #"{ "turn": { "open": "", "close": "" }, "words": { "open": "", "close": "" } }"#),
            ("tool", #"{ "turn": { "open": "", "close": "" }, "result": { "open": "", "close": "" }, "join": "" }"#),
            ("stops", "[]"), ("trims", "[]"), ("alternates", "false"), ("markers", "[]"), ("lineMarkers", "[]"),
            ("tools", #""none""#), ("reasoning", #""none""#), ("tokenizer", #""qwen""#),
        ]
        let kept = fields.filter { field?.hasPrefix("\"\($0.0)\":") != true }.map { "\"\($0.0)\": \($0.1)" }
        return "{ \"formats\": [{ \((kept + [field].compactMap { $0 }).joined(separator: ", ")) }] }"
    }

    private static func format(_ name: String, reasoning: String?) throws -> PromptFormat {
        let style = reasoning.map { #", "reasoning": "\#($0)""# } ?? ""
        let text = """
            {
              "name": "\(name)", "tokenizer": "qwen", "alternates": false, "trims": [], "stops": ["</mine>"],
              "system": { "position": "turn", "open": "<system>", "close": "</mine>", "later": "turn" },
              "user": { "open": "<mine>", "close": "</mine>" }, "assistant": { "open": "<yours>", "close": "</mine>" },
              "generation": "<yours>", "markers": [], "lineMarkers": []\(style)
            }
            """
        return try JSONDecoder().decode(PromptFormat.self, from: Data(text.utf8))
    }
}
