import ArgumentParser
import EventLoop
import Gateway
import HTTPClient
import Horde
import JSONText
import OpenAI
import OpenCode

/// `interposer opencode`.
struct OpenCode: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "opencode",
        abstract: "Write opencode's configuration from the models that are live, and keep it up to date.",
        discussion: """
            Changes the provider 'horde' of the file, and 'model' and 'small_model' where they are absent or name a model of \
            that provider that is gone. Everything else in the file stays as it is. A key is never written: the file refers \
            to the variable AI_HORDE_API_KEY of the environment that opencode runs in.
            """
    )

    @OptionGroup var hordeOptions: HordeOptions

    @Flag(help: "Write once and end, instead of looking again and again.")
    var once = false

    @Option(help: "Seconds between two looks at what AI Horde offers.")
    var interval = 300

    @Option(help: "The file to write, JSON or JSONC.")
    var output = "opencode.json"

    @Option(help: "Where opencode finds the server.")
    var baseURL = OpenCodeDocument.baseURLDefault

    @Option(help: "Models with a smaller context, in tokens, are left out: opencode's first request has about 11000.")
    var minContext = OpenCodeDocument.contextTokensDefault

    @Flag(help: "Print the configuration and end; no file is read or written.")
    var print = false

    @Flag(help: "Write the virtual models and the aliases too.")
    var virtual = false

    func validate() throws {
        guard (1...86_400).contains(interval) else { throw ValidationError("--interval is a number from 1 to 86400.") }
        guard (0...10_000_000).contains(minContext) else {
            throw ValidationError("--min-context is a number from 0 to 10000000.")
        }
        let isURL = ["http://", "https://"].contains { baseURL.hasPrefix($0) && baseURL.count > $0.count }
        guard isURL, baseURL.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw ValidationError("--base-url is no http or https URL.")
        }
        guard !output.isEmpty else { throw ValidationError("--output is the path of a file.") }
    }

    func run() throws {
        let settings = try hordeOptions.read()
        try Program.run { [command = self] in
            let horde = Horde(settings.horde, client: HTTPClient())
            let file = OpenCodeFile(path: command.output)
            let look: OpenCodeRefresh.Look = { () async throws(HordeError) in
                try await settings.catalog(from: horde).openCode(
                    baseURL: command.baseURL,
                    contextTokensMin: command.minContext,
                    includesVirtual: command.virtual
                )
            }
            if command.print {
                let document = try await look()
                guard !document.isEmpty else { throw NoModels(minContext: command.minContext) }
                return StandardOutput.write(document.json.text(.indented))
            }
            let refresh = OpenCodeRefresh(file: file, minContext: command.minContext, look: look)
            if command.once { return try await refresh.once() }
            let signals = TerminationSignals()
            let loop = EventLoop.task { await refresh.again(every: .seconds(command.interval)) }
            await signals.next()
            loop.cancel()
            await loop.value
        }
    }
}

/// There is nothing to configure.
struct NoModels: Error, CustomStringConvertible {
    let minContext: Int

    var description: String {
        "AI Horde has no model online now that takes a context of \(minContext) tokens; the configuration stays as it is."
    }
}
