import HTTPTypes
import Horde
import JSONText
import OpenAI
import OpenCode
import Prompting
import Testing

@testable import Gateway

/// Lists in a request, and the lists that clients get.
@Suite struct ListedModelTests {
    private let catalog = LiveModels.catalog()

    private static func withAlias() throws -> Catalog {
        var aliases = ModelAliases()
        try aliases.add("Mine", ["*lunaris*", LiveModels.stheno])
        try aliases.add("gone", ["nobody's"])
        return LiveModels.catalog(aliases: aliases)
    }

    @Test func `names of one format share a job, and those of another are tried later`() throws {
        let name = "L3-8B-Stheno-v3.2, qwen3-8b ,,\(LiveModels.lunaris),Qwen3-8B"
        let choice = try catalog.choice(for: name, needs: ModelNeeds())
        #expect(choice.groups.map(\.names) == [[LiveModels.stheno, LiveModels.lunaris], [LiveModels.qwen8]])
        #expect(choice.canMoveOn && choice.requested == name)
        #expect(try !catalog.choice(for: "Qwen3-8B,", needs: ModelNeeds()).canMoveOn)
    }

    @Test func `a list may name aliases and virtual models`() throws {
        let tries = try Self.withAlias().tries("mine,horde/large")
        #expect(tries[0] == [LiveModels.lunaris, LiveModels.stheno] && tries[1] == [LiveModels.qwen235])
    }

    @Test func `a live name with a comma is no list`() throws {
        #expect(try catalog.tries(LiveModels.odd) == [[LiveModels.odd]])
        #expect(try catalog.tries(LiveModels.odd.uppercased()) == [[LiveModels.odd]])
    }

    @Test func `unknown names of a list are named`() throws {
        let one = try #require(catalog.failure("qwen3-8b,none-such"))
        #expect(one.code == "model_not_found" && one.message.contains("`none-such`"))
        #expect(!one.message.contains("qwen3-8b"))
        let more = try #require(catalog.failure("none-a,qwen3-8b,none-b,none-c"))
        #expect(more.status == 404 && more.param == "model")
        #expect(more.message.contains("`none-a`, `none-b` and `none-c`"))
        let many = try #require(catalog.failure((0..<60).map { "none-\($0)" }.joined(separator: ",")))
        #expect(many.message.contains("none-4`") && !many.message.contains("none-5`"))
    }

    @Test func `a list without names, or with too many, is refused`() throws {
        #expect(try #require(catalog.failure(" , ,")).code == "model_not_found")
        let long = Array(repeating: "qwen3-8b", count: 65).joined(separator: ",")
        #expect(try #require(catalog.failure(long)).code == "invalid_value")
        #expect(try catalog.tries(String(long.dropLast(9))) == [[LiveModels.qwen8]])
    }

    @Test func `an alias of a list whose models are gone leaves the others`() throws {
        #expect(try Self.withAlias().tries("gone,qwen3-8b") == [[LiveModels.qwen8]])
        #expect(try #require(try Self.withAlias().failure("gone,gone")).code == "no_worker")
    }

    @Test func `the list has the live models, then the virtual ones, then the aliases`() throws {
        let catalog = try Self.withAlias()
        let data = try #require(catalog.list["data"]?.array)
        let ids = data.compactMap { $0["id"]?.string }
        let live = catalog.entries.map(\.name)
        let virtual = ["auto", "fast", "large", "coder"] + Set(catalog.entries.map(\.format.format.name)).sorted()
        #expect(ids == live + virtual.map { "horde/\($0)" } + ["Mine"])
        let mine = try #require(data.last)
        #expect(mine["owned_by"] == "interposer" && mine["object"] == "model" && mine["created"] == 1_700_000_000)
        #expect(mine["context_length"] == 8192 && mine["max_completion_tokens"] == 4096)
        #expect(mine["horde"]?["virtual"] == true && mine["horde"]?["format"] == "llama3")
        #expect(mine["horde"]?["models"] == [.string(LiveModels.lunaris), .string(LiveModels.stheno)])
        #expect(data[0]["horde"]?["virtual"] == nil && data[0]["owned_by"] == "ai-horde")
    }

    @Test(arguments: [
        ("horde/AUTO", "horde/auto"), ("mine", "Mine"), ("qwen3-8b", LiveModels.qwen8),
        ("qwen3-8b,mine", "qwen3-8b,mine"),
    ])
    func `one model is shown under its own name`(asked: String, id: String) throws {
        #expect(try Self.withAlias().listing(for: asked).id == id)
    }

    @Test func `opencode is told of what is virtual only where that is asked for`() throws {
        let catalog = try Self.withAlias()
        let plain = catalog.openCode(baseURL: "http://h/v1")
        #expect(plain.references.allSatisfy { !$0.hasPrefix("horde/horde/") && $0 != "horde/Mine" })
        let all = catalog.openCode(baseURL: "http://h/v1", contextTokensMin: 8000, includesVirtual: true)
        #expect(all.references.contains("horde/horde/auto") && all.references.contains("horde/Mine"))
        #expect(all.provider["models"]?["horde/auto"]?["tool_call"] == true)
        // Chosen for opencode's needs: the fastest of all has too small a context.
        let limit = all.provider["models"]?["horde/fast"]?["limit"]?["context"]?.int
        #expect(try #require(limit) >= 8000)
        // The defaults are live models, with or without the others.
        #expect(all.model?.hasPrefix("horde/horde/") == false && all.smallModel?.hasPrefix("horde/horde/") == false)
    }

    @Test(arguments: [
        ("virtual=1", true), ("a=b&virtual=1", true), ("virtual=0", false), ("xvirtual=1", false), (nil, false),
    ])
    func `the query of opencode.json asks for what is virtual`(query: String?, isThere: Bool) throws {
        let reply = OpenCodeReply.of(catalog, [:], query: query, scheme: "http")
        #expect(String(decoding: reply.body, as: UTF8.self).contains("horde/auto") == isThere)
    }
}

extension JSON {
    fileprivate subscript(key: String) -> JSON? {
        if case .object(let object) = self { object[key] } else { nil }
    }
}
