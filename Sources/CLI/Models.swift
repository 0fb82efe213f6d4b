import ArgumentParser
import EventLoop
import Gateway
import HTTPClient
import Horde
import JSONText
import OpenAI

/// `interposer models`.
struct Models: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show the models that AI Horde's workers serve now.")

    @OptionGroup var hordeOptions: HordeOptions

    @Flag(help: "Print the same JSON as GET /v1/models.")
    var json = false

    func run() throws {
        let settings = try hordeOptions.read()
        let json = json
        try Program.run {
            let catalog = try await settings.catalog(from: Horde(settings.horde, client: HTTPClient()))
            if json { return StandardOutput.write(catalog.list.text(.indented)) }
            StandardOutput.write(Self.table(of: catalog.entries.map(\.listing)))
            let collections = catalog.collections()
            if !collections.isEmpty { StandardOutput.write("\n" + Self.table(ofCollections: collections)) }
        }
    }

    private static func table(of models: [Model]) -> String {
        let head = ["MODEL", "WORKERS", "CONTEXT", "TOKENS/S", "QUEUE", "ETA", "FORMAT", "FORMAT FROM"]
        return table(head, models.map(row), texts: [0, 6, 7])
    }

    /// The virtual models and the aliases, each with what it would choose now.
    private static func table(ofCollections models: [Model]) -> String {
        let rows = models.map { model in
            let names = model.horde.models ?? []
            let others = names.count > 1 ? " and \(names.count - 1) more" : ""
            return [model.id, String(model.contextLength), cell(model.horde.format), (names.first ?? "-") + others]
        }
        return table(["VIRTUAL", "CONTEXT", "FORMAT", "NOW"], rows, texts: [0, 2, 3])
    }

    /// Texts read from the left, numbers from the right; the last column is as wide as it likes.
    private static func table(_ head: [String], _ rows: [[String]], texts: Set<Int>) -> String {
        let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
        return ([head] + rows).map { row in
            row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return texts.contains(column) ? cell + padding : padding + cell
            }
            .joined(separator: "  ").trimmedRight
        }
        .joined(separator: "\n")
    }

    private static func row(_ model: Model) -> [String] {
        let supply = model.horde
        return [
            model.id, String(supply.workers), String(model.contextLength), cell(supply.tokensPerSecond),
            cell(supply.queuedJobs), cell(supply.etaSeconds, unit: " s"), cell(supply.format),
            cell(supply.formatSource),
        ]
    }

    private static func cell(_ value: (some CustomStringConvertible)?, unit: String = "") -> String {
        value.map { $0.description + unit } ?? "-"
    }
}

extension String {
    fileprivate var trimmedRight: String {
        var text = self
        while text.hasSuffix(" ") { text.removeLast() }
        return text
    }
}
