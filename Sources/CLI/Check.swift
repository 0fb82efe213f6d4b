import ArgumentParser

/// `interposer check`.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the configuration: the file, the environment and the flags of serve.",
        discussion: "Says in one line what is wrong and where, and ends with 78; nothing is started or asked."
    )

    @OptionGroup var options: ServeOptions

    func run() throws {
        let settled = try options.settle()
        _ = try settled.formats()
        _ = try settled.key()
        _ = try settled.tls()
        try settled.checkAccess(listeningOn: settled.settings.listen ?? ServeSettings.usualListen)
        // Somebody may think that the service's file was meant.
        let unread = "The flags and the environment: nothing is wrong. No file was read: --config names one."
        StandardOutput.write(options.hordeOptions.config.map { "\($0): nothing is wrong." } ?? unread)
    }
}
