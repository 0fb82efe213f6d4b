import ArgumentParser

/// `interposer config`.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Look at the configuration.",
        subcommands: [Show.self]
    )

    /// `interposer config show`.
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show every setting with its value and where that comes from.",
            discussion: """
                One line for each: KEY: VALUE (SOURCE). In a file the dots are levels, and in the environment the key \
                http.max_fields is INTERPOSER_HTTP_MAX_FIELDS. Flags come first, then the environment, then the file.
                """
        )

        @OptionGroup var options: ServeOptions

        func run() throws {
            let settled = try options.settle()
            for setting in Setting.all {
                let value = setting.show(settled.settings)
                StandardOutput.write("\(setting.key): \(value) (\(settled.sources[setting.key] ?? "default"))")
            }
        }
    }
}
