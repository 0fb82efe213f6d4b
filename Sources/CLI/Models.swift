import ArgumentParser
import EventLoop
import Gateway
import HTTPClient
import Horde
import OpenAI

/// `interposer models`.
struct Models: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show the models that AI Horde's workers serve now.")

    @OptionGroup var hordeOptions: HordeOptions

    @OptionGroup var configurationOptions: ConfigurationOptions

    @Flag(help: "Print the same JSON as GET /v1/models.")
    var json = false

    func run() throws {
        let configuration = try hordeOptions.horde(submitsPerMinute: 0)
        let key = try hordeOptions.key()
        let json = json
        try Program.run { [configurationOptions] in
            let formats = try await configurationOptions.formats()
            let horde = Horde(configuration, client: HTTPClient())
            let catalog = try await Catalog.fetch(from: horde, formats: formats, serverKey: key)
            StandardOutput.write(json ? catalog.list.text(.indented) : Self.table(catalog.entries.map(\.listing)))
        }
    }

    private static func table(_ models: [Model]) -> String {
        let head = ["MODEL", "WORKERS", "CONTEXT", "TOKENS/S", "QUEUE", "ETA", "FORMAT", "FORMAT FROM"]
        let rows = models.map(row)
        let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
        return ([head] + rows).map { row in
            row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                // Names and formats read from the left, numbers from the right.
                return column == 0 || column >= row.count - 2 ? cell + padding : padding + cell
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
