import ArgumentParser
import Gateway

/// The command `interposer`.
///
/// Each subcommand is one file: `Serve` runs the server, `Simulate` a Horde to try it with, `Models` shows what Horde
/// offers, `ShowPrompt` what a request becomes. `Settings` holds the options they share.
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
            """,
        version: Version.current,
        subcommands: [Serve.self, Simulate.self, Models.self, ShowPrompt.self]
    )
}
