import Horde
import OpenAI
import Prompting
import Testing

@testable import Gateway

@Suite struct PlainNameTests {
    private let catalog = LiveModels.catalog()
    private static let cydonias = [LiveModels.cydoniaOther, LiveModels.cydonia, LiveModels.cydoniaThird]

    @Test func `an exact name is that spelling alone`() throws {
        for name in LiveModels.workers.flatMap(\.models) { #expect(try catalog.tries(name) == [[name]]) }
    }

    @Test(arguments: [
        ("KOBOLDCPP/qwen3-8b", LiveModels.qwen8), ("qwen3-8b", LiveModels.qwen8),
        ("Qwen3-8B-Q4_K_M.gguf", LiveModels.qwen8),
        ("Qwen/Qwen3-8B", LiveModels.qwen8), ("Qwen3-235B-A22B", LiveModels.qwen235), ("qwen3-32b", LiveModels.qwen32),
        ("Qwen_Qwen3-32B", LiveModels.qwen32), ("horde/koboldcpp/Qwen3-8B", LiveModels.qwen8),
        ("llama-3.3-70b-instruct", LiveModels.llama), ("gpt-oss-120b", LiveModels.oracle),
        ("L3 8B Stheno v3.2", LiveModels.stheno), ("koboldcpp/my,model-13b", LiveModels.odd),
        ("koboldcpp/Qwen3-32B", LiveModels.qwen32),
    ])
    func `a name may be shortened, and written in any case`(name: String, model: String) throws {
        let choice = try catalog.choice(for: name, needs: ModelNeeds())
        #expect(choice.groups.map(\.names) == [[model]])
        #expect(choice.requested == name)
        #expect(!choice.canMoveOn)
    }

    @Test(arguments: [
        "Cydonia-24B-v4.3", "thedrummer/cydonia-24b-v4.3", "TheDrummer_Cydonia-24B-v4.3", "Cydonia-24B-v4.3-Q8_0",
    ])
    func `all live spellings of a model are in one job, the fastest first`(name: String) throws {
        let choice = try catalog.choice(for: name, needs: ModelNeeds())
        #expect(choice.groups.map(\.names) == [Self.cydonias])
        #expect(!choice.canMoveOn)
        #expect(choice.groups[0].offers().map(\.contextTokens).sorted() == [8192, 16_384, 32_768])
    }

    @Test func `names that differ by case alone are all listed for one in a third case`() throws {
        let catalog = LiveModels.named(["koboldcpp/Wren-7B", "koboldcpp/wren-7b", "koboldcpp/Wren-8B"])
        #expect(try catalog.tries("koboldcpp/WREN-7B") == [["koboldcpp/Wren-7B", "koboldcpp/wren-7b"]])
        #expect(try catalog.tries("koboldcpp/wren-7b") == [["koboldcpp/wren-7b"]])
    }

    @Test func `a name of two makers' models means neither`() throws {
        let catalog = LiveModels.named(["aphrodite/a/Wren-7B", "aphrodite/b/Wren-7B", "aphrodite/b/Owl-7B"])
        let error = try #require(catalog.failure("Wren-7B"))
        #expect(error.code == "model_not_found" && error.status == 404)
        #expect(error.message.contains("Did you mean `aphrodite/a/Wren-7B` or `aphrodite/b/Wren-7B`?"))
        #expect(try catalog.tries("b/wren-7b-Q4_K_M") == [["aphrodite/b/Wren-7B"]])
        #expect(try #require(catalog.failure("c/wren-7b")).code == "model_not_found")
    }

    @Test func `a spelling without a maker belongs to the one maker, and to none where there are two`() throws {
        let one = LiveModels.named(["aphrodite/a/Wren-7B", "koboldcpp/Wren-7B-Q4_0"])
        let both = ["aphrodite/a/Wren-7B", "koboldcpp/Wren-7B-Q4_0"]
        #expect(try one.tries("wren-7b") == [both])
        #expect(try one.tries("A/Wren-7B") == [both])
        let two = LiveModels.named(["aphrodite/a/Wren-7B", "aphrodite/b/Wren-7B", "koboldcpp/Wren-7B-Q4_0"])
        #expect(try two.tries("wren-7b") == [["koboldcpp/Wren-7B-Q4_0"]])
        #expect(try two.tries("A/Wren-7B") == [["aphrodite/a/Wren-7B"]])
        // Another maker's is no spelling of this one.
        #expect(try #require(one.failure("b/Wren-7B")).code == "model_not_found")
    }

    @Test func `a user's own model is nobody else's spelling`() throws {
        let own = "koboldcpp/Wren-7B::someone#1"
        let catalog = LiveModels.named([own, "koboldcpp/Wren-7B-Q4_0"])
        #expect(try catalog.tries("Wren-7B") == [["koboldcpp/Wren-7B-Q4_0"]])
        #expect(try catalog.tries("wren-7b::Someone#1") == [[own]])
        #expect(LiveModels.named([own]).failure("Wren-7B") != nil)
    }

    @Test func `spellings that are spoken to in different formats are not mixed`() throws {
        let other = "koboldcpp/Cydonia-24B-v4.3-Q6_K"
        let formats = try FormatTable.builtIn.with(FormatOverrides(models: [other: "alpaca"]))
        let catalog = LiveModels.catalog(LiveModels.workers + [LiveModels.worker(other, 1)], formats: formats)
        #expect(try catalog.tries("Cydonia-24B-v4.3") == [Self.cydonias])
    }

    @Test(arguments: ["cydonia", "Qwen3-9B", "", "/", "koboldcpp/", "::", "horde/", "horde/none", "gpt-4o"])
    func `what is no model's name is not found`(name: String) throws {
        #expect(try #require(catalog.failure(name)).code == "model_not_found")
    }

    @Test func `an unknown name is answered with near ones, ours among them`() throws {
        var aliases = ModelAliases()
        try aliases.add("favourite", ["*"])
        let catalog = LiveModels.catalog(aliases: aliases)
        #expect(try #require(catalog.failure("koboldcpp/Qwen3-9B")).message.contains("`\(LiveModels.qwen8)`"))
        #expect(try #require(catalog.failure("horde/larje")).message.contains("`horde/large`"))
        #expect(try #require(catalog.failure("favorite")).message.contains("`favourite`"))
    }

    @Test func `a name of megabytes is refused at once`() throws {
        for text in [String(repeating: "a", count: 4_000_000), String(repeating: "a,", count: 2_000_000)] {
            let error = try #require(catalog.failure(text))
            #expect(error.code == "model_not_found" && error.message.count < 400)
        }
    }

    @Test func `what has no room is left out, and the largest stays where none has`() throws {
        func tries(_ tokens: Int) throws -> [[String]] {
            try catalog.tries("Cydonia-24B-v4.3", ModelNeeds(tokens: tokens))
        }
        #expect(try tries(8192) == [Self.cydonias])
        #expect(try tries(8193) == [[LiveModels.cydoniaOther, LiveModels.cydonia]])
        #expect(try tries(32_768) == [[LiveModels.cydoniaOther]])
        #expect(try tries(1_000_000) == [[LiveModels.cydoniaOther]])
        #expect(try catalog.tries(LiveModels.qwen8, ModelNeeds(tokens: .max)) == [[LiveModels.qwen8]])
    }

    @Test func `a request that allows none of the workers is refused`() throws {
        var horde = HordeParameters()
        horde.trustedWorkers = true
        let needs = ModelNeeds(horde: horde)
        #expect(try catalog.tries("qwen3-8b", needs) == [[LiveModels.qwen8]])
        #expect(try #require(catalog.failure("qwen3-32b", needs)).param == "horde")
        #expect(try catalog.tries("horde/auto", needs) == [[LiveModels.qwen8]])
        (horde.workers, horde.workerBlacklist) = (["eight"], true)
        #expect(try #require(catalog.failure("horde/auto", ModelNeeds(horde: horde))).code == "invalid_value")
    }
}
