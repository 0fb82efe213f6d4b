import Horde
import OpenAI
import Prompting

@testable import Gateway

/// A Horde of volunteers, as it may look on an evening: what choices are tested with.
enum LiveModels {
    static let cydonia = "koboldcpp/TheDrummer_Cydonia-24B-v4.3-Q4_K_M"
    static let cydoniaOther = "aphrodite/TheDrummer/Cydonia-24B-v4.3"
    static let cydoniaThird = "tabbyAPI/Cydonia-24B-v4.3-5.0bpw-exl2"
    static let mini = "koboldcpp/Qwen3-0.6B-Q8_0"
    static let qwen8 = "koboldcpp/Qwen3-8B"
    static let qwen32 = "aphrodite/Qwen/Qwen3-32B"
    static let qwen235 = "koboldcpp/Qwen3-235B-A22B-IQ2_M"
    static let coder = "koboldcpp/Qwen3-Coder-30B-A3B-Instruct-Q5_K_M"
    static let smallCoder = "koboldcpp/deepseek-coder-1.3b-instruct"
    static let llama = "aphrodite/meta-llama/Llama-3.3-70B-Instruct"
    static let euryale = "koboldcpp/L3.3-70B-Euryale-v2.3-IQ3_XXS"
    static let stheno = "koboldcpp/L3-8B-Stheno-v3.2-Q4_K_M"
    static let lunaris = "koboldcpp/L3-8B-Lunaris-v1-Q6_K"
    static let behemoth = "tabbyAPI/Behemoth-123B-v1.2-4.0bpw-h6-exl2"
    static let pygmalion = "koboldcpp/Pygmalion-6b"
    static let oracle = "koboldcpp/gpt-oss-120b-mxfp4"
    static let odd = "koboldcpp/My,Model-13B"

    /// A worker that serves one model.
    static func worker(
        _ name: String,
        _ speed: Double,
        context: Int = 16_384,
        threads: Int = 1,
        id: String = "",
        isTrusted: Bool = false
    ) -> Worker {
        Worker(
            id: id,
            isTrusted: isTrusted,
            models: [name],
            maxLength: 1024,
            maxContextLength: context,
            threads: threads,
            tokensPerSecond: speed
        )
    }

    static let workers = [
        worker(cydonia, 25), worker(cydoniaOther, 30, context: 32_768), worker(cydoniaThird, 20, context: 8192),
        worker(mini, 150, context: 4096), worker(qwen8, 60, id: "eight", isTrusted: true),
        worker(qwen32, 20, context: 32_768, threads: 4), worker(qwen235, 6, context: 65_536),
        worker(coder, 70, context: 49_152), worker(smallCoder, 120, context: 4096), worker(llama, 15, context: 32_768),
        worker(euryale, 10, context: 8192), worker(stheno, 50, context: 8192), worker(lunaris, 45, context: 8192),
        worker(behemoth, 4, context: 32_768),
        worker(pygmalion, 90, context: 2048), worker(oracle, 0, context: 131_072), worker(odd, 12, context: 4096),
    ]

    static let demand = [
        ModelDemand(name: qwen8, count: 1, queued: 12_000, jobs: 30, eta: 200),
        ModelDemand(name: qwen32, count: 4, queued: 800, jobs: 2, eta: 10_000),
    ]

    static func catalog(
        _ workers: [Worker] = workers,
        aliases: ModelAliases = ModelAliases(),
        formats: FormatTable = .builtIn
    ) -> Catalog {
        let supply = Catalog.Supply(workers: workers, models: demand)
        return Catalog(supply: supply, formats: formats, aliases: aliases, created: 1_700_000_000)
    }

    /// A catalog of models that all have one worker of the same kind.
    static func named(_ names: [String]) -> Catalog { catalog(names.map { worker($0, 10) }) }
}

extension Catalog {
    /// The names of the groups of a choice.
    func tries(_ name: String, _ needs: ModelNeeds = ModelNeeds()) throws(APIError) -> [[String]] {
        try choice(for: name, needs: needs).groups.map(\.names)
    }

    /// The error for a name.
    func failure(_ name: String, _ needs: ModelNeeds = ModelNeeds()) -> APIError? {
        do throws(APIError) {
            _ = try choice(for: name, needs: needs)
            return nil
        } catch {
            return error
        }
    }
}
