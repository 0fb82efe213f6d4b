import ArgumentParser
import Gateway
import Glibc

/// The command `interposer`.
///
/// Each subcommand is one file: `Serve` runs the server, `Simulate` a Horde to try it with, `BenchCommand` puts a server
/// under load, `Models` shows what Horde offers, `Chat` asks it, `ShowPrompt` shows what a request becomes, and `OpenCode` writes a client's
/// configuration. `Check` and `ConfigCommand` look at
/// its configuration. `HordeOptions` are the options they share, and the room `Settings` is where all settings come from.
@main
struct Interposer: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "interposer",
        abstract: "An OpenAI-compatible server in front of AI Horde.",
        discussion: """
            Serve the public AI Horde on http://127.0.0.1:8080/v1:
              interposer serve
            Try it without AI Horde:
              interposer simulate &
              interposer serve --horde-url http://127.0.0.1:7001
            Ask a question without a server:
              interposer chat "Why is the sky blue?"
            """,
        version: Version.current,
        subcommands: [
            Serve.self, Check.self, ConfigCommand.self, KeyCommand.self, Doctor.self, Simulate.self, BenchCommand.self,
            Models.self, Chat.self, ShowPrompt.self, OpenCode.self,
        ]
    )

    /// The library's own `main` prints the usage behind every error; one clear line is easier to read, in a log too.
    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            if let error = error as? ConfigurationError {
                StandardError.write("interposer: \(error)")
                Glibc.exit(Program.exitStatus(error))
            }
            let status = exitCode(for: error)
            // Help and version come this way too, and so do errors that have been told already.
            if status.isSuccess || error is ExitCode { exit(withError: error) }
            let line = message(for: error).split(whereSeparator: \.isNewline).joined(separator: " ")
            StandardError.write("interposer: \(line)")
            Glibc.exit(status.rawValue)
        }
    }
}
