import Horde
import JSONText
import OpenAI
import Prompting
import Testing

@testable import Gateway

@Suite struct VirtualModelTests {
    private let catalog = LiveModels.catalog()

    @Test(
        arguments: [
            ("thedrummer/cydonia-24b-v4.3", 24), ("qwen3-0.6b", 0.6), ("mixtral-8x7b-instruct-v0.1", 56),
            ("qwen3-30b-a3b", 30),
            ("qwen3-a3b", nil), ("l3-8b-stheno-v3.2", 8), ("pythia-70m-deduped", 0.07), ("qwen2.5-14b-instruct-1m", 14),
            ("chaoticsoliloquy-4x8b", 32), ("gemma-3n-e4b-it", 4), ("kimi-k2-1t", 1000), ("30b-lazarus", 30),
            ("wizardlm-2-8x22b", 176), ("gpt-j-6b", 6), ("opus-v1.4-70b-llama3", 70), ("rocinante-v1.1", nil),
            ("", nil),
            ("model-7bpw", nil), ("b", nil), ("8x", nil), ("x7b", nil), ("99999999999b", nil), ("0b", nil),
            ("1.2.3b", nil),
            ("1..5b", nil), ("8xb", nil), ("70m-and-3b", 3), ("24B", 24), ("é7b", nil),
        ] as [(String, Double?)]
    )
    func `the size is read from the name`(name: String, billions: Double?) {
        #expect(ModelSize.billions(in: name) == billions)
    }

    @Test func `the time is that of waiting and of writing`() {
        func seconds(_ speed: Double, _ demand: ModelDemand? = nil, threads: Int = 2) -> Double {
            ModelRank(name: "m", speed: speed, threads: threads, demand: demand).seconds
        }
        #expect(seconds(30) == 10)
        #expect(seconds(30, ModelDemand(name: "m", count: 2, queued: 600, eta: 5)) == 15)
        // Horde does not know: 600 / (30 × 2).
        #expect(seconds(30, ModelDemand(name: "m", count: 2, queued: 600, eta: 10_000)) == 20)
        #expect(seconds(0, ModelDemand(name: "m", count: 2, eta: 5)) == .infinity)
        #expect(seconds(.nan) == .infinity && seconds(.infinity) == .infinity)
        #expect(seconds(30, ModelDemand(name: "m", count: 2, queued: -600, eta: -5), threads: 0) == 10)
    }

    @Test func `names of coding models are known`() {
        for name in [
            "qwen3-coder-30b", "codestral-22b-v0.1", "mistralai/devstral-small-2507", "codellama-34b", "opencoder-8b",
        ] {
            #expect(ModelRank(name: name, speed: 1, threads: 1, demand: nil).isCoder)
        }
        for name in ["cydonia-24b", "text-decoder-7b", "encoder", "barcode-7b"] {
            #expect(!ModelRank(name: name, speed: 1, threads: 1, demand: nil).isCoder)
        }
    }

    @Test func `fast are those that take at most twice the time of the fastest, in its format`() throws {
        let tries = try catalog.tries("horde/fast")
        #expect(tries.count == Limits.groupsMax)
        // 2 s: 0.6B. The next ones, of other formats, come by their times.
        #expect(tries[0] == [LiveModels.mini])
        #expect(tries[1] == [LiveModels.smallCoder])
        #expect(tries[2] == [LiveModels.pygmalion])
        let times = try catalog.choice(for: "horde/fast", needs: ModelNeeds()).groups.map { $0.entries[0].rank.seconds }
        #expect(times == times.sorted() && times.allSatisfy(\.isFinite))
    }

    @Test func `large are those that have two thirds of the size of the largest`() throws {
        let tries = try catalog.tries("horde/large")
        #expect(
            tries == [
                [LiveModels.qwen235], [LiveModels.behemoth], [LiveModels.oracle],
                [LiveModels.llama, LiveModels.euryale],
            ]
        )
    }

    @Test func `auto weighs size against time`() throws {
        let choice = try catalog.choice(for: "horde/auto", needs: ModelNeeds())
        #expect(choice.canMoveOn)
        let best = choice.groups[0].entries[0]
        #expect(catalog.entries.allSatisfy { $0.rank.balance <= best.rank.balance })
        for group in choice.groups {
            for entry in group.entries {
                #expect(entry.rank.balance >= group.entries[0].rank.balance * 2 / 3)
                #expect(
                    entry.format.format == group.format.format && entry.formatNumber == group.entries[0].formatNumber
                )
            }
        }
        // √30 / (15 + 300 / 70)
        #expect(best.name == LiveModels.coder)
        #expect(abs(best.rank.balance - 30.0.squareRoot() / (15 + 300.0 / 70)) < 1e-9)
        #expect(!choice.groups.flatMap(\.names).contains(LiveModels.oracle))
    }

    @Test func `coder are coding models of some size, then large models with tools`() throws {
        let tries = try catalog.tries("horde/coder")
        #expect(tries[0] == [LiveModels.coder])
        #expect(tries[1] == [LiveModels.qwen235])
        #expect(!tries.flatMap { $0 }.contains(LiveModels.smallCoder))
        let without = LiveModels.catalog(LiveModels.workers.filter { $0.models != [LiveModels.coder] })
        #expect(try without.tries("horde/coder").first == [LiveModels.qwen235])
    }

    @Test func `each live format has a virtual model`() throws {
        for format in Set(catalog.entries.map(\.format.format.name)) {
            let choice = try catalog.choice(for: "Horde/\(format.uppercased())", needs: ModelNeeds())
            #expect(choice.groups.flatMap(\.entries).allSatisfy { $0.format.format.name == format })
        }
        #expect(try #require(catalog.failure("horde/vicuna")).code == "model_not_found")
    }

    @Test func `models of one name of a format that think differently share no job`() throws {
        let tries = try catalog.choice(for: "horde/chatml", needs: ModelNeeds()).groups
        for group in tries { #expect(Set(group.entries.map(\.format.format.reasoning.name)).count == 1) }
        #expect(tries.count > 1)
    }

    @Test func `tools are required where any model has them`() throws {
        let withTools = try catalog.choice(for: "horde/fast", needs: ModelNeeds(tools: true))
        #expect(withTools.groups.flatMap(\.entries).allSatisfy { $0.hasTools })
        #expect(try catalog.tries("horde/fast").flatMap { $0 }.contains(LiveModels.pygmalion))
        let alone = LiveModels.catalog([LiveModels.worker(LiveModels.pygmalion, 10)])
        #expect(try alone.tries("horde/fast", ModelNeeds(tools: true)) == [[LiveModels.pygmalion]])
    }

    @Test func `what has no room is no candidate, and the largest is where none has`() throws {
        let choice = try catalog.choice(for: "horde/auto", needs: ModelNeeds(tokens: 40_000))
        #expect(choice.groups.flatMap(\.entries).allSatisfy { $0.listing.contextLength >= 40_000 })
        #expect(try catalog.tries("horde/auto", ModelNeeds(tokens: 1_000_000)) == [[LiveModels.oracle]])
    }

    @Test func `a base model is the last resort`() throws {
        let base = LiveModels.worker("koboldcpp/tiny-base", 1000)
        let formats = try FormatTable.builtIn.with(FormatOverrides(models: ["koboldcpp/tiny-base": "raw"]))
        let both = LiveModels.catalog([base, LiveModels.worker(LiveModels.qwen8, 1)], formats: formats)
        #expect(try both.tries("horde/fast") == [[LiveModels.qwen8]])
        #expect(try both.tries("horde/raw") == [["koboldcpp/tiny-base"]])
        #expect(try LiveModels.catalog([base], formats: formats).tries("horde/fast") == [["koboldcpp/tiny-base"]])
    }

    @Test func `an unknown speed is not fast, and is better than nothing`() throws {
        let catalog = LiveModels.catalog([
            LiveModels.worker("koboldcpp/Qwen3-1B", 0), LiveModels.worker(LiveModels.qwen8, 1),
        ])
        #expect(try catalog.tries("horde/fast") == [[LiveModels.qwen8], ["koboldcpp/Qwen3-1B"]])
        let unknown = LiveModels.catalog([
            LiveModels.worker("koboldcpp/Qwen3-1B", 0), LiveModels.worker(LiveModels.qwen8, 0),
        ])
        for name in ["fast", "auto", "large", "coder"] {
            #expect(try unknown.tries("horde/\(name)").flatMap { $0 }.count == 2)
        }
    }

    @Test func `groups are bounded, without repetition, and do not depend on the order of the lists`() throws {
        var workers = (0..<200).map {
            LiveModels.worker("koboldcpp/Qwen3-\(1 + $0 % 40)B-tune\($0)", Double(1 + $0 % 50), context: 2048 + 64 * $0)
        }
        let expected = LiveModels.catalog(workers)
        workers.reverse()
        let reversed = LiveModels.catalog(workers)
        for name in expected.virtualModels.map(\.name) {
            let tries = try expected.tries(name)
            #expect(try tries == reversed.tries(name))
            #expect((1...Limits.groupsMax).contains(tries.count))
            #expect(tries.allSatisfy { (1...Limits.namesPerGroupMax).contains($0.count) })
            #expect(Set(tries.flatMap { $0 }).count == tries.flatMap { $0 }.count)
        }
        #expect(try expected.tries("horde/large")[0].count == Limits.namesPerGroupMax)
    }

    @Test func `no worker can take over a name of ours`() throws {
        var aliases = ModelAliases()
        try aliases.add("gpt-4o", [LiveModels.qwen8])
        let taken = LiveModels.workers + [LiveModels.worker("horde/auto", 999), LiveModels.worker("gpt-4o", 999)]
        let catalog = LiveModels.catalog(taken, aliases: aliases)
        #expect(try catalog.choice(for: "horde/auto", needs: ModelNeeds()).groups.count > 1)
        #expect(try catalog.tries("gpt-4o") == [[LiveModels.qwen8]])
        let ids = try #require(catalog.list["data"]?.array).compactMap { $0["id"]?.string }
        #expect(Set(ids).count == ids.count)
    }

    @Test func `without models there is nothing virtual`() throws {
        #expect(try #require(Catalog.empty.failure("horde/auto")).code == "model_not_found")
        #expect(Catalog.empty.collections().isEmpty)
    }
}
