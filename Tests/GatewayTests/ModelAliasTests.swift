import Horde
import OpenAI
import Testing

@testable import Gateway

@Suite struct ModelAliasTests {
    private static func aliases(_ all: [(String, [String])]) throws(ModelAliasProblem) -> ModelAliases {
        var aliases = ModelAliases()
        for (name, entries) in all { try aliases.add(name, entries) }
        return aliases
    }

    private static func catalog(_ entries: [String]) throws -> Catalog {
        LiveModels.catalog(aliases: try aliases([("Mine", entries)]))
    }

    @Test(arguments: [
        ("*", "anything", true), ("*", "", true), ("", "", true), ("", "a", false), ("a*", "A/b", true),
        ("*b", "a/b", true),
        ("a?c", "abc", true), ("a?c", "ac", false), ("a[bx]c", "aXc", true), ("a[!bx]c", "abc", false),
        ("a[^bx]c", "adc", true), ("[a-c]1", "b1", true), ("[a-c]1", "d1", false), ("[c-a]1", "b1", true),
        ("[]x]", "]", true), ("[a-]", "-", true), ("a[b", "a[b", true), ("a[b", "ab", false),
        ("*q4*k*", "x-Q4_K_M", true),
        ("*.5*", "qwen2.5", true), ("**a**", "bab", true), ("ab*ab*ab", "abab", false), ("?", "é", true),
        ("[!]a]", "b", true),
        ("*abc", "ababc", true), ("a*b?", "axbxbc", true), ("É*", "écru", true),
    ])
    func `a pattern is a shell's, without regard to case`(pattern: String, name: String, matches: Bool) {
        #expect(ShellPattern(pattern).matches(Array(name.lowercased().unicodeScalars)) == matches)
    }

    @Test func `a pattern that tries every place is no trouble`() {
        let name = Array(String(repeating: "a", count: 255).unicodeScalars)
        #expect(!ShellPattern(String(repeating: "a*", count: 127) + "b").matches(name))
    }

    @Test func `the entries are tried as written, those of one format together`() throws {
        let choice = try Self.catalog([LiveModels.stheno, "Qwen3-8B", "*lunaris*", "gone"])
            .choice(for: "MINE", needs: ModelNeeds())
        #expect(choice.groups.map(\.names) == [[LiveModels.stheno, LiveModels.lunaris], [LiveModels.qwen8]])
        #expect(choice.canMoveOn && choice.requested == "MINE")
    }

    @Test func `a pattern's models come by their time, each once`() throws {
        let tries = try Self.catalog(["*lunaris*", "*L3-*", "*stheno*"]).tries("mine")
        #expect(tries == [[LiveModels.lunaris, LiveModels.stheno]])
        #expect(try Self.catalog(["*Cydonia*"]).tries("mine")[0].first == LiveModels.cydoniaOther)
    }

    @Test func `an alias may stand for a virtual model, with its groups`() throws {
        let catalog = try Self.catalog(["horde/large"])
        #expect(try catalog.tries("mine") == catalog.tries("horde/large"))
        let both = try Self.catalog([LiveModels.stheno, "horde/large"]).tries("mine")
        #expect(both[0] == [LiveModels.stheno] && both[1] == [LiveModels.qwen235])
    }

    @Test func `an alias of all models is bounded`() throws {
        let tries = try Self.catalog(["*"]).tries("mine")
        #expect(tries.count == Limits.groupsMax && tries.allSatisfy { $0.count <= Limits.namesPerGroupMax })
    }

    @Test func `tools are preferred and not required`() throws {
        let catalog = try Self.catalog([LiveModels.pygmalion, LiveModels.qwen8])
        #expect(try catalog.tries("mine") == [[LiveModels.pygmalion], [LiveModels.qwen8]])
        #expect(try catalog.tries("mine", ModelNeeds(tools: true)) == [[LiveModels.qwen8], [LiveModels.pygmalion]])
    }

    @Test func `an alias whose models are gone is there and cannot be served`() throws {
        let catalog = try Self.catalog(["gone", "*none*", "mine"])
        let error = try #require(catalog.failure("mine"))
        #expect(error.status == 503 && error.code == "no_worker" && error.retryAfter == .seconds(60))
        #expect(catalog.collections().allSatisfy { $0.id != "Mine" })
    }

    @Test func `an alias of a live model's name may hold that model`() throws {
        let catalog = LiveModels.catalog(
            aliases: try Self.aliases([(LiveModels.qwen8, [LiveModels.qwen8, "qwen3-32b"])])
        )
        #expect(try catalog.tries(LiveModels.qwen8).flatMap { $0 } == [LiveModels.qwen8, LiveModels.qwen32])
    }

    @Test(
        arguments: [
            ("", ["m"], .length), (String(repeating: "a", count: 256), ["m"], .length), ("a,b", ["m"], .comma),
            ("Horde/mine", ["m"], .reserved), ("TAKEN", ["m"], .duplicate), ("a", [], .noEntries),
            ("a", Array(repeating: "m", count: 65), .tooManyEntries), ("a", ["m", ""], .entryLength(1)),
            ("a", [String(repeating: "*", count: 256)], .entryLength(0)),
        ] as [(String, [String], ModelAliasProblem)]
    )
    func `what is no alias is refused`(name: String, entries: [String], problem: ModelAliasProblem) throws {
        var aliases = try Self.aliases([("taken", ["m"])])
        #expect(throws: problem) { try aliases.add(name, entries) }
        #expect(!problem.description.isEmpty && aliases.all.count == 1)
    }

    @Test func `so many patterns and virtual models are enough for all aliases together`() throws {
        var aliases = ModelAliases()
        for place in 0..<(Limits.aliasSearchesMax / 2) { try aliases.add("a\(place)", ["*", "Horde/auto", "name"]) }
        try aliases.add("b", ["name"])
        #expect(throws: ModelAliasProblem.tooManySearches) { try aliases.add("c", ["m?"]) }
        #expect(throws: ModelAliasProblem.tooManySearches) { try aliases.add("c", ["horde/fast"]) }
    }

    @Test func `there are at most so many`() throws {
        var aliases = try Self.aliases((0..<Limits.aliasesMax).map { ("a\($0)", ["m"]) })
        #expect(throws: ModelAliasProblem.tooMany) { try aliases.add("one-more", ["m"]) }
    }
}
